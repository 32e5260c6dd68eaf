"""The network that reads a cell: three convolutions and two dense layers, trained with Adam, written as ONNX."""

from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
import onnx
from adam import Moments, Weights, moved
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

CHANNELS = (16, 32, 64)
DENSE = 128
CLASSES = 37
_DECAY: Final = 1e-3


def first_weights(key: jax.Array) -> Weights:
    """Return weights to start from (He et al., 2015)."""
    keys = jax.random.split(key, 5)
    shapes = {
        "c1": (CHANNELS[0], 1, 3, 3),
        "c2": (CHANNELS[1], CHANNELS[0], 3, 3),
        "c3": (CHANNELS[2], CHANNELS[1], 3, 3),
        "d1": (CHANNELS[2] * 49, DENSE),
        "d2": (DENSE, CLASSES),
    }
    weights: Weights = {}
    for one, (name, shape) in zip(keys, shapes.items(), strict=True):
        inputs = np.prod(shape[1:]) if name[0] == "c" else shape[0]
        weights[name] = jax.random.normal(one, shape) * np.sqrt(2 / inputs)
        weights[name + "b"] = jnp.zeros(shape[0] if name[0] == "c" else shape[1])
    return weights


def scores(weights: Weights, pictures: jax.Array, key: jax.Array | None = None) -> jax.Array:
    """Return count x 37 scores of count x 1 x 28 x 28 pictures; with a key, a quarter of the dense layer drops out."""
    out = pictures.transpose(0, 2, 3, 1)
    for layer in ("c1", "c2", "c3"):
        out = jax.nn.relu(convolved(out, weights[layer]) + weights[layer + "b"])
        if layer != "c3":
            count, height, width, channels = out.shape
            out = out.reshape(count, height // 2, 2, width // 2, 2, channels).max((2, 4))
    flat = out.transpose(0, 3, 1, 2).reshape(out.shape[0], -1)
    dense = jax.nn.relu(flat @ weights["d1"] + weights["d1b"])
    if key is not None:
        dense = dense * jax.random.bernoulli(key, 0.75, dense.shape) / 0.75
    return dense @ weights["d2"] + weights["d2b"]


def convolved(pictures: jax.Array, weights: jax.Array) -> jax.Array:
    """Return a 3 x 3 convolution as one product of matrices: many times faster on a processor than XLA's own."""
    height, width = pictures.shape[1:3]
    wide = jnp.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)))
    around = [wide[:, y : y + height, x : x + width] for y in range(3) for x in range(3)]
    matrix = weights.transpose(2, 3, 1, 0).reshape(-1, weights.shape[0])
    return jnp.concatenate(around, axis=-1) @ matrix


def loss(weights: Weights, pictures: jax.Array, labels: jax.Array, allowed: jax.Array, key: jax.Array) -> jax.Array:
    """Return the mean cross entropy among the classes that each cell may hold, labels smoothed by 0.5 %."""
    masked = jnp.where(allowed, scores(weights, pictures, key), -1e9)
    logs = jax.nn.log_softmax(masked)
    right = jnp.take_along_axis(logs, labels[:, None], 1)[:, 0]
    others = jnp.where(allowed, logs, 0).sum(1) / allowed.sum(1)
    return -(0.995 * right + 0.005 * others).mean()


@jax.jit
def step(
    weights: Weights, moments: Moments, batch: tuple[jax.Array, ...], count: jax.Array, rate: jax.Array
) -> tuple[Weights, Moments, jax.Array]:
    """Return weights and moments after one step of Adam, and the loss before it."""
    cost, slope = jax.value_and_grad(loss)(weights, *batch)
    after, known = moved(weights, moments, slope, count, rate, decay=_DECAY)
    return after, known, cost


def as_onnx(weights: Weights, temperature: float) -> bytes:
    """Return the network as ONNX: ``cells`` in, ``scores`` divided by the temperature out."""
    arrays: dict[str, NDArray[np.float32]] = {name: np.asarray(value, np.float32) for name, value in weights.items()}
    arrays["d2"], arrays["d2b"] = arrays["d2"] / temperature, arrays["d2b"] / temperature
    nodes, last = [], "cells"
    for layer in ("c1", "c2", "c3"):
        nodes.append(helper.make_node("Conv", [last, layer, layer + "b"], [layer + "o"], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [layer + "o"], [layer + "r"]))
        last = layer + "r"
        if layer != "c3":
            nodes.append(helper.make_node("MaxPool", [last], [layer + "p"], kernel_shape=[2, 2], strides=[2, 2]))
            last = layer + "p"
    nodes.append(helper.make_node("Flatten", [last], ["flat"]))
    nodes.append(helper.make_node("Gemm", ["flat", "d1", "d1b"], ["dense"]))
    nodes.append(helper.make_node("Relu", ["dense"], ["denser"]))
    nodes.append(helper.make_node("Gemm", ["denser", "d2", "d2b"], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "cells",
        [helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["count", 1, 28, 28])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["count", CLASSES])],
        [numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="deploy/train cells")
    model.ir_version = 9
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
