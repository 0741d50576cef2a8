"""Which learner, how much of the library, and whether the result may replace the metric in use."""

from dataclasses import dataclass, field, replace
from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

from smartqueue.learning.crossvalidation import (
    DOUBT,
    FEWEST,
    Gain,
    Option,
    Trial,
    Verdict,
    compare,
    cross_validate,
)
from smartqueue.learning.estimators import MatrixMetric, TripletMetric, WeightedMetric
from smartqueue.learning.likelihood import Floats
from smartqueue.learning.triplets import Booleans, Integers, Triplets, check

OWN = FEWEST  # the listener's questions, from which on they are the judges instead of the library
ENOUGH = 30  # questions, below which one lucky draw makes a bad metric look good
LIBRARY_ROWS = 500  # a sample of the library's triplets says what all of them say
LIBRARY_SHARES = (0.0, 0.1, 1.0)

# How much likelier the answers must be under weights than under the plain metric: a Bayes factor, which chance seldom
# raises however often one looks (Ville's inequality). How seldom, beside the other conditions: docs/benchmarks.md.
LONG_ODDS = 4.0
# Or so many standard errors of gain, which hold up under some ten looks (Haybittle, 1971; Peto et al., 1976).
CERTAIN = 3.0


@dataclass(frozen=True)
class Candidate:
    """One learner's held-out, odd-one-out accuracy, its settings chosen without the answers it was judged on.

    `difference` is to the plain metric's accuracy, and `uncertainty` the standard error of it.
    """

    name: str
    settings: dict[str, float]
    accuracy: float
    difference: float
    uncertainty: float


@dataclass(frozen=True)
class Learned:
    """A metric and what is known of it.

    `matrix` is (features, features), positive semi-definite, trace = features. The accuracies are held out,
    odd-one-out (chance 1/3), and nan where there was too little to judge by; `uncertainty` is the standard error of
    their difference. `judged_by` says what they are of: survey, that is questions of any three tracks, else skip,
    else library, or empty. `missing` is how many more questions of any three tracks it takes until they judge.
    `likelier` is the gain of an answer's log probability, None where plain was chosen, and `odds` how much likelier
    all own answers are under learned weights than under the plain metric.

    `better` says whether the metric may be put in use in place of the plain one, `improves` whether in place of the
    one in use, and `in_use_is_worse` whether that has become worse than the plain one.
    """

    matrix: Floats
    learner: str = "plain"
    settings: dict[str, float] = field(default_factory=dict)
    accuracy: float = nan
    plain_accuracy: float = nan
    uncertainty: float = nan
    judged_by: str = ""
    missing: int = FEWEST
    likelier: Gain | None = None
    odds: float = 1.0
    better: bool = False
    improves: bool = False
    in_use_is_worse: bool = False
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """How the metric in use was learned: the learner, the library's share, and from which triplets (n,)."""

    learner: str
    share: float
    seen: ArrayLike


