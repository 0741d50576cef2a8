"""From plays to triplets: what a listener's skips say about three tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

# Where triplets come from: answers, skips, and shared albums and artists.
SOURCES = ("survey", "skip", "library")
# So many answers to questions of any three songs tell how often a metric is right; fewer do not.
JUDGES = 20
# The version of the rule by which skips make triplets: stored ones of an older rule are derived anew.
DERIVATION = 2
# A pause of this many seconds ends a session: nothing is compared across it.
SESSION_PAUSE = 30 * 60
# What ends a passage of music: the listener went elsewhere, wanted silence or cleared the list, or the player ended.
ENDS_PASSAGE = frozenset({"chosen_away", "stopped", "removed", "back", "interrupted"})
# Seconds; what is shorter is a jingle or a sound, and says nothing.
_SHORTEST = 5.0
# Seconds; a skip before anything sounded, as when "next" is pressed on and on, is no verdict on the sound.
_HEARD_AT_ALL = 0.5
# A track of which so much was heard was finished.
_FINISHED_FRACTION = 0.9
# Half of a track counts as kept, and so do four minutes of a long one.
_KEPT_FRACTION = 0.5
_KEPT_SECONDS = 4 * 60
# Of the tracks kept before a skip so many are paired with so many kept after it, and the last one with so many earlier.
_BEFORE, _AFTER, _EARLIER = 2, 4, 3


@dataclass(frozen=True)
class Play:
    """One listening, as it is stored. Times in seconds; started is UTC; track is our own id.

    outcome: finished, skipped, chosen_away, back, stopped, removed, failed or interrupted.
    queued_by: listener or smartqueue; context: for the latter, why.
    follows: whether it came after the one before without playback being stopped in between.
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
    follows: bool = True
    id: int | None = None


@dataclass(frozen=True)
class Player:
    """Whose plays these are: the player's own name, and host:place, which it went by before it had one."""

    name: str
    earlier: str


@dataclass(frozen=True)
class Triplet:
    """Three tracks of which one is the odd one out, by our own ids; source is survey, skip or library.

    entry: the id of the first of the triplets that one answer or skip gave; they are listed and forgotten as one.
    at_random: whether the question was any three songs, so that its answer tells how often a metric is right.
    """

    near_a: int
    near_b: int
    odd: int
    source: str
    weight: float = 1.0
    profile: str = "default"
    created: float | None = None
    play: int | None = None
    question: int | None = None
    at_random: bool = False
    entry: int | None = None
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


def is_rejected(play: Play) -> bool:
    """Whether a skip is a verdict on the track: it was queued by Smartqueue, sounded, and was not kept.

    Passing over a track that the listener queued by hand says nothing, nor does a jingle of a few seconds.
    """
    return (
        play.outcome == "skipped"
        and play.queued_by == "smartqueue"
        and play.listened >= _HEARD_AT_ALL
        and not _is_jingle(play)
        and not is_kept(play)
    )


def _is_jingle(play: Play) -> bool:
    return play.length is not None and 0 < play.length < _SHORTEST


def skip_weight(play: Play) -> float:
    """What a skip weighs beside a survey answer's 1: it falls to 0 where the track would have counted as kept."""
    return max(0.0, 1.0 - play.listened / kept_after(play.length)) if play.length else 0.0


def ends_session(before: Play | None, play: Play) -> bool:
    """Whether more than half an hour without music lies between two plays, or there is none before."""
    return before is None or play.started - (before.started + before.listened) > SESSION_PAUSE


def begins_passage(before: Play | None, play: Play) -> bool:
    """Whether a new passage of music begins with a play: nothing before it says what belongs with it.

    That is so after the listener chose another track, went back, stopped, or removed the track or cleared the list;
    when they start a list of their own after the music had stopped; after the player ended, unless it comes back to the
    track that it ended in, and goes on with the list; and after half an hour.
    """
    if before is None or ends_session(before, play):
        return True
    if before.outcome == "interrupted" and before.track == play.track:
        return False
    return before.outcome in ENDS_PASSAGE or (not play.follows and play.queued_by == "listener")


def passages(plays: Iterable[Play]) -> Iterator[list[Play]]:
    """One listener's plays on one player, in the order of time, by passages of music; failed tracks are left out."""
    passage: list[Play] = []
    for play in plays:
        if play.outcome == "failed":
            continue
        if passage and begins_passage(passage[-1], play):
            yield passage
            passage = []
        passage.append(play)
    if passage:
        yield passage


def skip_triplets(plays: Iterable[Play]) -> list[Triplet]:
    """The triplets that skips make, from plays in the order of time, each player and profile by itself.

    In a passage of music, a skipped track is the odd one out beside pairs of tracks kept around it: the last two
    kept before it with each of the next four kept after it, and the last with each of three kept earlier. The first
    triplet of a skip is that of its neighbours. A skip with n triplets gives each the weight of the skip over √n. A
    skip is silent before anything was kept in the passage, and until something is kept after it.
    """
    of_listener: defaultdict[tuple[str, str], list[Play]] = defaultdict(list)
    for play in plays:
        of_listener[play.player, play.profile].append(play)
    return [
        triplet for own in of_listener.values() for passage in passages(own) for triplet in _passage_triplets(passage)
    ]


def _passage_triplets(passage: Sequence[Play]) -> Iterator[Triplet]:
    for place, skip in enumerate(passage):
        weight = skip_weight(skip) if is_rejected(skip) else 0.0
        if not weight:
            continue
        before = _kept_tracks(reversed(passage[:place]), skip.track)
        after = _kept_tracks(passage[place + 1 :], skip.track)
        if not before or not after:
            continue
        pairs = [*product(before[:_BEFORE], after[:_AFTER]), *((before[0], one) for one in before[1 : 1 + _EARLIER])]
        different = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
        for near_a, near_b in different:
            yield Triplet(
                near_a,
                near_b,
                skip.track,
                "skip",
                weight=weight / len(different) ** 0.5,
                profile=skip.profile,
                created=skip.started,
                play=skip.id,
            )


def _kept_tracks(plays: Iterable[Play], skipped: int) -> list[int]:
    """The tracks that were kept, each once, the nearest first, without the skipped one."""
    kept = (play.track for play in plays if is_kept(play) and not _is_jingle(play))
    return [track for track in dict.fromkeys(kept) if track != skipped]
