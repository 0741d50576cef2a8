"""Does learning help? Simulated listeners over real music, real answers, answers at random, and the time it takes.

    python -m benchmarks.learning CORPUS [--answers DIR] [--cache DIR] [--json FILE] [--seeds N]
    python -m benchmarks.learning CORPUS --repeated FROM TO [--json FILE]

CORPUS holds LABEL/track. Listeners with a hidden truth (see listeners.py) answer about some of its tracks, and
every metric is judged on others, without wrong answers: plain; what `learn` puts in use, which is plain where the
learned one is not better; what it learned, in use or not; bliss-metric-learning's formula; metric-learn's SCML.
All hear the same answers, and differences are paired. DIR holds the 601 public answers of the article "Auditory
metric learning using training triplets": `analysis.csv`, `answer.csv`.

--repeated runs a part of another simulation, that of the listeners numbered FROM to TO, who have twenty lessons, one
after each 20 answers. How many whose answers are noise ever get a metric in use, and after how many answers do those
who go by two groups of features?
"""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import GroupKFold
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import listeners
from benchmarks.listeners import Floats, Integers, Music
from benchmarks.retrieval import lone_thread
from smartqueue.learning import Learned, learn
from smartqueue.learning.comparison import BlissMetric, SparseCompositionalMetric
from smartqueue.library_triplets import WEIGHT, library_triplets
from smartqueue.metric import plain
from smartqueue.workers import results

COUNTS = (20, 50, 100, 300, 1000)
WRONG = (0.15, 0.3)
OWN_BESIDE_LIBRARY = (0, 20, 30, 100)
MOST = 2000
JUDGES = 2000
FOLDS = 5
VERDICTS = 10
PERMUTED = 200
RANDOM_ANSWERS = 50
EACH_LESSON, LESSONS = 20, 20
SECONDS_ALLOWED = 1800
OTHERS = {"bliss's formula": BlissMetric(), "SCML": SparseCompositionalMetric()}
METRICS = ("in use", "learned", *OTHERS)

Figures = dict[str, float]
Case = TypeVar("Case")


def in_parallel(function: Callable[[Case], Figures], cases: Iterable[Case], jobs: int, name: str) -> list[Figures]:
    """The figures of the cases in their order, the costly ones, which stand last, begun first."""
    numbered = list(cases)[::-1]
    found = results(function, numbered, jobs, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread)
    figures = {}
    for case, result in tqdm(found, total=len(numbered), desc=name, disable=None):
        if not isinstance(result, dict):
            raise SystemExit(f"{name}, {case}: {result}")
        figures[case] = result
    return [figures[case] for case in reversed(numbered)]


def mean(values: Iterable[float], unit: float = 1.0, digits: int = 3, sign: str = "") -> str:
    """Mean ± standard error."""
    array = unit * np.array(list(values))
    error = array.std(ddof=1) / np.sqrt(len(array)) if len(array) > 1 else np.nan
    return f"{array.mean():{sign}.{digits}f} ± {error:.{digits}f}"


points = partial(mean, unit=100.0, digits=1, sign="+")


# Simulated listeners


@dataclass(frozen=True)
class Simulation:
    """A listener who gave so many answers; `library` adds what the tracks' artists and albums say."""

    truth: str
    wrong: float
    answers: int
    seed: int
    library: bool = False


def lesson(music: Music, simulation: Simulation) -> tuple[Integers, Learned, Integers]:
    """The listener's answers, what is learned from them, and the answers to judge by, of tracks held out.

    The same seed gives the same listener, and with more answers the same first ones.
    """
    rng = np.random.default_rng(simulation.seed)
    truth = listeners.truth(simulation.truth, music.groups, rng)
    asked, held_out = listeners.split(len(music.points), rng)
    judges = listeners.answers(music.points, truth, listeners.questions(held_out, JUDGES, rng), 0.0, rng)
    questions = listeners.questions(asked, MOST, rng)
    triplets = listeners.answers(music.points, truth, questions, simulation.wrong, rng)[: simulation.answers]
    library = np.empty((0, 3), dtype=np.int64)
    if simulation.library:
        library = library_triplets(music.labels.tolist(), music.artists.tolist(), random_state=simulation.seed)
    learned = learn(
        music.points,
        np.concatenate([triplets, library]),
        weights=np.repeat([1.0, WEIGHT], [len(triplets), len(library)]),
        groups=music.groups,
        sources=np.repeat(["survey", "library"], [len(triplets), len(library)]),
        artists=music.artists,
        random_state=simulation.seed,
    )
    return triplets, learned, judges


