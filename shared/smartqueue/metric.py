"""The distance between two tracks: standardising, the Mahalanobis matrix M and its factor L."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

# The interquartile range of a normal distribution, in standard deviations.
_IQR_OF_NORMAL = 1.3489795
# So many tracks tell the centre and scale of all.
_ENOUGH = 10_000
# How far from the centre one feature may lie, in scales: beyond this it is an outlier, not more information.
_FURTHEST = 5.0


@dataclass(frozen=True)
class Metric:
    """A Mahalanobis metric d(x, y) = √((x−y)ᵀ M (x−y)) over standardised feature vectors.

    features: names of the F features, in order.
    centre, scale: (F,) what standardising subtracts and divides by.
    matrix: (F, F) positive semi-definite; the identity is the plain metric.
    learner: the name of what learned it.
    """

    features: tuple[str, ...]
    centre: Vector
    scale: Vector
    matrix: Matrix
    learner: str = "plain"
    id: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuses arrays that do not fit the features, with a ValueError."""
        size = len(self.features)
        shapes = {"centre": (size,), "scale": (size,), "matrix": (size, size)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                message = f"the metric's {name} is {getattr(self, name).shape}, but must be {shape}"
                raise ValueError(message)

    @cached_property
    def factor(self) -> Matrix:
        """L, (rank, F), with M = LᵀL, so that d(x, y) = ‖L(x−y)‖."""
        values, vectors = np.linalg.eigh(self.matrix)
        kept = values > values.max(initial=0.0) * 1e-10
        return np.asarray((vectors[:, kept] * np.sqrt(values[kept])).T)

    @property
    def weights(self) -> Vector:
        """(F,) how much each feature counts by itself, the diagonal of M; 1 each in the plain metric."""
        return np.diag(self.matrix).copy()

    def group_weights(self, groups: Sequence[str]) -> dict[str, float]:
        """How much each group of features counts on average, the heaviest first; `groups` (F,) names each one's."""
        labels = np.asarray(groups)
        means = {str(group): float(self.weights[labels == group].mean()) for group in np.unique(labels)}
        return dict(sorted(means.items(), key=lambda one: -one[1]))

    def feature_weights(self) -> dict[str, float]:
        """How much each feature counts by itself, the heaviest first."""
        order = np.argsort(-self.weights, kind="stable")
        return {self.features[feature]: float(self.weights[feature]) for feature in order}

    def standardise(self, vectors: ArrayLike) -> Matrix:
        """(tracks, F) raw vectors → the same in scales from the centre, outliers drawn in."""
        standardised = (np.atleast_2d(np.asarray(vectors, dtype=np.float64)) - self.centre) / self.scale
        return np.clip(standardised, -_FURTHEST, _FURTHEST)

    def points(self, vectors: ArrayLike) -> NDArray[np.float32]:
        """(tracks, F) raw vectors → (tracks, rank) points whose Euclidean distance is the metric's."""
        raw = np.atleast_2d(vectors)
        if not raw.size:
            return np.zeros((0, len(self.factor)), dtype=np.float32)
        standardised = np.subtract(raw, self.centre, dtype=np.float32, casting="same_kind")
        standardised /= self.scale.astype(np.float32)
        np.clip(standardised, -_FURTHEST, _FURTHEST, out=standardised)
        if np.array_equal(self.matrix, np.eye(len(self.features))):
            # The plain metric leaves them where they are.
            return np.asarray(standardised)
        return np.asarray(standardised @ self.factor.T.astype(np.float32))


def plain(features: tuple[str, ...], vectors: ArrayLike) -> Metric:
    """The metric before any learning: the identity over standardised vectors.

    vectors: (tracks, F) raw. Centre is the median; scale the interquartile range in standard deviations of a
    normal distribution, else (more than half of the tracks alike) the standard deviation, else 1. Of a large
    library they are those of every so manieth track.
    """
    raw = np.asarray(vectors).reshape(-1, len(features))
    raw = raw[:: max(1, len(raw) // _ENOUGH)].astype(np.float64) if len(raw) else np.zeros((1, len(features)))
    lower, centre, upper = np.percentile(raw, [25, 50, 75], axis=0)
    scale = (upper - lower) / _IQR_OF_NORMAL
    deviation = raw.std(axis=0)
    scale = np.where(scale > 1e-9, scale, np.where(deviation > 1e-9, deviation, 1.0))
    return Metric(features, centre, scale, np.eye(len(features)))


def distances(points: NDArray[np.float32], origin: NDArray[np.float32]) -> NDArray[np.float32]:
    """(tracks,) Euclidean distances of (tracks, rank) points from one (rank,) origin."""
    differences = points - origin
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", differences, differences)))
