"""Learners of others, for comparison: metric-learn's SCML with fair settings, and bliss-metric-learning's formula.

They are no candidates of `learn`.
"""

import warnings
from typing import Any

import numpy as np
from metric_learn import SCML
from numpy.typing import ArrayLike
from scipy.optimize import minimize
from scipy.special import log_ndtr

from smartqueue.learning.estimators import STOP, TripletMetric
from smartqueue.learning.likelihood import Floats


class SparseCompositionalMetric(TripletMetric):
    """metric-learn's SCML (Shi, Bellet, Sha, "Sparse compositional metric learning", AAAI 2014), made fair.

    Each triplet is given twice, once for either near track. The bases are the single features and the
    differences within the triplets, so that it can learn from fewer triplets than there are features. Sample
    weights are not known to it: triplets that weigh nothing are left out, the others count alike.
    """

    def __init__(
        self,
        beta: float = 1e-3,
        iterations: int = 2000,
        preprocessor: ArrayLike | None = None,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(preprocessor)
        self.beta = beta
        self.iterations = iterations
        self.random_state = random_state

    def _learn(self, points: Floats, weights: Floats) -> Floats:
        points = points[weights > 0]
        features = points.shape[2]
        differences = (points[:, [0, 0, 1]] - points[:, [1, 2, 2]]).reshape(-1, features)
        lengths = np.linalg.norm(differences, axis=1, keepdims=True)
        bases = np.vstack([np.eye(features), (differences / np.where(lengths > 0, lengths, 1.0))[lengths[:, 0] > 0]])
        learner = _OwnBases(bases, self.beta, self.iterations, self.random_state)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="The number of bases with nonzero weight")
            learner.fit(np.concatenate([points, points[:, [1, 0, 2]]]))
        return np.asarray(learner.components_)


class _OwnBases(SCML):  # type: ignore[misc]  # no types there
    """SCML with bases from outside, which 0.7's own `basis` argument fails to take."""

    def __init__(self, bases: Floats, beta: float, iterations: int, random_state: int | None) -> None:
        super().__init__(beta=beta, max_iter=iterations, random_state=random_state)
        self.bases = bases

    def fit(self, triplets: ArrayLike) -> Any:  # noqa: ANN401 - metric-learn's own return type
        return self._fit(triplets, basis=self.bases, n_basis=len(self.bases))


class BlissMetric(TripletMetric):
    """bliss-metric-learning's formula: M = LLᵀ that minimises −Σ log Φ(Δ/σ) + strength ‖L‖², from L = I.

    Δ is the distance to the odd one less that of the near pair, from either near track; σ = 2 as there
    (Polochon-street, "Auditory metric learning using training triplets", 2021). It is drawn to zero.
    """

    def __init__(self, strength: float = 1.0, preprocessor: ArrayLike | None = None) -> None:
        super().__init__(preprocessor)
        self.strength = strength

    def _learn(self, points: Floats, weights: Floats) -> Floats:
        features = points.shape[2]
        rows = (points[:, [0, 0, 1]] - points[:, [1, 2, 2]]).transpose(1, 0, 2).reshape(-1, features)
        sigma = 2.0

        def loss(free: Floats) -> tuple[float, Floats]:
            L = free.reshape(features, features)
            embedded = rows @ L
            distance = np.maximum(np.linalg.norm(embedded, axis=1), 1e-12)
            near, *far = distance.reshape(3, -1)
            margin = (np.stack(far) - near) / sigma
            logs = log_ndtr(margin)
            # the normal density over its integral, both as logs
            slope = -weights * np.exp(-0.5 * margin**2 - 0.5 * np.log(2 * np.pi) - logs) / sigma
            by_row = np.concatenate([-slope.sum(axis=0), slope[0], slope[1]]) / distance
            gradient = rows.T @ (embedded * by_row[:, None]) + 2 * self.strength * L
            return float(-np.sum(weights * logs) + self.strength * np.sum(L**2)), gradient.ravel()

        found = minimize(loss, np.eye(features).ravel(), jac=True, method="L-BFGS-B", options=STOP)
        return np.asarray(found.x.reshape(features, features).T)