def simulate(music: Music, others: bool, simulation: Simulation) -> Figures:
    """Accuracy of each metric on tracks held out."""
    triplets, learned, judges = lesson(music, simulation)
    matrices = ours(learned)
    if others:
        matrices |= theirs(music.points[triplets])
    accuracies = {name: listeners.accuracy(music.points, matrix, judges) for name, matrix in matrices.items()}
    return {**accuracies, "better": float(learned.better)}


def ours(learned: Learned) -> dict[str, Floats]:
    identity = np.eye(len(learned.matrix))
    return {"plain": identity, "in use": learned.matrix if learned.better else identity, "learned": learned.matrix}


def theirs(triplets: Floats) -> dict[str, Floats]:
    """What others learn from triplets as points (n, 3, features)."""
    return {name: clone(learner).fit(triplets).get_mahalanobis_matrix() for name, learner in OTHERS.items()}


def print_simulations(music: Music, seeds: range, jobs: int) -> list[Figures]:
    groups = [(truth, wrong, count) for count in COUNTS for truth in listeners.TRUTHS for wrong in WRONG]
    cases = [Simulation(*group, seed) for group in groups for seed in seeds]
    figures = in_parallel(partial(simulate, music, True), cases, jobs, "simulated listeners")
    print("| truth | wrong | answers | plain | put in use | in use | learned | bliss's formula | SCML |")
    print("|---|---|---|---|---|---|---|---|---|")
    for truth in listeners.TRUTHS:
        for wrong in WRONG:
            for count in COUNTS:
                known = chosen(cases, figures, truth, wrong, count)
                gains = " | ".join(points(one[name] - one["plain"] for one in known) for name in METRICS)
                print(
                    f"| {truth} | {wrong:.0%} | {count} | {mean(one['plain'] for one in known)} "
                    f"| {sum(one['better'] for one in known):.0f} of {len(known)} | {gains} |"
                )
    print()
    below = False
    for truth, wrong, count in groups:
        known = chosen(cases, figures, truth, wrong, count)
        for other in OTHERS:
            lead = np.array([one["in use"] - one[other] for one in known])
            if lead.mean() < -lead.std(ddof=1) / np.sqrt(len(lead)):
                print(f"Below {other}: {truth}, {wrong:.0%} wrong, {count} answers, {points(lead)} points.")
                below = True
    if not below:
        print("What is put in use is nowhere below bliss's formula or SCML by more than the standard error.")
    return records(cases, figures)


def print_beside_library(music: Music, seeds: range, jobs: int) -> list[Figures]:
    cases = [
        Simulation(truth, WRONG[0], count, seed, library=True)
        for count in OWN_BESIDE_LIBRARY
        for truth in listeners.TRUTHS
        for seed in seeds
    ]
    figures = in_parallel(partial(simulate, music, False), cases, jobs, "beside the library")
    print("| truth | " + " | ".join(f"{count} answers" for count in OWN_BESIDE_LIBRARY) + " |")
    print("|---|" + "---|" * len(OWN_BESIDE_LIBRARY))
    for truth in listeners.TRUTHS:
        cells = []
        for count in OWN_BESIDE_LIBRARY:
            known = chosen(cases, figures, truth, WRONG[0], count)
            in_use = sum(one["better"] for one in known)
            cells.append(f"{points(one['in use'] - one['plain'] for one in known)} ({in_use:.0f} of {len(known)})")
        print(f"| {truth} | {' | '.join(cells)} |")
    return records(cases, figures)