def learn(
    vectors: ArrayLike,
    triplets: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    questions: ArrayLike | None = None,
    sources: ArrayLike | None = None,
    artists: ArrayLike | None = None,
    at_random: ArrayLike | None = None,
    in_use: Recipe | None = None,
    random_state: int = 0,
) -> Learned:
    """Learn a metric from triplets, and judge it on answers that it did not see.

    `vectors` is (tracks, features), standardised; `triplets` (n, 3) track numbers (near, near, odd);
    `weights` (n,), 1 each unless given; `groups` (features,) labels of features that share a weight;
    `questions` (n,) labels of what stays in one fold, by default the same three tracks; `sources` (n,) of
    survey, skip and library, by default survey; `artists` (tracks,) labels; `at_random` (n,) which answers are to
    questions of any three tracks, by default all; `in_use` the recipe of the metric in use, if that is not plain.

    The listener's own answers are the judges, also of how much the library's triplets count. While they are
    fewer than 20 questions, the library's triplets judge, on artists that the learning did not see (without
    `artists`, tracks that library triplets join as near count as one artist's; an artist without a name is
    nobody else). Then no metric is `better`: what albums alone teach finds tracks of other albums no more often
    than the plain metric does, and costs a listener who hears plainly some points.

    Choice and verdict come from repeated, seeded, nested cross-validation: no answer judges a choice that it
    took part in. The accuracy is that of questions of any three tracks alone, because what was chosen to teach is
    what the plain metric explains badly. A metric is `better` when held-out answers are likelier by more than the
    uncertainty of that, no fewer are right, the answers speak for learned weights by long odds (or the gain is
    certain), which chance hardly ever does however often one looks, and there are 30 questions or more. The metric
    in use is judged by its recipe, fitted without each fold to the triplets that it was learned from.

    Raises ValueError, naming the row, for input that cannot be meant.
    """
    rng = np.random.default_rng(random_state)
    if at_random is None:
        at_random = np.ones(len(np.asarray(triplets)), dtype=bool)
    seen = None if in_use is None else in_use.seen
    given = _useful(check(vectors, triplets, weights, groups, questions, sources, artists, at_random, seen), rng)
    any_three = len(np.unique(given.questions[given.at_random]))
    plain = Learned(np.eye(given.points.shape[1]), missing=max(0, FEWEST - any_three))
    trial = _trial(given)
    if trial is None:
        return plain
    own = not trial.judges[trial.library].any()
    options = _options(given, own, random_state)
    names = list(dict.fromkeys(option.name for option in options))
    families = [[number for number, option in enumerate(options) if option.name == name] for name in names]
    families.append(list(range(len(options))))
    former = _former(in_use, options, given.seen) if own and in_use is not None else None
    tried = options if former is None else [*options, former]
    # The fits are many and small: threads would wait for one another longer than they work.
    with threadpool_limits(1, user_api="blas"):
        held = cross_validate(trial, tried, [*families, [len(tried) - 1]], rng)
        best = [options[members[int(held.totals[members].argmax())]] for members in families]
        every = np.ones(len(trial.weights), dtype=bool)
        matrices = [option.fit(trial, every) for option in best[:-1]]
        odds = _odds(trial, given.groups) if own else 1.0
    judged_by, among = _judges(given, trial, own)
    by_family = held.families
    figures = [compare(one, by_family[0], trial, among) for one in by_family[:-1]]
    candidates = tuple(
        Candidate(option.name, _settings(option), figure.accuracy, figure.in_accuracy.mean, figure.in_accuracy.error)
        for option, figure in zip(best[:-1], figures[:-1], strict=True)
    )
    chosen, verdict, figure = best[-1], compare(by_family[-2], by_family[0], trial), figures[-1]
    number = names.index(chosen.name)
    learned = replace(
        plain,
        accuracy=figure.accuracy,
        plain_accuracy=figure.accuracy - figure.in_accuracy.mean,
        uncertainty=figure.in_accuracy.error,
        judged_by=judged_by,
        odds=odds,
        candidates=candidates,
    )
    if former is not None:
        fallen = compare(by_family[0], by_family[-1], trial).in_likelihood
        learned = replace(learned, in_use_is_worse=fallen.exceeds(DOUBT))
    if chosen.name == "plain":
        return learned
    better = own and trial.size() >= ENOUGH and _is_better(verdict, odds, figure if judged_by == "survey" else None)
    against = None if former is None else compare(by_family[-2], by_family[-1], trial).in_likelihood
    return replace(
        learned,
        matrix=matrices[number],
        learner=chosen.name,
        settings=candidates[number].settings,
        likelier=verdict.in_likelihood,
        better=better,
        improves=better and (against is None or against.exceeds(1.0)),
    )


def _useful(given: Triplets, rng: np.random.Generator) -> Triplets:
    """Without triplets that weigh nothing, and with a sample of the library's where they are many."""
    kept = given.weights > 0
    library = np.flatnonzero(kept & given.library)
    kept[rng.permutation(library)[LIBRARY_ROWS:]] = False
    by_row = ("rows", "weights", "questions", "library", "skips", "at_random", "seen")
    return replace(given, **{name: getattr(given, name)[kept] for name in by_row})


