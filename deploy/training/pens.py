"""Train the network of pens, which tells a name that a pen wrote from one set in a font, and write it as ONNX."""

import argparse
from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from pen_network import Weights, as_onnx, first_weights, step
from pen_set import Pictures, pen_pictures
from signature_sets import SEED

from consent_intake.adapters.pen_likeness import MODEL

EPOCHS: Final = 5
_PLANNED: Final = 6
"""Epochs along which the rate falls; the last one, at hardly any rate, is not run."""
BATCH: Final = 64
RATE: Final = 2e-3
_DOWN, _ACROSS = 5, 8
"""Pixels by which a picture is moved at most, so that the network learns no places."""


def main() -> None:
    """Make the pictures (kept in deploy/training/build), train, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    MODEL.write_bytes(as_onnx(trained(pen_pictures(options.processes))))


def trained(learnt: Pictures, after: Callable[[int, Weights], None] | None = None) -> Weights:
    """Return the weights after all epochs; ``after`` is told those after each."""
    random, key = np.random.default_rng(SEED), jax.random.PRNGKey(SEED)
    weights = first_weights(key)
    moments = (jax.tree.map(jnp.zeros_like, weights),) * 2
    steps, total = 0, _PLANNED * (len(learnt.signed) // BATCH)
    for epoch in range(EPOCHS):
        order = random.permutation(len(learnt.signed))
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            batch = (
                jnp.asarray(_moved(learnt.pictures[chosen], random)),
                jnp.asarray(learnt.signed[chosen], jnp.float32),
                jax.random.fold_in(key, steps),
            )
            rate = RATE * min(1.0, (steps + 1) / 200) * 0.5 * (1 + np.cos(np.pi * steps / total))
            weights, moments, cost = step(weights, moments, batch, jnp.float32(steps + 1), jnp.float32(rate))
            steps += 1
            if steps % 50 == 0:
                print(f"epoch {epoch} step {steps} of {total}: {float(cost):.3f}", flush=True)
        if after:
            after(epoch, weights)
    return weights


def _moved(pictures: NDArray[np.uint8], random: Generator) -> NDArray[np.float32]:
    """Return the pictures a little elsewhere, a little fainter or darker, 0 to 1."""
    around = np.pad(pictures, ((0, 0), (_DOWN, _DOWN), (_ACROSS, _ACROSS)))
    rows, columns = pictures.shape[1:]
    down, across = (
        random.integers(2 * _DOWN + 1, size=len(pictures)),
        random.integers(2 * _ACROSS + 1, size=len(pictures)),
    )
    moved = [one[y : y + rows, x : x + columns] for one, y, x in zip(around, down, across, strict=True)]
    power = np.exp(random.normal(0, 0.25, len(pictures)))[:, None, None]
    return ((np.stack(moved) / np.float32(255)) ** power).astype(np.float32)


if __name__ == "__main__":
    main()
