"""Repeated, nested, grouped cross-validation of ways to learn a metric."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from smartqueue.learning.estimators import TripletMetric
from smartqueue.learning.likelihood import Floats, choices, margins, odd_one_out, sharpness, squared_distances
from smartqueue.learning.triplets import Booleans, Integers
from smartqueue.listening import JUDGES

FOLDS = 5
REPEATS = 3
ROWS = 8000  # fitted over all options and repeats: with more, fewer repeats do, since more answers are steadier
FEWEST = JUDGES  # units, below which nothing can be told
DOUBT = 1.28  # standard errors, which chance alone exceeds once in ten


@dataclass(frozen=True)
class Trial:
    """The triplets `points` (n, 3, features), and how they judge.

    `weights` (n,) is what each counts in learning, `judging` (n,) in judging, where the triplets of one question
    together weigh no more than one answer. `judges` (n,) says which rows judge, `units` (n,) whose answers hang
    together, `blocks` (n, 3) what is held out as one: a row judges where all its blocks are held out, and is
    learned from where none is. A block of -1 is never held out.
    """

    points: Floats
    weights: Floats
    judging: Floats
    library: Booleans
    judges: Booleans
    units: Integers
    blocks: Integers

    def size(self) -> int:
        """How many units judge."""
        return len(np.unique(self.units[self.judges]))


@dataclass(frozen=True)
class Option:
    """A learner, and the factor on the weights of the library's triplets that it learns from.

    `seen` (n,) limits it to some of the listener's own triplets.
    """

    name: str
    estimator: TripletMetric
    share: float
    seen: Booleans | None = None

    def fit(self, trial: Trial, rows: Booleans) -> Floats:
        """The matrix (features, features) learned from some of the trial's rows (n,)."""
        mass = np.where(trial.library, self.share, 1.0) * trial.weights * rows
        if self.seen is not None:
            mass = mass * (trial.library | self.seen)
        used = mass > 0
        if not used.any():
            return np.eye(trial.points.shape[2])
        return np.asarray(self.estimator.fit(trial.points[used], sample_weight=mass[used]).get_mahalanobis_matrix())


@dataclass(frozen=True)
class Gain:
    """The mean gain of a held-out answer over another metric's, and its standard error."""

    mean: float
    error: float

    def exceeds(self, errors: float) -> bool:
        """Whether it is above zero by more than so many standard errors."""
        return self.mean > errors * self.error


@dataclass(frozen=True)
class Verdict:
    """Held-out accuracy, and what is gained on another metric: in accuracy, and in log likelihood.

    The likelihood sees how near a miss was, so that it often tells from fewer answers, and errs at other times.
    """

    accuracy: float
    in_accuracy: Gain
    in_likelihood: Gain


@dataclass(frozen=True)
class HeldOut:
    """Squared distances in held-out triplets, by the best option of each family, which was chosen without them.

    `families` is (families, repeats, n, 3), nan where a row was not held out. `totals` (options,) is the log
    likelihood of all held-out answers, by which to choose in the end.
    """

    families: Floats
    totals: Floats


def cross_validate(
    trial: Trial, options: Sequence[Option], families: Sequence[Sequence[int]], rng: np.random.Generator
) -> HeldOut:
    """Hold out every fold of the answers that judge, and choose the best of each family of options without it.

    Leaving out two folds at once serves as the inner cross-validation of both: the choice for one is made on
    the other. That makes 15 fits an option, where nesting five folds in five takes 25.
    """
    count = len(trial.weights)
    repeats = int(np.clip(ROWS // (count * len(options)), 1, REPEATS))
    held = np.full((len(families), repeats, count, 3), np.nan)
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
                    matrix = option.fit(trial, learned)
                    if first == second:
                        squared[number, tests[first]] = squared_distances(matrix, trial.points[tests[first]])
                        continue
                    for chosen_for, test in ((first, tests[second]), (second, tests[first])):
                        distances = squared_distances(matrix, trial.points[test])
                        weights = trial.judging[test]
                        scores[chosen_for, number] += weights @ _log_likelihood(distances, weights)
        for fold in range(FOLDS):
            test = trial.judges & (folds == fold).all(axis=1)
            for family, members in enumerate(families):
                held[family, repeat, test] = squared[members[int(scores[fold, members].argmax())], test]
        tested = ~np.isnan(squared[0, :, 0])
        weights = trial.judging[tested]
        totals += [weights @ _log_likelihood(option[tested], weights) for option in squared]
    return HeldOut(held, totals)


def _log_likelihood(squared: Floats, weights: Floats) -> Floats:
    """Log likelihood of each answer, (n,), under the sharpness that makes all of them likeliest."""
    if not len(squared):
        return np.zeros(0)
    margin = margins(squared)
    return choices(sharpness(margin, weights) * margin)[0]


def compare(held: Floats, other: Floats, trial: Trial, among: Booleans | None = None) -> Verdict:
    """The verdict on held-out squared distances (repeats, n, 3) beside another metric's.

    among: (n,) which rows are asked, all by default. A row counts with the mean of its repeats, and units are what
    the standard error is taken over, so that no repeating makes it look smaller.
    """
    right, gain, likelihood = (np.full(held.shape[:2], np.nan) for _ in range(3))
    for repeat, (ours, theirs) in enumerate(zip(held, other, strict=True)):
        tested = ~np.isnan(theirs[:, 0])
        weights = trial.judging[tested]
        right[repeat, tested] = odd_one_out(ours[tested])
        gain[repeat, tested] = right[repeat, tested] - odd_one_out(theirs[tested])
        likelihood[repeat, tested] = _log_likelihood(ours[tested], weights) - _log_likelihood(theirs[tested], weights)
    asked = ~np.isnan(gain).all(axis=0) & (True if among is None else among)
    if not asked.any():
        nothing = Gain(0.0, np.nan)
        return Verdict(np.nan, nothing, nothing)
    share = trial.judging[asked] / trial.judging[asked].sum()
    units = np.unique(trial.units[asked], return_inverse=True)[1]
    in_accuracy, in_likelihood = (
        _gain(np.nanmean(values[:, asked], axis=0), share, units) for values in (gain, likelihood)
    )
    return Verdict(float(share @ np.nanmean(right[:, asked], axis=0)), in_accuracy, in_likelihood)


def _gain(values: Floats, share: Floats, units: Integers) -> Gain:
    """The mean of values (n,) by their share (n,), with its standard error over units (n,), numbered from 0."""
    mean = float(share @ values)
    deviations = np.bincount(units, weights=share * (values - mean))
    count = len(deviations)
    return Gain(mean, float(np.sqrt(np.sum(deviations**2) * count / max(count - 1, 1))))