def _trial(given: Triplets) -> Trial | None:
    """The listener's own answers as judges, the library's while those are few, or none."""
    own = ~given.library
    triplets_of_question = np.bincount(given.questions[own], minlength=given.questions.max(initial=0) + 1)
    answers = Trial(
        points=given.points[given.rows],
        weights=given.weights,
        # n triplets of a question weigh 1/√n each in learning, and 1/n in judging.
        judging=given.weights / np.sqrt(np.where(own, triplets_of_question[given.questions], 1)),
        library=given.library,
        judges=own,
        units=given.questions,
        blocks=np.repeat(np.where(own, given.questions, -1)[:, None], 3, axis=1),
    )
    if given.library.any() and answers.size() < OWN:
        artists = _artists(given)[given.rows]
        others = replace(answers, judges=given.library, units=artists[:, 0], blocks=artists)
        if others.size() >= FEWEST:
            return others
    return answers if answers.size() >= FEWEST else None


def _artists(given: Triplets) -> Integers:
    """The artist of each track, (tracks,), or what library triplets join as near."""
    if given.artists is not None:
        return given.artists
    tracks = len(given.points)
    near = given.rows[given.library, :2]
    joined = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(tracks, tracks))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _options(given: Triplets, own: bool, random_state: int) -> list[Option]:
    """Plain first; then each learner, the weights with each share of the library that makes a difference.

    Beside own answers that judge, a matrix has no share of the library: where they are enough for a matrix, the
    library has stepped back.
    """
    weights = WeightedMetric(groups=given.groups)
    matrices = {
        "low-rank": MatrixMetric(rank=5, random_state=random_state),
        "full": MatrixMetric(rank=None, random_state=random_state),
    }
    share = 0.0 if own else 1.0
    shares = LIBRARY_SHARES if own and given.library.any() else (share,)
    return [
        Option("plain", TripletMetric(), 0.0),
        *(Option("weights", weights, share) for share in shares),
        *(Option(name, learner, share) for name, learner in matrices.items()),
    ]


def _former(recipe: Recipe, options: list[Option], seen: Booleans) -> Option | None:
    """The recipe of the metric in use as an option; None where no learner of today has its name."""
    known = next((option for option in options if option.name == recipe.learner), None)
    return None if known is None else replace(known, share=recipe.share, seen=seen)


def _odds(trial: Trial, groups: Integers | None) -> float:
    """How much likelier the own answers are under learned weights than under the plain metric: a Bayes factor.

    As they weigh in learning: the triplets of one skip tell more than one answer, and less than as many.
    """
    own = ~trial.library
    learner = WeightedMetric(groups=groups).fit(trial.points[own], sample_weight=trial.weights[own])
    # Before any answer both are as likely.
    plain = learner.settings()["plain"]
    return (1.0 - plain) / plain if plain > 0 else inf


def _judges(given: Triplets, trial: Trial, own: bool) -> tuple[str, Booleans]:
    """What tells how often a metric is right, and its rows (n,): questions of any three, else skips; none if few."""
    if not own:
        return "library", trial.judges
    for name, rows in (("survey", given.at_random), ("skip", given.skips)):
        if len(np.unique(given.questions[rows])) >= FEWEST:
            return name, rows
    return "", np.zeros(len(given.rows), dtype=bool)


def _is_better(verdict: Verdict, odds: float, any_three: Verdict | None) -> bool:
    """Whether a metric beats plain, by own answers, and by those to questions of any three where they judge."""
    if any_three is not None and any_three.in_accuracy.mean < -DOUBT * any_three.in_accuracy.error:
        return False
    gains = verdict.in_accuracy.mean > 0 and verdict.in_likelihood.exceeds(1.0)
    return gains and (odds >= LONG_ODDS or verdict.in_likelihood.exceeds(CERTAIN))


def _settings(option: Option) -> dict[str, float]:
    """What the fitted learner came to, in numbers; the share of the library's triplets among them."""
    return {**option.estimator.settings(), "library": option.share}
