"""Adam (Kingma and Ba, 2015) with decay of the weights, for both networks."""

from typing import Any, Final

import jax
import jax.numpy as jnp

Weights = dict[str, Any]
Moments = tuple[Weights, Weights]

_MEAN, _SQUARE = 0.9, 0.999
_LEAST: Final = 1e-8


def moved(
    weights: Weights, moments: Moments, slope: Weights, count: jax.Array, rate: jax.Array, *, decay: float
) -> tuple[Weights, Moments]:
    """Return weights and moments after a step.

    Args:
        weights: by name.
        moments: mean of the slopes and of their squares so far.
        slope: of the loss at these weights.
        count: of this step, from 1.
        rate: of this step.
        decay: share of a weight, times the rate, that every step takes away.
    """
    first = jax.tree.map(lambda m, g: _MEAN * m + (1 - _MEAN) * g, moments[0], slope)
    second = jax.tree.map(lambda v, g: _SQUARE * v + (1 - _SQUARE) * g * g, moments[1], slope)
    m_scale, v_scale = 1 / (1 - _MEAN**count), 1 / (1 - _SQUARE**count)
    after = jax.tree.map(
        lambda w, m, v: w * (1 - rate * decay) - rate * m * m_scale / (jnp.sqrt(v * v_scale) + _LEAST),
        weights,
        first,
        second,
    )
    return after, (first, second)
