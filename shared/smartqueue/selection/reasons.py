"""Why a track was chosen: what each group of features gives to its distance, and that in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from smartqueue.metric import Metric


def group_shares(metric: Metric, groups: Sequence[str], first: ArrayLike, second: ArrayLike) -> dict[str, float]:
    """What each group of features gives to the squared distance of two raw vectors, (features,); together 1.

    With δ = x − y, a feature gives δᵢ (Mδ)ᵢ, which a group may bring below 0 where features of different groups
    hang together in M. All are 0 for two that are the same.
    """
    difference = (metric.standardise(first) - metric.standardise(second))[0]
    parts = difference * (metric.matrix @ difference)
    labels = np.asarray(groups)
    whole = float(parts.sum())
    return {
        str(group): float(parts[labels == group].sum() / whole) if whole > 0 else 0.0 for group in dict.fromkeys(groups)
    }


def alike_in(metric: Metric, groups: Sequence[str], shares: dict[str, float], count: int = 2) -> list[str]:
    """The groups in which two tracks are most alike: those that give least beside what they weigh in the metric."""
    labels = np.asarray(groups)
    weighs = {group: float(metric.weights[labels == group].sum()) for group in shares}
    heard = [group for group in shares if weighs[group] > 0]
    return sorted(heard, key=lambda group: shares[group] / weighs[group])[:count]
