"""smartqueue_metric, smartqueue_lesson, smartqueue_pin: what was learned, how far, and which metric is in use."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartqueue.database.connection import Connection, Row
from smartqueue.metric import Matrix, Metric

# The metric in use, of those that fit the vectors in use: the listener's pin, else what learning put in use.
# Takes the profile twice.
_IN_USE = (
    "SELECT m.* FROM smartqueue_metric m JOIN smartqueue_schema s ON s.extractor = m.extractor"
    " WHERE m.learner != 'plain' AND m.id = (SELECT IIF(p.extractor = s.extractor, p.metric, l.id)"
    " FROM (SELECT ? AS profile) LEFT JOIN smartqueue_pin p USING (profile)"
    " LEFT JOIN smartqueue_metric l ON l.profile = ? AND l.in_use = 1)"
)


@dataclass(frozen=True)
class LearnedMetric:
    """A metric with what is kept about its learning.

    triplets: how many answers and skips it was learned from, beside the library's triplets. last_entry: the id of the
    latest answer or skip among them. The accuracies are held out, None where there was too little to judge by;
    judged_by says in what: survey (questions of any three songs), skip, library, or empty for questions that were
    chosen to teach, as earlier versions judged by.
    """

    metric: Metric
    settings: dict[str, Any]
    triplets: int
    accuracy: float | None
    plain_accuracy: float | None
    uncertainty: float | None
    judged_by: str = ""
    last_entry: int = 0


@dataclass(frozen=True)
class Kept:
    """What stands in the history of a metric: its learning, when that was (UTC seconds), and whether it is in use.

    best: whether it is the one that learning would have in use, whatever the listener chose.
    """

    id: int
    learner: str
    extractor: str
    triplets: int
    accuracy: float | None
    plain_accuracy: float | None
    uncertainty: float | None
    judged_by: str
    created: float
    in_use: bool
    best: bool


@dataclass(frozen=True)
class Pin:
    """What a listener chose to have in use: a metric by its number, None for the plain one.

    lapsed: the vectors have changed since, so that the choice has ended.
    """

    metric: int | None
    lapsed: bool


class MetricError(Exception):
    """A metric cannot be put in use; the message says why and what to do."""


class Metrics:
    """The rows of smartqueue_metric, smartqueue_lesson and smartqueue_pin."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, learned: LearnedMetric, *, profile: str, extractor: str, in_use: bool) -> int:
        """Keeps a metric beside all earlier ones; with `in_use` it is the best so far, in use unless one is pinned."""
        metric = learned.metric
        form, matrix = _packed(metric.matrix)
        with self._connection.transaction() as connection:
            if in_use:
                connection.execute("UPDATE smartqueue_metric SET in_use = 0 WHERE profile = ?", (profile,))
            cursor = connection.execute(
                "INSERT INTO smartqueue_metric (profile, extractor, features, centre, scale, form, matrix, learner,"
                " settings, triplets, accuracy, plain_accuracy, uncertainty, judged_by, last_entry, created, in_use)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    profile,
                    extractor,
                    json.dumps(metric.features),
                    metric.centre.astype("<f8").tobytes(),
                    metric.scale.astype("<f8").tobytes(),
                    form,
                    matrix,
                    metric.learner,
                    json.dumps(learned.settings, sort_keys=True),
                    learned.triplets,
                    learned.accuracy,
                    learned.plain_accuracy,
                    learned.uncertainty,
                    learned.judged_by,
                    learned.last_entry,
                    time.time(),
                    int(in_use),
                ),
            )
        return int(cursor.lastrowid or 0)

    def drop(self, profile: str) -> None:
        """Has learning put no metric in use any more; all of them stay in the history."""
        with self._connection.transaction() as connection:
            connection.execute("UPDATE smartqueue_metric SET in_use = 0 WHERE profile = ?", (profile,))

    def in_use(self, profile: str) -> LearnedMetric | None:
        """The learned metric in use, or None while that is the plain one, or not of the vectors in use."""
        row = self._connection.first(_IN_USE, profile, profile)
        return None if row is None else _learned(row)

    def best(self, profile: str) -> LearnedMetric | None:
        """The metric that learning has put in use, whatever the listener pinned; None where that is the plain one."""
        row = self._connection.first(
            "SELECT m.* FROM smartqueue_metric m JOIN smartqueue_schema s ON s.extractor = m.extractor"
            " WHERE m.profile = ? AND m.in_use = 1 AND m.learner != 'plain'",
            profile,
        )
        return None if row is None else _learned(row)

    def history(self, profile: str) -> list[Kept]:
        """Every metric that was ever kept for a profile, oldest first."""
        rows = self._connection.all(
            "SELECT id, learner, extractor, triplets, accuracy, plain_accuracy, uncertainty, judged_by, created,"
            f" id IS (SELECT id FROM ({_IN_USE})) AS in_use, in_use AS best"
            " FROM smartqueue_metric WHERE profile = ? ORDER BY id",
            profile,
            profile,
            profile,
        )
        return [Kept(**{**dict(row), "in_use": bool(row["in_use"]), "best": bool(row["best"])}) for row in rows]

    def pin(self, profile: str, number: int | None) -> None:
        """Puts a metric of the profile's history in use, or with None the plain one, until `unpin`.

        Raises MetricError where there is no such metric, or it is not of the vectors in use.
        """
        with self._connection.transaction() as connection:
            if number is not None:
                row = connection.execute(
                    "SELECT m.extractor = s.extractor AS fits FROM smartqueue_metric m, smartqueue_schema s"
                    " WHERE m.id = ? AND m.profile = ?",
                    (number, profile),
                ).fetchone()
                if row is None:
                    raise MetricError(f"there is no metric {number} of the profile {profile}")
                if not row["fits"]:
                    raise MetricError(
                        f"metric {number} was learned from an older analysis, which is not in use any more:"
                        " run beet learnmetric to learn from the one that is"
                    )
            connection.execute(
                "INSERT OR REPLACE INTO smartqueue_pin (profile, metric, extractor, created)"
                " SELECT ?, ?, extractor, ? FROM smartqueue_schema",
                (profile, number, time.time()),
            )

    def unpin(self, profile: str) -> None:
        """Leaves it to learning again which metric is in use."""
        with self._connection.transaction() as connection:
            connection.execute("DELETE FROM smartqueue_pin WHERE profile = ?", (profile,))

    def pinned(self, profile: str) -> Pin | None:
        """What the listener chose; None where learning decides. A choice that has lapsed is told until another."""
        row = self._connection.first(
            "SELECT p.metric, p.extractor != s.extractor AS lapsed FROM smartqueue_pin p, smartqueue_schema s"
            " WHERE p.profile = ?",
            profile,
        )
        return None if row is None else Pin(row["metric"], bool(row["lapsed"]))

    def note_lesson(self, profile: str, extractor: str, last_entry: int) -> None:
        """Notes that a lesson has taken all answers and skips into account, up to the id of the latest."""
        with self._connection.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO smartqueue_lesson (profile, extractor, last_entry, created)"
                " VALUES (?, ?, ?, ?)",
                (profile, extractor, last_entry, time.time()),
            )

    def has_lesson(self, profile: str) -> bool:
        """Whether there has been a lesson from the vectors in use."""
        row = self._connection.first(
            "SELECT 1 FROM smartqueue_lesson l JOIN smartqueue_schema s USING (extractor) WHERE l.profile = ?", profile
        )
        return row is not None

    def is_suspended(self, profile: str) -> bool:
        """Whether what was learned is of older vectors than those in use, from which there was no lesson yet."""
        row = self._connection.first(
            "SELECT 1 FROM smartqueue_metric m JOIN smartqueue_schema s ON s.extractor != m.extractor"
            " WHERE m.profile = ? AND m.in_use = 1 AND m.learner != 'plain'",
            profile,
        )
        return row is not None and not self.has_lesson(profile)

    def unlearned(self, profile: str) -> int:
        """How many answers and skips of a profile no lesson from the vectors in use has seen yet."""
        return self._connection.number(
            "SELECT COUNT(*) FROM smartqueue_triplet WHERE forgotten IS NULL AND source != 'library' AND id = entry"
            " AND profile = ?1 AND id > COALESCE((SELECT l.last_entry FROM smartqueue_lesson l"
            " JOIN smartqueue_schema s USING (extractor) WHERE l.profile = ?1), 0)",
            profile,
        )


