"""smartqueue_question: what a listener was asked in the survey, and the triplet that each answer makes."""

from __future__ import annotations

import time
from collections.abc import Collection

from smartqueue.database.connection import Connection

Three = tuple[int, int, int]

# Those that were taken from a file have no question of ours.
_ANSWERS = (
    "SELECT a, b, c, profile, asked, id IN (SELECT question FROM smartqueue_triplet WHERE forgotten IS NOT NULL)"
    " AS is_forgotten FROM smartqueue_question UNION ALL"
    " SELECT near_a, near_b, odd, profile, created, forgotten IS NOT NULL FROM smartqueue_triplet"
    " WHERE source = 'survey' AND question IS NULL"
)


class Questions:
    """The rows of smartqueue_question. Three tracks, by our own ids, are the same question in any order."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def answer(self, tracks: Collection[int], odd: int | None, profile: str, *, at_random: bool = False) -> bool:
        """Keeps an answer and its triplet, both or neither; whether it was new.

        odd: which of the three is the odd one out, None for "can't tell". at_random: whether the three were any three,
        not chosen to teach. A listener's second answer to a question is not kept: the first stands until it is undone.

        Raises ValueError for what is not three different tracks, or an odd one that is none of them.
        """
        three, now = ordered(tracks), time.time()
        if odd is not None and odd not in three:
            raise ValueError("the odd one out must be one of the three")
        with self._connection.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO smartqueue_question (a, b, c, answer, profile, asked) SELECT ?, ?, ?, ?, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM smartqueue_question WHERE (a, b, c, profile) = (?, ?, ?, ?))",
                (*three, odd, profile, now, *three, profile),
            )
            if cursor.rowcount and odd is not None:
                near_a, near_b = (track for track in three if track != odd)
                triplet = connection.execute(
                    "INSERT INTO smartqueue_triplet"
                    " (near_a, near_b, odd, source, weight, profile, created, question, at_random)"
                    " VALUES (?, ?, ?, 'survey', 1, ?, ?, ?, ?)",
                    (near_a, near_b, odd, profile, now, cursor.lastrowid, int(at_random)),
                ).lastrowid
                connection.execute("UPDATE smartqueue_triplet SET entry = id WHERE id = ?", (triplet,))
            return bool(cursor.rowcount)

    def undo(self, profile: str) -> tuple[Three, bool] | None:
        """Takes a listener's latest answer back, and its triplet; None where there is none.

        Which question it was, and whether its three were any three; of a "can't tell" that is not known.
        """
        with self._connection.transaction() as connection:
            row = connection.execute(
                "SELECT id, a, b, c FROM smartqueue_question WHERE profile = ? ORDER BY id DESC LIMIT 1", (profile,)
            ).fetchone()
            if row is None:
                return None
            taken_back = connection.execute(
                "DELETE FROM smartqueue_triplet WHERE question = ? RETURNING at_random", (row["id"],)
            ).fetchone()
            connection.execute("DELETE FROM smartqueue_question WHERE id = ?", (row["id"],))
            return (row["a"], row["b"], row["c"]), bool(taken_back and taken_back["at_random"])

    def asked(self, profile: str) -> set[Three]:
        """What a listener has answered, ids in order; answers that were taken from a file (triplet_file) among them."""
        rows = self._connection.all(f"SELECT a, b, c FROM ({_ANSWERS}) WHERE profile = ?", profile)
        return {ordered(tuple(row)) for row in rows}

    def count(self, profile: str, since: float = 0.0) -> int:
        """How many answers count, given since a moment (UTC seconds), "can't tell" among them: none is forgotten."""
        return self._connection.number(
            f"SELECT COUNT(*) FROM ({_ANSWERS}) WHERE profile = ? AND asked >= ? AND is_forgotten IS NOT 1",
            profile,
            since,
        )

    def undecided(self, profile: str) -> int:
        """How many of these are "can't tell", from which nothing can be learned."""
        return self._connection.number(
            "SELECT COUNT(*) FROM smartqueue_question WHERE profile = ? AND answer IS NULL", profile
        )


def ordered(tracks: Collection[int]) -> Three:
    """The ids of three tracks in order. Raises ValueError where they are not three."""
    if len(tracks) != 3 or len(set(tracks)) != 3:
        raise ValueError("a question is of three different tracks")
    low, middle, high = sorted(tracks)
    return low, middle, high
