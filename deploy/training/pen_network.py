"""The network of pens: four convolutions and two dense layers on a picture of the box, trained with Adam, as ONNX."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from adam import Moments, Weights, moved
from cell_network import convolved
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from consent_intake.adapters.pen_picture import COLUMNS, ROWS

CHANNELS: Final = (24, 48, 64, 96)
DENSE: Final = 64
_DECAY: Final = 1e-2
_POOLS: Final = ((2, 2), (2, 2), (1, 2), None)
_BLOCK: Final = 2
"""Pixels down and across that become one pixel of four channels: nothing is lost, and the first layer is quicker."""


def first_weights(key: jax.Array) -> Weights:
    """Return weights to start from (He et al., 2015)."""
    widths = (_BLOCK**2, *CHANNELS)
    weights: Weights = {}
    for place, one in enumerate(jax.random.split(key, len(CHANNELS) + 2), 1):
        if place <= len(CHANNELS):
            shape: tuple[int, ...] = (widths[place], widths[place - 1], 3, 3)
            name, inputs = f"c{place}", 9 * widths[place - 1]
        else:
            name, inputs = f"d{place - len(CHANNELS)}", 2 * CHANNELS[-1] if place == len(CHANNELS) + 1 else DENSE
            shape = (inputs, DENSE if place == len(CHANNELS) + 1 else 1)
        weights[name] = jax.random.normal(one, shape) * np.sqrt(2 / inputs)
        weights[name + "b"] = jnp.zeros(shape[0] if name[0] == "c" else shape[1])
    return weights


def odds(weights: Weights, pictures: jax.Array, key: jax.Array | None = None) -> jax.Array:
    """Return the logarithm of the odds of a signature for count x ROWS x COLUMNS pictures, 0 to 1.

    With a key a third of the pooled features drop out.
    """
    count = pictures.shape[0]
    blocks = pictures.reshape(count, ROWS // _BLOCK, _BLOCK, COLUMNS // _BLOCK, _BLOCK)
    out = blocks.transpose(0, 1, 3, 2, 4).reshape(count, ROWS // _BLOCK, COLUMNS // _BLOCK, _BLOCK**2)
    for place, pool in enumerate(_POOLS, 1):
        out = jax.nn.relu(convolved(out, weights[f"c{place}"]) + weights[f"c{place}b"])
        if pool:
            _, height, width, channels = out.shape
            out = out.reshape(count, height // pool[0], pool[0], width // pool[1], pool[1], channels).max((2, 4))
    pooled = jnp.concatenate([out.max((1, 2)), out.mean((1, 2))], axis=1)
    if key is not None:
        pooled = pooled * jax.random.bernoulli(key, 2 / 3, pooled.shape) * 1.5
    dense = jax.nn.relu(pooled @ weights["d1"] + weights["d1b"])
    return (dense @ weights["d2"] + weights["d2b"])[:, 0]


def loss(weights: Weights, pictures: jax.Array, signed: jax.Array, key: jax.Array) -> jax.Array:
    """Return the mean cross entropy, labels smoothed by 1 %."""
    found = odds(weights, pictures, key)
    wanted = 0.01 + 0.98 * signed
    return (jax.nn.softplus(found) - wanted * found).mean()


@jax.jit
def step(
    weights: Weights, moments: Moments, batch: tuple[jax.Array, ...], count: jax.Array, rate: jax.Array
) -> tuple[Weights, Moments, jax.Array]:
    """Return weights and moments after one step of Adam, and the loss before it."""
    cost, slope = jax.value_and_grad(loss)(weights, *batch)
    after, known = moved(weights, moments, slope, count, rate, decay=_DECAY)
    return after, known, cost


def as_onnx(weights: Weights) -> bytes:
    """Return the network as ONNX: ``pictures`` (count x 1 x ROWS x COLUMNS, 0 to 1) in, ``odds`` out."""
    arrays: dict[str, NDArray[np.float32]] = {name: np.asarray(value, np.float32) for name, value in weights.items()}
    nodes, last = [helper.make_node("SpaceToDepth", ["pictures"], ["blocks"], blocksize=_BLOCK)], "blocks"
    for place, pool in enumerate(_POOLS, 1):
        name = f"c{place}"
        nodes.append(helper.make_node("Conv", [last, name, name + "b"], [name + "o"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [name + "o"], [name + "r"]))
        last = name + "r"
        if pool:
            nodes.append(helper.make_node("MaxPool", [last], [name + "p"], kernel_shape=pool, strides=pool))
            last = name + "p"
    nodes += [
        helper.make_node("GlobalMaxPool", [last], ["most"]),
        helper.make_node("GlobalAveragePool", [last], ["mean"]),
        helper.make_node("Concat", ["most", "mean"], ["both"], axis=1),
        helper.make_node("Flatten", ["both"], ["flat"]),
        helper.make_node("Gemm", ["flat", "d1", "d1b"], ["dense"]),
        helper.make_node("Relu", ["dense"], ["denser"]),
        helper.make_node("Gemm", ["denser", "d2", "d2b"], ["odds"]),
    ]
    graph = helper.make_graph(
        nodes,
        "pens",
        [helper.make_tensor_value_info("pictures", TensorProto.FLOAT, ["count", 1, ROWS, COLUMNS])],
        [helper.make_tensor_value_info("odds", TensorProto.FLOAT, ["count", 1])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="deploy/train pens")
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
