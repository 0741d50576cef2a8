"""Which learner, how much of the library, and whether the result may replace the plain metric."""

from dataclasses import dataclass, field, replace
from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

from smartqueue.learning.crossvalidation import FEWEST, Gain, Option, Trial, cross_validate
from smartqueue.learning.estimators import MatrixMetric, TripletMetric, WeightedMetric
from smartqueue.learning.likelihood import Floats
from smartqueue.learning.triplets import Integers, Triplets, check

OWN = FEWEST  # the listener's questions, from which on they are the judges instead of the library
LIBRARY_ROWS = 500  # a sample of the library's triplets says what all of them say
LIBRARY_SHARES = (0.0, 0.1, 1.0)


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
    odd-one-out (chance 1/3), and nan where there was too little to hold out; `uncertainty` is the standard
    error of their difference. `likelier` is the gain of an answer's log probability, None where plain was chosen.
    `better` says whether the metric may be put in use in place of the plain one.
    """

    matrix: Floats
    learner: str = "plain"
    settings: dict[str, float] = field(default_factory=dict)
    accuracy: float = nan
    plain_accuracy: float = nan
    uncertainty: float = nan
    likelier: Gain | None = None
    better: bool = False
    candidates: tuple[Candidate, ...] = ()


def learn(
    vectors: ArrayLike,
    triplets: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    questions: ArrayLike | None = None,
    sources: ArrayLike | None = None,
    artists: ArrayLike | None = None,
    random_state: int = 0,
) -> Learned:
    """Learn a metric from triplets, and judge it on answers that it did not see.

    `vectors` is (tracks, features), standardised; `triplets` (n, 3) track numbers (near, near, odd);
    `weights` (n,), 1 each unless given; `groups` (features,) labels of features that share a weight;
    `questions` (n,) labels of what stays in one fold, by default the same three tracks; `sources` (n,) of
    survey, skip and library, by default survey; `artists` (tracks,) labels.

    The listener's own answers are the judges, also of how much the library's triplets count. While they are
    fewer than 20 questions, the library's triplets judge, on artists that the learning did not see (without
    `artists`, tracks that library triplets join as near count as one artist's; an artist without a name is
    nobody else). Then no metric is `better`: what albums alone teach finds tracks of other albums no more often
    than the plain metric does, and costs a listener who hears plainly some points.

    Choice and verdict come from repeated, seeded, nested cross-validation: no answer judges a choice that it
    took part in. A metric is `better` when its held-out accuracy and the likelihood of the held-out answers both
    gain on the plain metric's, one of them by more than chance gives once in ten, 1.28 standard errors, as told by
    30 questions or more.

    Raises ValueError, naming the row, for input that cannot be meant.
    """
    rng = np.random.default_rng(random_state)
    given = _useful(check(vectors, triplets, weights, groups, questions, sources, artists), rng)
    plain = Learned(np.eye(given.points.shape[1]))
    trial = _trial(given)
    if trial is None:
        return plain
    own = not trial.judges[trial.library].any()
    options = _options(given, own, random_state)
    names = list(dict.fromkeys(option.name for option in options))
    families = [[number for number, option in enumerate(options) if option.name == name] for name in names]
    families.append(list(range(len(options))))
    # The fits are many and small: threads would wait for one another longer than they work.
    with threadpool_limits(1, user_api="blas"):
        verdicts, totals = cross_validate(trial, options, families, rng)
        best = [options[members[int(totals[members].argmax())]] for members in families]
        matrices = [option.fit(trial.points, trial.weights, trial.library) for option in best[:-1]]
    candidates = tuple(
        Candidate(option.name, _settings(option), verdict.accuracy, verdict.in_accuracy.mean, verdict.in_accuracy.error)
        for option, verdict in zip(best[:-1], verdicts[:-1], strict=True)
    )
    chosen, verdict = best[-1], verdicts[-1]
    plain_accuracy = verdict.accuracy - verdict.in_accuracy.mean
    if chosen.name == "plain":
        return replace(
            plain, accuracy=plain_accuracy, plain_accuracy=plain_accuracy, uncertainty=0.0, candidates=candidates
        )
    number = names.index(chosen.name)
    return Learned(
        matrix=matrices[number],
        learner=chosen.name,
        settings=candidates[number].settings,
        accuracy=verdict.accuracy,
        plain_accuracy=plain_accuracy,
        uncertainty=verdict.in_accuracy.error,
        likelier=verdict.in_likelihood,
        better=own and verdict.better,
        candidates=candidates,
    )


def _useful(given: Triplets, rng: np.random.Generator) -> Triplets:
    """Without triplets that weigh nothing, and with a sample of the library's where they are many."""
    kept = given.weights > 0
    library = np.flatnonzero(kept & given.library)
    kept[rng.permutation(library)[LIBRARY_ROWS:]] = False
    return replace(
        given,
        rows=given.rows[kept],
        weights=given.weights[kept],
        questions=given.questions[kept],
        library=given.library[kept],
    )


def _trial(given: Triplets) -> Trial | None:
    """The listener's own answers as judges, the library's while those are few, or none."""
    own = ~given.library
    answers = Trial(
        points=given.points[given.rows],
        weights=given.weights,
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


def _settings(option: Option) -> dict[str, float]:
    """What the fitted learner came to, in numbers; the share of the library's triplets among them."""
    return {**option.estimator.settings(), "library": option.share}
