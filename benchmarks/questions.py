"""How many answers does a chosen question save? Questions at random and those of smartqueue.survey, compared.

    python -m benchmarks.questions CORPUS [--cache DIR] [--json FILE] [--seeds N] [--truths KIND...]

CORPUS holds LABEL/track. Listeners with a hidden truth (see listeners.py) answer about some of its tracks, and the
learner `WeightedMetric` is judged on others, without wrong answers, after every 20 answers. A curve is the mean over
listeners. The ratio: answers needed when the questions are chosen to those needed at random, for the same accuracy,
interpolated, its mean over the accuracies that random questions reach after 100, 120, ... answers, with its standard
error by the bootstrap over listeners. There is none where random questions teach less than three points.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import listeners
from benchmarks.listeners import Floats, Music
from benchmarks.retrieval import lone_thread
from smartqueue.learning.estimators import WeightedMetric
from smartqueue.survey import RANDOM_EVERY, Belief, believe, next_question
from smartqueue.workers import results

WRONG = (0.15, 0.3)
EVERY = 20
MOST = 200
FIRST_COMPARED = 100
SHOWN = (20, 40, 60, 100, 140, 200)
JUDGES = 3000
LEARNABLE = 0.03
RESAMPLED = 1000
SECONDS_ALLOWED = 600

Case = tuple[str, float, bool, int]


def curve(music: Music, case: Case) -> list[float]:
    """Held-out accuracy after 0, 20, 40, ... answers of one listener; tracks and listener depend on the seed alone."""
    kind, wrong, chosen, seed = case
    rng = np.random.default_rng(seed)
    tracks, held_out = listeners.split(len(music.points), rng)
    matrix = listeners.truth(kind, music.groups, rng)
    judges = listeners.questions(held_out, JUDGES, rng)
    judges = listeners.answers(music.points, matrix, judges, 0.0, rng)
    points, artists = music.points[tracks], music.artists[tracks]
    at_random = listeners.questions(np.arange(len(tracks)), MOST, rng)

    answered = np.zeros((0, 3), dtype=np.int64)
    belief: Belief | None = None
    found = [listeners.accuracy(music.points, np.eye(len(matrix)), judges)]
    for count in range(MOST):
        question = at_random[count]
        # As the survey does: one in four is of any three, so that its answer tells how often a metric is right.
        if chosen and count % RANDOM_EVERY:
            belief = believe(points, answered, groups=music.groups, before=belief, seed=seed)
            question = np.array(next_question(points, belief, asked=answered, artists=artists, seed=seed))
        answered = np.vstack([answered, listeners.answers(points, matrix, question[None], wrong, rng)])
        if len(answered) % EVERY == 0:
            learner = WeightedMetric(groups=music.groups, preprocessor=points).fit(answered)
            found.append(listeners.accuracy(music.points, learner.get_mahalanobis_matrix(), judges))
    return found


def ratio(chosen: Floats, at_random: Floats) -> float:
    """Answers needed when chosen to those needed at random, for curves (listeners, counts) of accuracies.

    What the chosen ones do not reach counts as reached with the last.
    """
    counts = np.arange(0, MOST + 1, EVERY)
    # An accuracy is reached when it is first seen.
    rising, reached = (np.maximum.accumulate(curves.mean(axis=0)) for curves in (chosen, at_random))
    rising = rising + 1e-9 * counts  # no two alike, so that the interpolation is one
    compared = counts >= FIRST_COMPARED
    needed = np.interp(reached[compared], rising, counts)
    needed_at_random = np.interp(reached[compared], reached + 1e-9 * counts, counts)
    return float((needed / needed_at_random).mean())


def print_comparison(curves: dict[Case, list[float]], truths: Sequence[str], seeds: range) -> list[dict[str, object]]:
    print(f"| truth | wrong | questions | {' | '.join(map(str, SHOWN))} | ratio |")
    print("|---|---|---|" + "---|" * (len(SHOWN) + 1))
    figures: list[dict[str, object]] = []
    rng = np.random.default_rng(0)
    for wrong in WRONG:
        for kind in truths:
            at_random, chosen = (np.array([curves[kind, wrong, way, seed] for seed in seeds]) for way in (False, True))
            told = "–"
            saved = error = None
            if at_random.mean(axis=0).max() - at_random[:, 0].mean() >= LEARNABLE:
                saved = ratio(chosen, at_random)
                again = [rng.integers(len(seeds), size=len(seeds)) for _ in range(RESAMPLED)]
                error = float(np.std([ratio(chosen[drawn], at_random[drawn]) for drawn in again]))
                told = f"{saved:.2f} ± {error:.2f}"
            print(f"| {kind} | {wrong:.0%} | random | {accuracies(at_random)} | |")
            print(f"| | | chosen | {accuracies(chosen)} | {told} |", flush=True)
            figures.append(
                {
                    "truth": kind,
                    "wrong": wrong,
                    "random": at_random.mean(axis=0).tolist(),
                    "chosen": chosen.mean(axis=0).tolist(),
                    "ratio": saved,
                    "error": error,
                }
            )
    return figures


def accuracies(curves: NDArray[np.float64]) -> str:
    mean = curves.mean(axis=0)
    return " | ".join(f"{mean[count // EVERY]:.3f}" for count in SHOWN)


def main() -> None:
    arguments = listeners.options(__doc__, seeds=8).parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the workers, each of which has a processor of its own

    music = listeners.corpus(arguments.corpus, arguments.cache, arguments.jobs)
    seeds = range(arguments.seeds)
    print(f"{len(music.points)} tracks, {len(seeds)} listeners of each kind\n")
    cases = [
        (kind, wrong, way, n) for kind in arguments.truths for wrong in WRONG for way in (True, False) for n in seeds
    ]
    found = results(
        partial(curve, music), cases, arguments.jobs, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread
    )
    curves: dict[Case, list[float]] = {}
    for case, accuracy in tqdm(found, total=len(cases), desc="listeners", disable=None):
        if not isinstance(accuracy, list):
            raise SystemExit(f"{case}: {accuracy}")
        curves[case] = accuracy
    figures = print_comparison(curves, arguments.truths, seeds)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
