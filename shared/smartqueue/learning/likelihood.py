"""What a metric makes of triplets: distances, odd ones out, and how likely the answers are under it.

A triplet is (near, near, odd). A listener finds the odd one with the probability that a softmax over the three
squared distances gives to the near pair, a choice of one in three (Luce, "Individual Choice Behavior", 1959),
but for one answer in seven, which is a slip that says nothing:

    P = (1 − ε) exp(−d²(a, b)) / (exp(−d²(a, b)) + exp(−d²(a, odd)) + exp(−d²(b, odd))) + ε / 3.

Without ε a few wrong answers of a clear-eared listener flatten the whole metric. How sharp the listener is
comes in as a factor on all squared distances.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SLIPS = 0.15  # measured: from 0.1 to 0.3 it makes little difference, 0 loses up to six points


def squared_distances(matrix: Floats, points: Floats) -> Floats:
    """Squared distances within each triplet: (near, near), (near, odd) and (other near, odd).

    `matrix` is (features, features), `points` (n, 3, features); the result is (n, 3).
    """
    pairs = points[:, [0, 0, 1]] - points[:, [1, 2, 2]]
    return np.asarray(np.sum(pairs @ matrix * pairs, axis=2))


def odd_one_out(squared: Floats) -> Floats:
    """How right each triplet is, (n,): 1 where the near pair is the closest one, shared out among ties."""
    least = squared.min(axis=1, keepdims=True)
    closest = squared <= least + 1e-9 * np.abs(least)
    return np.asarray(closest[:, 0] / closest.sum(axis=1))


def margins(squared: Floats) -> Floats:
    """Squared distances to the odd one less that of the near pair, (2, n)."""
    return np.asarray((squared[:, 1:] - squared[:, :1]).T)


def choices(margin: Floats) -> tuple[Floats, Floats, Floats]:
    """Log probability of each answer (…, n), what is no slip of it (…, n), and the softmax of the other two (2, …, n).

    `margin` is (2, …, n).
    """
    total = np.logaddexp(np.logaddexp(0.0, -margin[0]), -margin[1])
    sincere = (1 - SLIPS) * np.exp(-total)
    probability = sincere + SLIPS / 3
    return np.log(probability), sincere / probability, np.exp(-margin - total)


def sharpness(margin: Floats, weights: Floats) -> float:
    """The factor on all squared distances under which the answers are likeliest, found on a grid."""
    scale = float(np.abs(margin).mean())
    grid = np.exp(np.linspace(-6.0, 3.0, 37)) / max(scale, 1e-12)
    return float(grid[np.argmax(choices(margin[:, None] * grid[:, None])[0] @ weights)])


def first_sharpness(margin: Floats, weights: Floats) -> float:
    """The factor to begin a fit with: the likeliest, but at least one that tells the average margin.

    Questions that were chosen to teach are those that the plain metric explains badly. Under it such answers look
    like those of a listener who hears nothing, and from there no fit finds its way back.
    """
    return max(sharpness(margin, weights), 1.0 / max(float(np.abs(margin).mean()), 1e-12))
