"""Train the network of pens, which tells a name that a pen wrote from one set in a font, and write it as ONNX."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cycle:
    """Some epochs along which the rate falls; the next cycle starts from its weights (Loshchilov and Hutter, 2017).

    Attributes:
        pictures: how many, of the first ones, it learns from.
        epochs: that are run.
        planned: epochs at which the rate would be none; a last one, at hardly any rate, need not be run.
        rate: to begin with, after the first steps.
    """

    pictures: int
    epochs: int
    planned: int
    rate: float


CYCLES: Final = (Cycle(16_000, epochs=5, planned=6, rate=2e-3), Cycle(40_000, epochs=4, planned=4, rate=1e-3))
BATCH: Final = 64
_FIRST_STEPS: Final = 200
_DOWN, _ACROSS = 5, 8
"""Pixels by which a picture is moved at most, so that the network learns no places."""


def main() -> None:
    """Make the pictures (kept in deploy/training/build), train, export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    MODEL.write_bytes(as_onnx(trained(pen_pictures(options.processes))))


def trained(
    learnt: Pictures, after: Callable[[int, Weights], None] | None = None, cycles: tuple[Cycle, ...] = CYCLES
) -> Weights:
    """Return the weights after all cycles; ``after`` is told those after each epoch."""
    weights = first_weights(jax.random.PRNGKey(SEED))
    for place, cycle in enumerate(cycles):
        for epoch, learning in enumerate(run(cycle, learnt, weights, SEED + place)):
            weights = learning
            if after:
                after(epoch, weights)
    return weights


def run(cycle: Cycle, learnt: Pictures, weights: Weights, seed: int) -> Iterator[Weights]:
    """Yield the weights after each epoch of a cycle that starts from some weights."""
    random, key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
    moments = (jax.tree.map(jnp.zeros_like, weights),) * 2
    steps, total = 0, cycle.planned * (cycle.pictures // BATCH)
    for epoch in range(cycle.epochs):
        order = random.permutation(cycle.pictures)
        for start in range(0, len(order) - BATCH + 1, BATCH):
            chosen = order[start : start + BATCH]
            batch = (
                jnp.asarray(_moved(learnt.pictures[chosen], random)),
                jnp.asarray(learnt.signed[chosen], jnp.float32),
                jax.random.fold_in(key, steps),
            )
            rate = cycle.rate * min(1.0, (steps + 1) / _FIRST_STEPS) * 0.5 * (1 + np.cos(np.pi * steps / total))
            weights, moments, cost = step(weights, moments, batch, jnp.float32(steps + 1), jnp.float32(rate))
            steps += 1
            if steps % 50 == 0:
                print(f"epoch {epoch} step {steps} of {total}: {float(cost):.3f}", flush=True)
        yield weights


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