def _learned(row: Row) -> LearnedMetric:
    features = tuple(json.loads(row["features"]))
    metric = Metric(
        features,
        np.frombuffer(row["centre"], "<f8"),
        np.frombuffer(row["scale"], "<f8"),
        _unpacked(row["form"], row["matrix"], len(features)),
        row["learner"],
        row["id"],
    )
    return LearnedMetric(
        metric,
        json.loads(row["settings"]),
        row["triplets"],
        row["accuracy"],
        row["plain_accuracy"],
        row["uncertainty"],
        row["judged_by"],
        row["last_entry"],
    )


def _packed(matrix: Matrix) -> tuple[str, bytes]:
    """A symmetric matrix as its diagonal where that is all there is, else as its lower triangle in float32."""
    diagonal = np.diag(matrix)
    if np.array_equal(matrix, np.diag(diagonal)):
        return "diagonal", diagonal.astype("<f8").tobytes()
    return "triangle", matrix[np.tril_indices(len(matrix))].astype("<f4").tobytes()


def _unpacked(form: str, stored: bytes, size: int) -> Matrix:
    if form == "diagonal":
        return np.diag(np.frombuffer(stored, "<f8"))
    if form == "square":
        return np.frombuffer(stored, "<f8").reshape(size, size)
    matrix: NDArray[np.float64] = np.zeros((size, size))
    matrix[np.tril_indices(size)] = np.frombuffer(stored, "<f4")
    return matrix + np.tril(matrix, -1).T