def chosen(cases: list[Simulation], figures: list[Figures], truth: str, wrong: float, count: int) -> list[Figures]:
    wanted = (truth, wrong, count)
    return [one for case, one in zip(cases, figures, strict=True) if (case.truth, case.wrong, case.answers) == wanted]


def records(cases: list[Simulation], figures: list[Figures]) -> list[Any]:
    return [{**vars(case), **one} for case, one in zip(cases, figures, strict=True)]


# Real answers


@dataclass(frozen=True)
class Survey:
    """Standardised songs (songs, features), and answers (near, near, odd) with the question of each."""

    points: Floats
    triplets: Integers
    groups: NDArray[np.str_]


def survey(folder: Path) -> Survey:
    """The public answers; features of one kind (tempo, zcr, centroid, …, chroma) are a group."""
    with (folder / "analysis.csv").open(newline="") as file:
        header, *songs = csv.reader(file)
    with (folder / "answer.csv").open(newline="") as file:
        answers = list(csv.DictReader(file))
    row = {song[0]: number for number, song in enumerate(songs)}
    raw = np.array([song[1:] for song in songs], dtype=np.float64)
    triplets = []
    for answer in answers:
        odd = answer["picked_song"]
        near = [answer[name] for name in ("song1", "song2", "song3") if answer[name] != odd]
        triplets.append([row[song] for song in (*near, odd)])
    names = header[1:]
    kinds = [name.removeprefix("m").removeprefix("std").rstrip("0123456789") for name in names]
    return Survey(plain(tuple(names), raw).standardise(raw), np.array(triplets), np.array(kinds))


