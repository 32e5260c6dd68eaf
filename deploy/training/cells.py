"""Train the reader of comb cells and say how well it reads hands that it has never seen."""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import cv2
import jax
import jax.numpy as jnp
import numpy as np
from cell_network import as_onnx, first_weights, scores, step
from cell_scans import any_scan
from cell_sheets import Cells, Hands, make_sheet
from cell_sources import HELD_OUT_FONTS, REPOSITORY, hand_fonts, held_out_digits, printed_fonts, real_digits
from numpy.typing import NDArray

from consent_intake.adapters.cell_reader import CellKind

MODEL = REPOSITORY / "consent_intake" / "adapters" / "models" / "cells.onnx"
FONTS = REPOSITORY / "consent_intake" / "samples" / "fonts"
BUILD = Path(__file__).resolve().parent / "build"
SEED = 20261122
BATCH = 64
RATE = 2e-3

Arrays = tuple[NDArray[np.uint8], NDArray[np.int32], NDArray[np.bool_], NDArray[np.str_]]


def main() -> None:
    """Make the sheets (kept in deploy/training/build), train, calibrate, score, write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheets", type=int, default=420)
    parser.add_argument("--epochs", type=int, default=6)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    learnt = sheets("learn", Hands(hand_fonts(), printed_fonts(), real_digits()), options.sheets, SEED)
    unseen_fonts = [FONTS / f"{name}.ttf" for name in HELD_OUT_FONTS.values()]
    unseen = Hands(unseen_fonts, printed_fonts(), held_out_digits())
    tuned, tested = sheets("tune", unseen, 12, SEED + 50_000), sheets("test", unseen, 24, SEED + 60_000)
    weights = trained(learnt, options.epochs)
    temperature = best_temperature(weights, tuned)
    MODEL.parent.mkdir(exist_ok=True)
    MODEL.write_bytes(as_onnx(weights, temperature))
    print(f"temperature {temperature:.2f}, {MODEL.stat().st_size / 1e6:.2f} MB")
    report(weights, tested, temperature)


def sheets(name: str, hands: Hands, count: int, seed: int) -> Arrays:
    """Return the cells of many sheets; made once."""
    file = BUILD / f"{name}-{count}-{seed}.npz"
    if not file.exists():
        BUILD.mkdir(exist_ok=True)
        cells = Cells()
        with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as processes:
            made_sheets = processes.map(partial(_sheet, hands, seed), range(count), chunksize=4)
            for made in made_sheets:
                for all_of_it, more in zip(vars(cells).values(), vars(made).values(), strict=True):
                    all_of_it.extend(more)
        pictures = np.round(np.stack(cells.pictures) * 255).astype(np.uint8)
        np.savez(file, pictures, np.array(cells.labels, np.int32), np.array(cells.letters), np.array(cells.sources))
    return tuple(np.load(file).values())  # type: ignore[return-value]


def _sheet(hands: Hands, seed: int, number: int) -> Cells:
    return make_sheet(hands, np.random.default_rng((seed, number)), any_scan)


def trained(cells: Arrays, epochs: int) -> dict[str, jax.Array]:
    """Return the network's weights after some passes over the cells, each moved by up to two pixels."""
    pictures, labels, letters, _ = cells
    random, key = np.random.default_rng(SEED), jax.random.key(SEED)
    weights = first_weights(key)
    zero = jax.tree.map(jnp.zeros_like, weights)
    moments, steps = (zero, zero), epochs * (len(labels) // BATCH)
    masks, done, began = allowed(letters), 0, time.process_time()
    for epoch in range(epochs):
        costs = []
        order = random.permutation(len(labels))[: len(labels) // BATCH * BATCH]
        for batch in order.reshape(-1, BATCH):
            done += 1
            rate = RATE * min(done / 400, 1) * 0.5 * (1 + np.cos(np.pi * done / steps))
            seen = np.roll(pictures[batch], tuple(random.integers(-2, 3, 2)), (1, 2))[:, None].astype(np.float32) / 255
            dropped = jax.random.fold_in(key, done)
            data = (jnp.asarray(seen), jnp.asarray(labels[batch]), jnp.asarray(masks[batch]), dropped)
            weights, moments, cost = step(weights, moments, data, jnp.float32(done), jnp.float32(rate))
            costs.append(float(cost))
        print(f"pass {epoch + 1}: loss {np.mean(costs):.3f}, {time.process_time() - began:.0f} s CPU", flush=True)
    return weights


def allowed(letters: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return count x 37: the classes that each cell may hold."""
    of_kind = np.zeros((2, 37), bool)
    of_kind[0, CellKind.DIGIT.places] = True
    of_kind[1, CellKind.LETTER.places] = True
    return of_kind[letters.astype(int)]


def logits(weights: dict[str, jax.Array], cells: Arrays) -> NDArray[np.float32]:
    """Return every cell's scores, classes that it cannot hold far below."""
    pictures = np.array_split(cells[0], 40)
    parts = [scores(weights, jnp.asarray(part[:, None].astype(np.float32) / 255)) for part in pictures]
    return np.where(allowed(cells[2]), np.concatenate(parts), -1e9).astype(np.float32)


def best_temperature(weights: dict[str, jax.Array], cells: Arrays) -> float:
    """Return the divisor of the scores that makes the chances of unseen hands most honest (Guo et al., 2017)."""
    out, labels = logits(weights, cells), cells[1]
    tried = np.arange(0.6, 3.0, 0.05)
    costs = [-np.take_along_axis(np.asarray(jax.nn.log_softmax(out / t)), labels[:, None], 1).mean() for t in tried]
    return float(tried[int(np.argmin(costs))])


def report(weights: dict[str, jax.Array], cells: Arrays, temperature: float) -> None:
    """Print how many cells of unseen hands are read right, and how honest the chances are."""
    chances = np.asarray(jax.nn.softmax(logits(weights, cells) / temperature))
    _, labels, letters, sources = cells
    right, sure, nothing = chances.argmax(1) == labels, chances.max(1), labels == 36
    for source in ("digits", "font", "typed"):
        for kind, name in ((False, "digits"), (True, "letters")):
            chosen = (sources == source) & (letters == kind) & ~nothing
            if chosen.any():
                print(f"{source:7} {name:8} n {chosen.sum():6} right {right[chosen].mean():.4f}")
    print(f"nothing n {nothing.sum()} right {right[nothing].mean():.3f}")
    for low, high in ((0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 0.97), (0.97, 0.99), (0.99, 0.999), (0.999, 1.01)):
        chosen = (sure >= low) & (sure < high) & ~nothing
        if chosen.any():
            mean, share = sure[chosen].mean(), right[chosen].mean()
            print(f"chance {low}-{high}: n {chosen.sum()}, mean {mean:.4f}, right {share:.4f}")


if __name__ == "__main__":
    main()
