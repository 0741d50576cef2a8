"""From plays to triplets: what a listener's skips say about three tracks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Where triplets come from: answers, skips, and shared albums and artists.
SOURCES = ("survey", "skip", "library")
# A pause of this many seconds ends a session: nothing is compared across it.
SESSION_PAUSE = 30 * 60
# Seconds; what is shorter is a jingle or a sound, and says nothing.
_SHORTEST = 5.0
# Seconds; a skip before anything sounded, as when "next" is pressed on and on, is no verdict on the sound.
_HEARD_AT_ALL = 0.5
# A track of which so much was heard was finished.
_FINISHED_FRACTION = 0.9
# Half of a track counts as kept, and so do four minutes of a long one.
_KEPT_FRACTION = 0.5
_KEPT_SECONDS = 4 * 60


@dataclass(frozen=True)
class Play:
    """One listening, as it is stored. Times in seconds; started is UTC; track is our own id.

    outcome: finished, skipped, chosen_away, back, stopped, removed, failed or interrupted.
    queued_by: listener or smartqueue; context: for the latter, why.
    """

    track: int
    player: str
    profile: str
    started: float
    listened: float
    length: float | None
    outcome: str
    queued_by: str = "listener"
    context: dict[str, Any] = field(default_factory=dict)
    id: int | None = None


@dataclass(frozen=True)
class Triplet:
    """Three tracks of which one is the odd one out, by our own ids; source is survey, skip or library."""

    near_a: int
    near_b: int
    odd: int
    source: str
    weight: float = 1.0
    profile: str = "default"
    created: float | None = None
    play: int | None = None
    question: int | None = None
    id: int | None = None


def kept_after(length: float) -> float:
    """How many seconds of a track of this length one must hear for it to count as kept."""
    return min(_KEPT_FRACTION * length, _KEPT_SECONDS)


def is_kept(play: Play) -> bool:
    """Whether enough was heard to say that the listener wanted this track."""
    return bool(play.length) and play.listened >= kept_after(play.length or 0.0)


def is_finished(play: Play) -> bool:
    """Whether as good as all of the track was heard, what was leapt over not counted."""
    return bool(play.length) and play.listened >= _FINISHED_FRACTION * (play.length or 0.0)


def skip_triplets(plays: Iterable[Play]) -> list[Triplet]:
    """The triplets that skips make, from one player's plays in the order of time.

    Of A (kept), B (skipped before half of it was heard) and C (the next that is kept), B is the odd one out,
    with weight 1 − 2 × the fraction heard. A skip is silent before any kept track of the session, across a
    long pause, before the track sounded, and where the listener had queued it; so are tracks of a few seconds.
    """
    triplets: list[Triplet] = []
    before: Play | None = None
    skipped: list[Play] = []
    ended: float | None = None
    for play in plays:
        if ended is not None and play.started - ended > SESSION_PAUSE:
            before, skipped = None, []
        ended = play.started + play.listened
        if play.length and play.length < _SHORTEST:
            continue
        if is_kept(play):
            if before is not None:
                triplets += [_skip_triplet(before, play, skip) for skip in skipped]
            before, skipped = play, []
        elif (
            play.outcome == "skipped"
            and play.queued_by == "smartqueue"
            and play.length
            and play.listened >= _HEARD_AT_ALL
        ):
            skipped.append(play)
    return [triplet for triplet in triplets if len({triplet.near_a, triplet.near_b, triplet.odd}) == 3]


def _skip_triplet(before: Play, after: Play, skip: Play) -> Triplet:
    heard = skip.listened / (skip.length or 1.0)
    return Triplet(
        before.track,
        after.track,
        skip.track,
        "skip",
        weight=1.0 - 2.0 * heard,
        profile=skip.profile,
        created=after.started,
        play=skip.id,
    )
