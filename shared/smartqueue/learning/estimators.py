"""The learners, as scikit-learn estimators in metric-learn's conventions: weights, and low-rank or full matrices.

Both start from the plain metric and are drawn to it by a normal prior, so that few answers change little.
"""

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np
from metric_learn.base_metric import MahalanobisMixin, _TripletsClassifierMixin
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from smartqueue.learning.likelihood import (
    Floats,
    choices,
    first_sharpness,
    margins,
    odd_one_out,
    squared_distances,
)

# metric-learn 0.7 calls scikit-learn by a name that 1.6 renamed
warnings.filterwarnings("ignore", message=".*force_all_finite.*", category=FutureWarning)

# L-BFGS stops where a step gains a millionth; most fits end after some twenty steps.
STOP = {"maxiter": 100, "ftol": 1e-6}
# A matrix stops early: after twenty steps it was as accurate on other tracks as after a hundred, or more so.
EARLY_STOP = {**STOP, "maxiter": 20}

# (group spread, feature spread): how far log weights stray from 0, from not at all to a few features alone.
SPREADS = ((0.0, 0.0), (0.7, 0.0), (2.0, 0.0), (0.0, 0.7), (0.0, 2.0), (0.0, 4.0), (2.0, 0.7), (2.0, 2.0))


class TripletMetric(MahalanobisMixin, _TripletsClassifierMixin):  # type: ignore[misc]  # no types there
    """A Mahalanobis metric from triplets (near, near, odd); as it stands, the plain one, M = I.

    After `fit`, `components_` is L, and M = LᵀL has trace = features.
    """

    components_: Floats
    n_features_in_: int

    def __init__(self, preprocessor: ArrayLike | None = None) -> None:
        super().__init__(preprocessor)

    def fit(self, triplets: ArrayLike, y: None = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002 - scikit-learn's convention
        """Learn from (n, 3) rows of the `preprocessor`, or (n, 3, features) points; weights are (n,)."""
        points = np.asarray(self._prepare_inputs(triplets, type_of_inputs="tuples"), dtype=np.float64)
        self.n_features_in_ = points.shape[2]
        weights = np.ones(len(points)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        components = self._learn(points, weights)
        size = float(np.sum(components**2))
        if np.isfinite(size) and size > 0:
            self.components_ = components * np.sqrt(self.n_features_in_ / size)
        else:
            self.components_ = np.eye(self.n_features_in_)
        return self

    def score(self, triplets: ArrayLike, y: None = None, sample_weight: ArrayLike | None = None) -> float:  # noqa: ARG002 - as above
        """Odd-one-out accuracy; chance is 1/3."""
        points = np.asarray(self._prepare_inputs(triplets, type_of_inputs="tuples"), dtype=np.float64)
        right = odd_one_out(squared_distances(self.get_mahalanobis_matrix(), points))
        return float(
            np.average(right, weights=None if sample_weight is None else np.asarray(sample_weight, dtype=float))
        )

    def settings(self) -> dict[str, float]:
        """What the fitted learner came to, in numbers to show."""
        return {}

    def _learn(self, points: Floats, weights: Floats) -> Floats:  # noqa: ARG002 - learners override it
        return np.eye(points.shape[2])


class WeightedMetric(TripletMetric):
    """One weight a feature: the product of its group's and its own, both drawn to 1.

    A log weight is the sum of its group's part and its own, each normal around 0 with a `spread` of
    `spreads`, rows of (group, feature) standard deviations; a spread of 0 leaves that part out, and
    (0, 0) is the plain metric. `groups` (features,) labels the features; without it there is no group part.

    Of several spreads none is chosen: their metrics are averaged by the probability that each gave rise to
    the answers (Laplace's approximation; MacKay, "Bayesian interpolation", 1992), kept in `shares_`.
    """

    shares_: Floats
    spreads_: Floats

    def __init__(
        self,
        spreads: Sequence[tuple[float, float]] = SPREADS,
        groups: ArrayLike | None = None,
        preprocessor: ArrayLike | None = None,
    ) -> None:
        super().__init__(preprocessor)
        self.spreads = spreads
        self.groups = groups

    def settings(self) -> dict[str, float]:
        """The mean spreads, and the probability that the plain metric gave rise to the answers."""
        group, feature = (self.shares_ @ self.spreads_).tolist()
        plain = float(self.shares_[~self.spreads_.any(axis=1)].sum())
        return {"group_spread": group, "feature_spread": feature, "plain": plain}

    def _learn(self, points: Floats, weights: Floats) -> Floats:
        features = points.shape[2]
        near, *far = np.moveaxis((points[:, [0, 0, 1]] - points[:, [1, 2, 2]]) ** 2, 1, 0)
        contrasts = np.stack(far) - near
        spreads = np.asarray(self.spreads, dtype=np.float64)
        if self.groups is None:
            spreads = np.unique(spreads * [0.0, 1.0], axis=0)
            member = np.zeros((features, 0))
        else:
            labels = np.unique(np.asarray(self.groups, dtype=str), return_inverse=True)[1]
            member = np.eye(labels.max() + 1)[labels]
        start = float(np.log(first_sharpness(contrasts.sum(axis=2), weights)))
        fits = [
            _fit_weights(contrasts, weights, start, np.hstack([group * member, feature * np.eye(features)]))
            for group, feature in spreads
        ]
        evidence = np.array([value for _, value in fits])
        # Before any answer the plain metric is as likely as all others together.
        learned = np.any(spreads > 0, axis=1).astype(np.float64)
        belief = learned + (1 - learned) * max(learned.sum(), 1.0)
        shares = belief * np.exp(evidence - evidence.max())
        self.shares_ = shares / shares.sum()
        self.spreads_ = spreads
        return np.diag(np.sqrt(self.shares_ @ np.array([weight for weight, _ in fits])))


def _fit_weights(contrasts: Floats, weights: Floats, start: float, design: Floats) -> tuple[Floats, float]:
    """Weights (features,) of mean 1 whose logs are `design` times standard normals, and their log evidence.

    `contrasts` (2, n, features) are squared differences to the odd one less those of the near pair, `start` is
    the log of the listener's sharpness under the plain metric.
    """
    design = np.hstack([np.ones((len(design), 1)), design])  # the listener's sharpness comes first

    def loss(free: Floats) -> tuple[float, Floats]:
        feature = np.exp(np.clip(start + design @ free, -50.0, 50.0))
        logs, sincere, others = choices(contrasts @ feature)
        slope = np.tensordot(-weights * sincere * others, contrasts, 2) * feature
        return float(0.5 * free @ free - weights @ logs), slope @ design + free

    found = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B", options=STOP)
    feature = np.exp(np.clip(start + design @ found.x, -50.0, 50.0))
    _, sincere, others = choices(contrasts @ feature)
    # The curvature of a softmax, of Gauss and Newton's kind; the 1 on its diagonal is the prior.
    slopes = contrasts * feature @ design
    mean = np.einsum("kn,knf->nf", others, slopes)
    stretched = slopes * np.sqrt(weights * sincere * others)[:, :, None]
    mean = mean * np.sqrt(weights * sincere)[:, None]
    curvature = np.eye(len(found.x)) + np.tensordot(stretched, stretched, ((0, 1), (0, 1))) - mean.T @ mean
    return feature / feature.mean(), -float(found.fun) - 0.5 * float(np.linalg.slogdet(curvature)[1])


class MatrixMetric(TripletMetric):
    """A matrix drawn to the plain metric: M = I + VᵀV with `rank` rows of V, or, without a rank, M = (I + V)ᵀ(I + V).

    The numbers in V are normal around 0. `spread` is what VᵀV weighs beside I under that prior: at 1 as much.
    """

    def __init__(
        self,
        rank: int | None = 5,
        spread: float = 1.0,
        preprocessor: ArrayLike | None = None,
        random_state: int | None = 0,
    ) -> None:
        super().__init__(preprocessor)
        self.rank = rank
        self.spread = spread
        self.random_state = random_state

    def settings(self) -> dict[str, float]:
        """Its rank, where that is limited, and its spread."""
        return {"spread": self.spread} if self.rank is None else {"rank": self.rank, "spread": self.spread}

    def _learn(self, points: Floats, weights: Floats) -> Floats:
        features = points.shape[2]
        pairs = (points[:, [0, 0, 1]] - points[:, [1, 2, 2]]).transpose(1, 0, 2)
        rows = pairs.reshape(-1, features)
        plain = np.sum(rows**2, axis=1)
        scale = first_sharpness(margins(plain.reshape(3, -1).T), weights)
        identity = np.eye(features)
        if self.rank is None:
            shape, deviation, start = identity.shape, np.sqrt(self.spread / features), 0.0
        else:
            shape, deviation, start = (self.rank, features), np.sqrt(self.spread / self.rank), 0.3

        def loss(free: Floats) -> tuple[float, Floats]:
            # V = 0 is a saddle of the low-rank form, so that it starts beside it.
            V = deviation * free[1:].reshape(shape)
            factor = scale * np.exp(np.clip(free[0], -50.0, 50.0))
            L = identity + V if self.rank is None else V
            embedded = rows @ L.T
            squared = np.sum(embedded**2, axis=1) + (0.0 if self.rank is None else plain)
            margin = factor * margins(squared.reshape(3, -1).T)
            logs, sincere, others = choices(margin)
            slope = -weights * sincere * others
            by_pair = factor * np.concatenate([-slope.sum(axis=0), slope[0], slope[1]])
            gradient = 2 * deviation * (embedded * by_pair[:, None]).T @ rows
            both = np.append(np.sum(slope * margin), gradient)
            return float(0.5 * free @ free - weights @ logs), both + free

        rng = np.random.default_rng(self.random_state)
        first = np.append(0.0, start * rng.standard_normal(shape))
        found = minimize(loss, first, jac=True, method="L-BFGS-B", options=EARLY_STOP)
        V = deviation * found.x[1:].reshape(shape)
        return identity + V if self.rank is None else np.vstack([identity, V])
