"""Which three songs to ask about next: those whose odd one out would teach most about the listener.

What is known of a listener is a `Belief`: a crowd of listeners, drawn from the posterior, whom the answers so far
leave possible. They hear by weights of features, as `smartqueue.learning` has them: a log weight is the sum of its
group's part and its own, each normal around 0; how far the two stray is drawn too, and so is how sharp the listener
is. A question is worth what its answer tells about which of them it is (`information`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Integers = NDArray[np.int64]

# How many answers say nothing. More than smartqueue.learning thinks, which looks back on many answers at once: who
# chooses the next question by a wrong one is led astray (measured: 0.15 took a fifth more answers).
SLIPS = 0.3
# Before any answer: an exponent of 3 for two tracks that are as far apart as the average.
SHARPNESS = 3.0

LISTENERS = 64
ROUNDS = 6  # after one more answer
FIRST_ROUNDS = 60  # without an earlier belief
LEAPS = 8
ACCEPTED = 0.75

CANDIDATES = 1000
COUNTABLE = 30  # tracks, up to which all threes are candidates
WIDELY = 10  # questions, at the start, that go where none has been
RANDOM_EVERY = 4  # one question in so many, the first among them, is of any three songs: their answers judge


@dataclass(frozen=True)
class Belief:
    """Listeners whom the answers leave possible, each as likely as the others.

    weights: (features, listeners), what each multiplies squared differences by, their sharpness included.
    normals: (parameters, listeners), standard normals before any answer; where the next drawing goes on from.
    step: how far it goes at once.
    """

    weights: Singles
    normals: Singles
    step: float


def believe(
    points: ArrayLike,
    triplets: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    before: Belief | None = None,
    seed: int = 0,
) -> Belief:
    """What the answers tell about the listener.

    points: (tracks, features), standardised. triplets: (n, 3) track numbers (near, near, odd); none is well.
    groups: (features,) labels. weights: (n,), 1 each unless given. before: the belief before the last answers,
    which makes it quicker; not needed.

    Hamiltonian Monte Carlo with many short chains (Neal, "MCMC using Hamiltonian dynamics", 2011). A normal
    approximation at the likeliest weights will not do: weights that are all but 0 are normal on neither scale.

    Raises ValueError for arrays that do not fit one another.
    """
    known = _points(points)
    features = known.shape[1]
    rows = _threes("triplets", triplets, len(known))
    mass = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    labels = np.zeros(features, dtype=np.int64) if groups is None else np.unique(groups, return_inverse=True)[1]
    if mass.shape != (len(rows),) or not (mass >= 0).all() or labels.shape != (features,):
        raise ValueError("weights must be one a triplet, none below 0, and groups one a feature")
    rng = np.random.default_rng([seed, len(rows)])
    near, *far = np.moveaxis(_squared_differences(known, rows), 1, 0)
    posterior = _Posterior(
        contrasts=(np.stack(far) - near).astype(np.float32),
        mass=mass.astype(np.float32),
        member=np.eye(labels.max(initial=0) + 1, dtype=np.float32)[labels],
        sharpness=float(np.log(SHARPNESS / _usual(known, rng))),
    )
    size = (3 + posterior.member.shape[1] + features, LISTENERS)
    if before is None or before.normals.shape != size:
        before = Belief(np.empty((features, 0), np.float32), rng.standard_normal(size, dtype=np.float32), 0.1)
        return posterior.drawn(before, FIRST_ROUNDS, rng)
    return posterior.drawn(before, ROUNDS, rng)


def next_question(
    points: ArrayLike,
    belief: Belief,
    *,
    asked: ArrayLike = (),
    artists: ArrayLike | None = None,
    recordings: ArrayLike | None = None,
    seed: int = 0,
) -> tuple[int, int, int] | None:
    """Three tracks whose odd one out would teach most, in random order; None when none are left.

    points: (tracks, features), standardised. asked: (m, 3) what was asked before, answered or not; never the
    same three twice. artists: (tracks,) names; as many different ones in a question as can be found, and all
    get their turn. recordings: (tracks,) names; never one of them twice in a question. An empty name is nobody's.

    The best of a thousand threes drawn at random, or of all there are of up to 30 tracks; artists and tracks that
    were asked about are drawn less. The first ten questions spread: of those that teach most, the one whose tracks
    are farthest from all that were asked about. None also when of a thousand not one is new.

    Raises ValueError for arrays that do not fit one another.
    """
    known = _points(points)
    before = _threes("asked", asked, len(known))
    rng = np.random.default_rng([seed, len(before)])
    performers = _labels("artists", artists, len(known))
    threes = _new(_candidates(before, performers, rng), before, _labels("recordings", recordings, len(known)))
    if not len(threes):
        return None
    variety = _different(performers[threes])
    threes = threes[variety == variety.max()]
    worth = information(known, threes, belief)
    if len(before) < WIDELY:
        best = worth >= np.quantile(worth, 0.9)
        threes, worth = threes[best], _apart(known, threes[best], np.unique(before))
    first, second, third = rng.permutation(threes[worth.argmax()]).tolist()
    return first, second, third


def question_at_random(
    tracks: int, *, asked: ArrayLike = (), recordings: ArrayLike | None = None, seed: int = 0
) -> tuple[int, int, int] | None:
    """Any three of so many tracks, each three as likely as the others; None when none are left.

    What a listener answers to such questions tells how often a metric is right; for the rest see next_question.
    """
    before = _threes("asked", asked, tracks)
    rng = np.random.default_rng([seed, len(before), RANDOM_EVERY])
    threes = _new(_drawn(np.ones(tracks), rng), before, _labels("recordings", recordings, tracks))
    if not len(threes):
        return None
    first, second, third = rng.permutation(threes[0]).tolist()
    return first, second, third


def information(points: ArrayLike, threes: ArrayLike, belief: Belief) -> Floats:
    """What the answer to each question would tell about the listener, (n,) in nats, at least 0.

    points: (tracks, features), standardised. threes: (n, 3) track numbers.

    The entropy of the answer less what remains of it once the listener is known: the mutual information of
    both (Lindley, 1956; "BALD", Houlsby et al., "Bayesian active learning for classification and preference
    learning", 2011). A near tie has much of the first, but as much of the second, and is worth nothing; slips
    keep clear answers from being worth too much.
    """
    known = _points(points)
    rows = _threes("threes", threes, len(known))
    squared = _squared_differences(known, rows).astype(np.float32) @ belief.weights
    likelihood = np.exp(squared.min(axis=1, keepdims=True) - squared)
    likelihood *= (1 - SLIPS) / likelihood.sum(axis=1, keepdims=True)
    likelihood += SLIPS / 3
    remains = -np.sum(likelihood * np.log(likelihood), axis=1).mean(axis=1)
    mean = likelihood.mean(axis=2)
    return np.asarray(np.maximum(-np.sum(mean * np.log(mean), axis=1) - remains, 0.0), dtype=np.float64)


@dataclass(frozen=True)
class _Posterior:
    """How likely listeners are, given the answers.

    contrasts: (2, n, features), squared differences of each near track to the odd one less those of the near pair.
    mass: (n,) weights. member: (features, groups), 1 where it belongs. sharpness: its log that is likeliest
    before any answer.

    A listener is a column of standard normals: log sharpness, log spread of the groups, log spread of the
    features, the groups' parts in spreads, the features' parts in spreads.
    """

    contrasts: Singles
    mass: Singles
    member: Singles
    sharpness: float

    def energy(self, normals: Singles) -> tuple[Singles, Singles, Singles]:
        """Minus the log posterior (listeners,), its slope, and the features' weights (features, listeners)."""
        count = self.member.shape[1]
        group_spread, feature_spread = np.exp(np.clip(normals[1:3], -5, 5))
        groups = group_spread * (self.member @ normals[3 : 3 + count])
        features = feature_spread * normals[3 + count :]
        weights = np.exp(self.sharpness + np.clip(normals[0] + groups + features, -20, 20))
        away = np.exp(-np.clip(self.contrasts @ weights, -60, 60))
        total = 1 + away.sum(axis=0)
        sincere = (1 - SLIPS) / total
        probability = sincere + SLIPS / 3
        energy = 0.5 * np.sum(normals**2, axis=0) - self.mass @ np.log(probability)
        pull = self.mass[:, None] * sincere / probability / total * away
        slope = -np.sum(self.contrasts.transpose(0, 2, 1) @ pull, axis=0) * weights
        slopes = [
            slope.sum(axis=0)[None],
            np.sum(slope * groups, axis=0)[None],
            np.sum(slope * features, axis=0)[None],
            group_spread * (self.member.T @ slope),
            feature_spread * slope,
        ]
        return energy, normals + np.concatenate(slopes), weights

    @np.errstate(over="ignore", invalid="ignore")  # a chain that runs away is called back
    def drawn(self, belief: Belief, rounds: int, rng: np.random.Generator) -> Belief:
        """The belief after some rounds of Hamiltonian Monte Carlo, each listener a chain of their own."""
        normals, step = belief.normals, belief.step
        energy, slope, weights = self.energy(normals)
        # Steps as long as the crowd is wide; it is small, so that this is drawn to the width before any answer.
        spread = np.sqrt((normals.var(axis=1, keepdims=True) + 0.3) / 1.3)
        for _ in range(rounds):
            stride = np.float32(step * rng.uniform(0.7, 1.3)) * spread
            momentum = rng.standard_normal(normals.shape, dtype=np.float32)
            whole = energy + 0.5 * np.sum(momentum**2, axis=0)
            there, falling = normals, slope
            for _ in range(LEAPS):
                momentum = momentum - 0.5 * stride * falling
                there = there + stride * momentum
                found, falling, heard = self.energy(there)
                momentum = momentum - 0.5 * stride * falling
            gain = whole - found - 0.5 * np.sum(momentum**2, axis=0)
            chance = np.exp(np.minimum(np.nan_to_num(gain, nan=-np.inf), 0))
            moved = rng.random(len(chance)) < chance
            normals, slope = np.where(moved, there, normals), np.where(moved, falling, slope)
            energy, weights = np.where(moved, found, energy), np.where(moved, heard, weights)
            step = float(np.clip(step * np.exp(0.3 * (chance.mean() - ACCEPTED)), 0.005, 0.5))
        return Belief(weights, normals, step)


def _candidates(asked: Integers, artists: Integers, rng: np.random.Generator) -> Integers:
    """Three tracks each, (n, 3): all there are in a small library, else drawn, artists by turns."""
    heard = np.bincount(asked.ravel(), minlength=len(artists))
    of_artist = np.bincount(artists, weights=heard, minlength=len(artists))[artists]
    return _drawn(1 / np.bincount(artists)[artists] / (1 + of_artist) / (1 + heard), rng)


def _drawn(chance: Floats, rng: np.random.Generator) -> Integers:
    """Three different tracks each, (n, 3), by their chance (tracks,); all there are in a small library, shuffled."""
    tracks = len(chance)
    if tracks <= COUNTABLE:
        every = np.fromiter(combinations(range(tracks), 3), dtype=(np.int64, 3), count=comb(tracks, 3))
        return rng.permutation(every)
    bounds = np.cumsum(chance)
    drawn = np.searchsorted(bounds, rng.random((CANDIDATES, 3)) * bounds[-1], side="right")
    threes = np.minimum(drawn, tracks - 1)
    return np.asarray(threes[_different(threes) == 3])


def _new(threes: Integers, asked: Integers, recordings: Integers) -> Integers:
    """Those of the threes that are of three recordings and were not asked before."""
    threes = threes[_different(recordings[threes]) == 3]
    return threes[~np.isin(_key(threes, len(recordings)), _key(asked, len(recordings)))]


def _apart(points: Floats, threes: Integers, asked: Integers) -> Floats:
    """How far the tracks of each three are from one another and from those asked about, (n,), squared."""
    apart = _squared_differences(points, threes).sum(axis=2).min(axis=1)
    tracks, place = np.unique(threes, return_inverse=True)
    if len(asked):
        squares = np.sum(points**2, axis=1)
        away = squares[tracks, None] + squares[asked] - 2 * points[tracks] @ points[asked].T
        apart = np.minimum(apart, away.min(axis=1)[place.reshape(threes.shape)].min(axis=1))
    return np.asarray(apart)


def _squared_differences(points: Floats, threes: Integers) -> Floats:
    """(n, 3, features), of the first and second, first and third, second and third track."""
    three = points[threes]
    return np.asarray((three[:, [0, 0, 1]] - three[:, [1, 2, 2]]) ** 2)


def _usual(points: Floats, rng: np.random.Generator) -> float:
    """The mean squared distance of two tracks; 1 where all are alike."""
    if not len(points):
        return 1.0
    one, other = rng.integers(len(points), size=(2, 500))
    mean = float(np.sum((points[one] - points[other]) ** 2, axis=1).mean())
    return mean if mean > 0 else 1.0


def _different(labels: Integers) -> Integers:
    """How many different labels (n,) each row of (n, 3) has."""
    ordered = np.sort(labels, axis=1)
    return np.asarray(1 + np.count_nonzero(ordered[:, 1:] != ordered[:, :-1], axis=1))


def _key(threes: Integers, tracks: int) -> Integers:
    """One number (n,) for the same three tracks in any order."""
    low, middle, high = np.sort(threes, axis=1).T
    return np.asarray((low * tracks + middle) * tracks + high)


def _labels(name: str, values: ArrayLike | None, tracks: int) -> Integers:
    """A number (tracks,) for each name; an empty one is like no other."""
    if values is None:
        return np.arange(tracks)
    names = np.asarray(values, dtype=str)
    if names.shape != (tracks,):
        raise ValueError(f"{name} must be of shape ({tracks},), one a track, not {names.shape}")
    found, label = np.unique(names, return_inverse=True)
    nobody = names == ""
    label[nobody] = len(found) + np.arange(np.count_nonzero(nobody))
    return np.asarray(np.unique(label, return_inverse=True)[1], dtype=np.int64)


def _points(points: ArrayLike) -> Floats:
    known = np.asarray(points, dtype=np.float64)
    if known.ndim != 2 or not np.isfinite(known).all():
        raise ValueError("points must be finite numbers, (tracks, features); leave out tracks without a vector")
    return known


def _threes(name: str, values: ArrayLike, tracks: int) -> Integers:
    rows = np.asarray(values)
    if rows.size == 0:
        return np.zeros((0, 3), dtype=np.int64)
    if rows.ndim != 2 or rows.shape[1] != 3 or not np.issubdtype(rows.dtype, np.integer):
        raise ValueError(f"{name} must be (n, 3) whole track numbers, not {rows.dtype} of shape {rows.shape}")
    wrong = np.any((rows < 0) | (rows >= tracks) | (rows == rows[:, [1, 2, 0]]), axis=1)
    if wrong.any():
        raise ValueError(f"{name}, row {wrong.argmax()}: must be three different tracks of points")
    return rows.astype(np.int64)
