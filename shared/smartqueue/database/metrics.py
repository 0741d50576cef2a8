"""smartqueue_metric: every metric that was ever learned, and which is in use."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from smartqueue.database.connection import Connection
from smartqueue.metric import Metric


@dataclass(frozen=True)
class LearnedMetric:
    """A metric with what is kept about its learning; accuracies are held out."""

    metric: Metric
    settings: dict[str, Any]
    triplets: int
    accuracy: float | None
    plain_accuracy: float | None
    uncertainty: float | None


@dataclass(frozen=True)
class Kept:
    """What stands in the history of a metric: its learning, when that was (UTC seconds), and whether it is in use."""

    id: int
    learner: str
    extractor: str
    triplets: int
    accuracy: float | None
    plain_accuracy: float | None
    uncertainty: float | None
    created: float
    in_use: bool


class MetricError(Exception):
    """A metric cannot be put in use; the message says why and what to do."""


class Metrics:
    """The rows of smartqueue_metric."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, learned: LearnedMetric, *, profile: str, extractor: str, in_use: bool) -> int:
        """Keeps a metric beside all earlier ones, and puts it in use in their place if so wished."""
        metric = learned.metric
        with self._connection.transaction() as connection:
            if in_use:
                connection.execute("UPDATE smartqueue_metric SET in_use = 0 WHERE profile = ?", (profile,))
            cursor = connection.execute(
                "INSERT INTO smartqueue_metric (profile, extractor, features, centre, scale, matrix, learner,"
                " settings, triplets, accuracy, plain_accuracy, uncertainty, created, in_use)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    profile,
                    extractor,
                    json.dumps(metric.features),
                    metric.centre.astype("<f8").tobytes(),
                    metric.scale.astype("<f8").tobytes(),
                    metric.matrix.astype("<f8").tobytes(),
                    metric.learner,
                    json.dumps(learned.settings, sort_keys=True),
                    learned.triplets,
                    learned.accuracy,
                    learned.plain_accuracy,
                    learned.uncertainty,
                    time.time(),
                    int(in_use),
                ),
            )
        return int(cursor.lastrowid or 0)

    def in_use(self, profile: str) -> LearnedMetric | None:
        """The learned metric in use, or None while that is the plain one, or not of the vectors in use."""
        row = self._connection.first(
            "SELECT m.* FROM smartqueue_metric m JOIN smartqueue_schema s ON s.extractor = m.extractor"
            " WHERE m.profile = ? AND m.in_use = 1 AND m.learner != 'plain'",
            profile,
        )
        if row is None:
            return None
        features = tuple(json.loads(row["features"]))
        size = len(features)
        metric = Metric(
            features,
            np.frombuffer(row["centre"], "<f8"),
            np.frombuffer(row["scale"], "<f8"),
            np.frombuffer(row["matrix"], "<f8").reshape(size, size),
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
        )

    def history(self, profile: str) -> list[Kept]:
        """Every metric that was ever kept for a profile, oldest first."""
        rows = self._connection.all(
            "SELECT id, learner, extractor, triplets, accuracy, plain_accuracy, uncertainty, created, in_use"
            " FROM smartqueue_metric WHERE profile = ? ORDER BY id",
            profile,
        )
        return [Kept(**{**dict(row), "in_use": bool(row["in_use"])}) for row in rows]

    def use(self, profile: str, number: int | None) -> None:
        """Puts a metric of the profile's history in use, or with None the plain one.

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
                        f"metric {number} was learned from vectors of another version, which are not in use any more:"
                        " run beet learnmetric to learn from those that are"
                    )
            connection.execute("UPDATE smartqueue_metric SET in_use = (id IS ?) WHERE profile = ?", (number, profile))
