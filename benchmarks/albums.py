"""What do albums and artists teach by themselves? A metric learned from some labels, judged on others and on listeners.

    python -m benchmarks.albums CORPUS [--cache DIR] [--json FILE] [--seeds N]

CORPUS holds LABEL/track; a label is an album. The library's triplets of one half of the labels, drawn anew for each
seed, teach; tracks of the other half by artists that the first does not have judge. Each figure is in points above or
below the plain metric: triples of two of one label and one of another in order; precision at 10 of the same label;
and the answers of simulated listeners (see listeners.py), none of them wrong, who would hear by the metric if it were
put in use unasked. Also with the metric drawn to the plain one: M to the power of ½ and ¼.
"""

from __future__ import annotations

import json
import os
import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import listeners
from benchmarks.learning import Figures, in_parallel, mean, points
from benchmarks.listeners import Floats, Music
from benchmarks.retrieval import precision
from smartqueue.learning import learn
from smartqueue.library_triplets import WEIGHT, library_triplets

TRIPLES = 4000
JUDGES = 3000
POWERS = {"as learned": 1.0, "to the power ½": 0.5, "to the power ¼": 0.25}


def lesson(music: Music, seed: int) -> Figures:
    """What the metric of one draw gains on plain, by power and judge."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.unique(music.labels))
    teaches = np.isin(music.labels, labels[: len(labels) // 2])
    judges = ~teaches & ~np.isin(music.artists, music.artists[teaches])
    taught, judged = np.flatnonzero(teaches), np.flatnonzero(judges)
    rows = taught[library_triplets(music.labels[taught].tolist(), music.artists[taught].tolist(), random_state=seed)]
    learned = learn(
        music.points,
        rows,
        weights=np.full(len(rows), WEIGHT),
        groups=music.groups,
        sources=np.full(len(rows), "library"),
        artists=music.artists,
        random_state=seed,
    )
    unseen = music.labels[judged].tolist()
    triples = judged[library_triplets(unseen, [""] * len(unseen), most=TRIPLES, random_state=seed)]
    asked = listeners.questions(judged, JUDGES, rng)
    truths = {kind: listeners.truth(kind, music.groups, rng) for kind in listeners.TRUTHS}
    answers = {kind: listeners.answers(music.points, truth, asked, 0.0, rng) for kind, truth in truths.items()}

    def judge(matrix: Floats) -> Figures:
        found = {"triples": listeners.accuracy(music.points, matrix, triples)}
        found["p@10"] = same_label(music.points[judged], music.labels[judged], matrix)
        found |= {kind: listeners.accuracy(music.points, matrix, triplets) for kind, triplets in answers.items()}
        return found

    plain = judge(np.eye(len(music.groups)))
    figures = {f"plain, {judge_}": value for judge_, value in plain.items()}
    for name, power in POWERS.items():
        for judge_, value in judge(raised(learned.matrix, power)).items():
            figures[f"{name}, {judge_}"] = value - plain[judge_]
    return figures


def same_label(tracks: Floats, labels: np.ndarray, matrix: Floats) -> float:
    """Mean precision at 10 of the same label, by the metric."""
    embedded = tracks @ raised(matrix, 0.5)
    squares = np.sum(embedded**2, axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2 * embedded @ embedded.T, 0))
    return precision(distances, labels[:, None] == labels, ~np.eye(len(labels), dtype=bool))


def raised(matrix: Floats, power: float) -> Floats:
    """A positive semi-definite matrix to a power."""
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 0) ** power) @ vectors.T)


def main() -> None:
    arguments = listeners.options(__doc__, seeds=8).parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the workers, each of which has a processor of its own
    music = listeners.corpus(arguments.corpus, arguments.cache, arguments.jobs)
    print(f"{len(music.points)} tracks, {len(np.unique(music.labels))} labels, {arguments.seeds} draws\n")
    figures = in_parallel(partial(lesson, music), range(arguments.seeds), arguments.jobs, "draws")
    judges = ("triples", "p@10", *listeners.TRUTHS)
    print(f"| metric | {' | '.join(judges)} |")
    print("|---|" + "---|" * len(judges))
    print(f"| plain | {' | '.join(mean(one[f'plain, {judge}'] for one in figures) for judge in judges)} |")
    for name in POWERS:
        print(f"| {name} | {' | '.join(points(one[f'{name}, {judge}'] for one in figures) for judge in judges)} |")
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
