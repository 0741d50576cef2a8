"""Repeated, nested, grouped cross-validation of ways to learn a metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartqueue.learning.estimators import TripletMetric
from smartqueue.learning.likelihood import Floats, choices, margins, odd_one_out, sharpness, squared_distances
from smartqueue.learning.triplets import Booleans, Integers

FOLDS = 5
REPEATS = 3
ROWS = 8000  # fitted over all options and repeats: with more, fewer repeats do, since more answers are steadier
FEWEST = 20  # units, below which nothing can be told
ENOUGH = 30  # units, below which one lucky draw makes a bad metric look good
DOUBT = 1.28  # standard errors, which chance alone exceeds once in ten


@dataclass(frozen=True)
class Option:
    """A learner, and the factor on the weights of the library's triplets that it learns from."""

    name: str
    estimator: TripletMetric
    share: float

    def fit(self, points: Floats, weights: Floats, library: Booleans) -> Floats:
        """The matrix (features, features) learned from the triplets `points` (n, 3, features)."""
        mass = np.where(library, self.share, 1.0) * weights
        used = mass > 0
        if not used.any():
            return np.eye(points.shape[2])
        return np.asarray(self.estimator.fit(points[used], sample_weight=mass[used]).get_mahalanobis_matrix())


@dataclass(frozen=True)
class Trial:
    """The triplets `points` (n, 3, features), and how they judge.

    `judges` (n,) says which rows do, `units` (n,) whose answers hang together, `blocks` (n, 3) what is held
    out as one: a row judges where all its blocks are held out, and is learned from where none is. A block of
    -1 is never held out.
    """

    points: Floats
    weights: Floats
    library: Booleans
    judges: Booleans
    units: Integers
    blocks: Integers

    def size(self) -> int:
        """How many units judge."""
        return len(np.unique(self.units[self.judges]))


@dataclass(frozen=True)
class Gain:
    """The mean gain of a held-out answer over the plain metric's, and its standard error."""

    mean: float
    error: float

    @property
    def is_beyond_doubt(self) -> bool:
        """Whether chance alone would give as much less than once in ten."""
        return self.mean > DOUBT * self.error


@dataclass(frozen=True)
class Verdict:
    """Held-out accuracy, and what is gained over plain: in accuracy, and in log likelihood.

    The likelihood sees how near a miss was, so that it often tells from fewer answers, and errs at other times.
    `better` is where both gain, and either of them beyond doubt, by enough answers.
    """

    accuracy: float
    in_accuracy: Gain
    in_likelihood: Gain
    better: bool


def cross_validate(
    trial: Trial, options: Sequence[Option], families: Sequence[Sequence[int]], rng: np.random.Generator
) -> tuple[list[Verdict], Floats]:
    """Judge each family of options, of which the best is chosen anew without every fold that judges.

    The first option is the reference, which the verdicts (one a family) compare to. Also returned is the log
    likelihood (options,) of the held-out answers, by which to choose in the end.

    Leaving out two folds at once serves as the inner cross-validation of both: the choice for one is made on
    the other. That makes 15 fits an option, where nesting five folds in five takes 25.
    """
    count = len(trial.weights)
    repeats = int(np.clip(ROWS // (count * len(options)), 1, REPEATS))
    held = np.full((repeats, len(families), count, 3), np.nan)
    plain = np.full((repeats, count, 3), np.nan)
    totals = np.zeros(len(options))
    for repeat in range(repeats):
        fold_of_block = np.append(rng.permutation(trial.blocks.max() + 1) % FOLDS, -1)
        folds = fold_of_block[trial.blocks]
        squared = np.full((len(options), count, 3), np.nan)
        scores = np.zeros((FOLDS, len(options)))
        for first in range(FOLDS):
            for second in range(first, FOLDS):
                learned = ~((folds == first) | (folds == second)).any(axis=1)
                tests = {fold: trial.judges & (folds == fold).all(axis=1) for fold in (first, second)}
                for number, option in enumerate(options):
                    matrix = option.fit(trial.points[learned], trial.weights[learned], trial.library[learned])
                    if first == second:
                        squared[number, tests[first]] = squared_distances(matrix, trial.points[tests[first]])
                        continue
                    for chosen_for, test in ((first, tests[second]), (second, tests[first])):
                        distances = squared_distances(matrix, trial.points[test])
                        weights = trial.weights[test]
                        scores[chosen_for, number] += weights @ _log_likelihood(distances, weights)
        for fold in range(FOLDS):
            test = trial.judges & (folds == fold).all(axis=1)
            for family, members in enumerate(families):
                held[repeat, family, test] = squared[members[int(scores[fold, members].argmax())], test]
        plain[repeat] = squared[0]
        tested = ~np.isnan(plain[repeat, :, 0])
        weights = trial.weights[tested]
        totals += [weights @ _log_likelihood(option[tested], weights) for option in squared]
    return [_compare(held[:, family], plain, trial) for family in range(len(families))], totals


def _log_likelihood(squared: Floats, weights: Floats) -> Floats:
    """Log likelihood of each answer, (n,), under the sharpness that makes all of them likeliest."""
    if not len(squared):
        return np.zeros(0)
    margin = margins(squared)
    return choices(sharpness(margin, weights) * margin)[0]


def _compare(held: Floats, plain: Floats, trial: Trial) -> Verdict:
    """The verdict on held-out squared distances (repeats, n, 3), nan where a row was not held out.

    A row counts with the mean of its repeats, and units are what the standard error is taken over, so that
    no repeating makes it look smaller.
    """
    right, gain, likelihood = (np.full(held.shape[:2], np.nan) for _ in range(3))
    for repeat, (ours, theirs) in enumerate(zip(held, plain, strict=True)):
        tested = ~np.isnan(theirs[:, 0])
        weights = trial.weights[tested]
        right[repeat, tested] = odd_one_out(ours[tested])
        gain[repeat, tested] = right[repeat, tested] - odd_one_out(theirs[tested])
        likelihood[repeat, tested] = _log_likelihood(ours[tested], weights) - _log_likelihood(theirs[tested], weights)
    tested = ~np.isnan(gain).all(axis=0)
    if not tested.any():
        nothing = Gain(0.0, np.nan)
        return Verdict(np.nan, nothing, nothing, better=False)
    share = trial.weights[tested] / trial.weights[tested].sum()
    units = np.unique(trial.units[tested], return_inverse=True)[1]
    in_accuracy, in_likelihood = (
        _gain(np.nanmean(values[:, tested], axis=0), share, units) for values in (gain, likelihood)
    )
    beyond_doubt = in_accuracy.is_beyond_doubt or in_likelihood.is_beyond_doubt
    return Verdict(
        float(share @ np.nanmean(right[:, tested], axis=0)),
        in_accuracy,
        in_likelihood,
        better=units.max() + 1 >= ENOUGH and in_accuracy.mean > 0 and in_likelihood.mean > 0 and beyond_doubt,
    )


def _gain(values: Floats, share: Floats, units: Integers) -> Gain:
    """The mean of values (n,) by their share (n,), with its standard error over units (n,), numbered from 0."""
    mean = float(share @ values)
    deviations = np.bincount(units, weights=share * (values - mean))
    count = len(deviations)
    return Gain(mean, float(np.sqrt(np.sum(deviations**2) * count / max(count - 1, 1))))