def cross_validated(real: Survey, seed: int) -> Figures:
    """Held-out accuracy of each metric by one grouped cross-validation, all answers to a question in one fold."""
    rng = np.random.default_rng(seed)
    questions = np.unique(np.sort(real.triplets, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    questions = rng.permutation(questions.max() + 1)[questions]
    right: dict[str, float] = dict.fromkeys(("plain", *METRICS), 0.0)
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=seed).split(questions, groups=questions):
        learned = learn(real.points, real.triplets[train], groups=real.groups, random_state=seed)
        matrices = ours(learned) | theirs(real.points[real.triplets[train]])
        for name, matrix in matrices.items():
            right[name] += len(test) * listeners.accuracy(real.points, matrix, real.triplets[test])
    return {name: count / len(real.triplets) for name, count in right.items()}


def verdict(real: Survey, truth: str, seed: int) -> Figures:
    """What `learn` says of the answers as they are, or of as many by a simulated listener to the same questions."""
    triplets = real.triplets
    if truth:
        rng = np.random.default_rng(seed)
        matrix = listeners.truth(truth, real.groups, rng)
        triplets = listeners.answers(real.points, matrix, triplets, WRONG[0], rng)
    learned = learn(real.points, triplets, groups=real.groups, random_state=seed)
    return {"accuracy": learned.accuracy, "plain": learned.plain_accuracy, "better": float(learned.better)}


def print_real(folder: Path, seeds: range, jobs: int) -> dict[str, Any]:
    real = survey(folder)
    held_out = in_parallel(partial(cross_validated, real), seeds, jobs, "real answers")
    print("| metric | held-out accuracy | over plain, points |")
    print("|---|---|---|")
    for name in ("plain", *METRICS):
        gain = "" if name == "plain" else points(one[name] - one["plain"] for one in held_out)
        print(f"| {name} | {mean(one[name] for one in held_out)} | {gain} |")
    print("\n| answers of | accuracy | plain | called better |")
    print("|---|---|---|---|")
    said = {}
    for truth, name in (("", "49 people"), ("groups", "a listener of 2 groups"), ("plain", "a listener who is plain")):
        said[name] = in_parallel(partial(verdict, real, truth), range(VERDICTS), jobs, name)
        better = sum(one["better"] for one in said[name])
        accuracies = " | ".join(mean(one[key] for one in said[name]) for key in ("accuracy", "plain"))
        print(f"| {name} | {accuracies} | {better:.0f} of {VERDICTS} |")
    return {"held out": held_out, "verdicts": said}


# Answers at random


def permuted(music: Music, answers: int, seed: int) -> Figures:
    rng = np.random.default_rng(seed)
    triplets = listeners.questions(np.arange(len(music.points)), answers, rng)
    return {"better": float(learn(music.points, triplets, groups=music.groups, random_state=seed).better)}


def print_permuted(music: Music, jobs: int) -> float:
    found = in_parallel(partial(permuted, music, RANDOM_ANSWERS), range(PERMUTED), jobs, "answers at random")
    called = sum(one["better"] for one in found)
    print(f"{RANDOM_ANSWERS} answers at random: called better in {called:.0f} of {PERMUTED} runs.")
    return called


def repeated(music: Music, truth: str, seed: int) -> Figures:
    """After how many answers a metric is first put in use, 0 for never; without a truth the answers are noise."""
    rng = np.random.default_rng([seed, LESSONS])
    triplets = listeners.questions(np.arange(len(music.points)), EACH_LESSON * LESSONS, rng)
    if truth:
        matrix = listeners.truth(truth, music.groups, rng)
        triplets = listeners.answers(music.points, matrix, triplets, WRONG[0], rng)
    for lessons in range(1, LESSONS + 1):
        answers = lessons * EACH_LESSON
        if learn(music.points, triplets[:answers], groups=music.groups, random_state=seed).better:
            return {"answers": answers}
    return {"answers": 0}


def print_repeated(music: Music, seeds: range, jobs: int) -> dict[str, list[float]]:
    """For noise and for two groups."""
    found = {}
    for name, truth in (("noise", ""), ("groups", "groups")):
        figures = in_parallel(partial(repeated, music, truth), seeds, jobs, f"repeated lessons, {name}")
        found[name] = [one["answers"] for one in figures]
        ever = [answers for answers in found[name] if answers]
        print(
            f"{name}: a metric was in use for {len(ever)} of {len(seeds)} listeners, first after {sorted(ever)} answers"
        )
    return found


# Cost


def cost(music: Music, simulation: Simulation) -> Figures:
    """Wall and processor seconds of a lesson, and the peak of memory of its process so far."""
    wall, processor = time.perf_counter(), time.process_time()
    lesson(music, simulation)
    return {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def print_cost(music: Music) -> list[Figures]:
    """Each in a process of its own, one after the other."""
    print("| answers | library triplets | wall, s | processor, s | peak, MB |")
    print("|---|---|---|---|---|")
    cases = [Simulation("groups", WRONG[0], count, 0, library) for count in (200, MOST) for library in (False, True)]
    known = [in_parallel(partial(cost, music), [case], 1, "cost")[0] for case in cases]
    for case, one in zip(cases, known, strict=True):
        values = f"{one['wall']:.1f} | {one['processor']:.1f} | {one['peak MB']:.0f}"
        print(f"| {case.answers} | {'up to 1,000' if case.library else 'none'} | {values} |")
    return records(cases, known)


def main() -> None:
    parser = listeners.options(__doc__, seeds=3)
    parser.add_argument("--answers", type=Path, help="the folder of the public answers")
    parser.add_argument("--repeated", type=int, nargs=2, metavar=("FROM", "TO"), help="only repeated lessons, of these")
    arguments = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the workers, each of which has a processor of its own

    music = listeners.corpus(arguments.corpus, arguments.cache, arguments.jobs)
    if arguments.repeated:
        found = print_repeated(music, range(*arguments.repeated), arguments.jobs)
        if arguments.json:
            arguments.json.write_text(json.dumps(found, indent=2) + "\n")
        return
    seeds = range(arguments.seeds)
    print(f"{len(music.points)} tracks, {len(np.unique(music.labels))} labels, {len(seeds)} seeds\n")
    figures: dict[str, Any] = {"cost": print_cost(music)}
    print()
    figures["simulated"] = print_simulations(music, seeds, arguments.jobs)
    print()
    figures["beside library"] = print_beside_library(music, seeds, arguments.jobs)
    print()
    if arguments.answers:
        figures["real"] = print_real(arguments.answers, seeds, arguments.jobs)
        print()
    figures["permuted"] = print_permuted(music, arguments.jobs)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
