"""What a listener has heard lately, and what that asks of the next choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from smartqueue.listening import Play, begins_passage, ends_session, is_kept, is_rejected

# What was kept before the latest counts for less, each by this factor; so many count at all, so many are remembered.
_FADING, _COUNTING, _KEPT_LATELY = 0.6, 5, 10
# What the first track of a session always counts for, beside the latest's 1.
_SEED_WEIGHT = 0.2
# A track that plays and was not kept yet, and not chosen by the listener, counts for this.
_PLAYING_WEIGHT = 0.5
# A track of which the listener wants more counts for this, and for less with each track that is kept from then on,
# until it counts for no more than the first.
_MORE_WEIGHT = 2.0
# So many skips push away, and for so many seconds what was skipped is offered last.
_SKIPS, SKIPPED_FOR = 3, 24 * 3600
# What is told to selection as heard, at most.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class Wish:
    """What the next track is to be like, by our own ids of tracks.

    seeds, weights: what to be near to, and how much each counts; at least one. away: what to keep away from. heard,
    skipped: the oldest first; skipped within a day. not_this: what the listener took out, not offered this session.
    """

    seeds: tuple[int, ...]
    weights: tuple[float, ...]
    away: tuple[int, ...]
    heard: tuple[int, ...]
    skipped: tuple[int, ...]
    not_this: tuple[int, ...]


@dataclass
class Session:
    """Follows one listener on one player. Moments are UTC seconds."""

    seed: int | None = None
    kept: list[int] = field(default_factory=list)
    skipped_now: list[int] = field(default_factory=list)
    not_this: set[int] = field(default_factory=set)
    # What the listener wants more of, and how much each counts.
    more_like: dict[int, float] = field(default_factory=dict)
    # When each was last heard or queued, the oldest first, and which of them were skipped then.
    heard: dict[int, float] = field(default_factory=dict)
    skipped: dict[int, float] = field(default_factory=dict)
    before: Play | None = None

    @classmethod
    def of(cls, plays: Iterable[Play]) -> Session:
        """The session that goes on after plays, in the order of time."""
        session = cls()
        for play in plays:
            session.began(play)
            session.ended(play)
        return session

    def began(self, play: Play) -> None:
        """A track begins to play; with a new passage of music, what was kept and skipped before counts no more."""
        if ends_session(self.before, play):
            self.not_this = set()
        if begins_passage(self.before, play):
            self.seed, self.kept, self.skipped_now, self.more_like = None, [], [], {}
        # So that the passage begins here once, however often it is asked.
        self.before = play
        if self.seed is None or (play.queued_by == "listener" and not self.kept):
            self.seed = play.track
        self.queued(play.track, play.started)

    def queued(self, track: int, moment: float) -> None:
        """A track is going to be heard."""
        self.heard.pop(track, None)
        self.heard[track] = moment
        while len(self.heard) > _REMEMBERED:
            del self.heard[next(iter(self.heard))]

    def ended(self, play: Play) -> None:
        """A listening is over."""
        moment = play.started + play.listened
        self.queued(play.track, moment)
        if play.outcome == "failed":
            return
        self.before = play
        if is_kept(play):
            if play.track in self.kept:
                self.kept.remove(play.track)
            self.kept = [*self.kept, play.track][-_KEPT_LATELY:]
            # What was kept in spite of a skip before says that the skip was of that moment.
            self.skipped_now = [track for track in self.skipped_now if track != play.track]
            self.skipped.pop(play.track, None)
            faded = {track: weight * _FADING for track, weight in self.more_like.items()}
            self.more_like = {track: weight for track, weight in faded.items() if weight > _SEED_WEIGHT}
        elif is_rejected(play):
            self.more_like.pop(play.track, None)
            self.skipped_now = [*self.skipped_now, play.track][-_SKIPS:]
            self.skipped.pop(play.track, None)
            self.skipped[play.track] = moment

    def taken_out(self, track: int) -> None:
        """The listener took out of the list what we had queued."""
        self.not_this.add(track)
        self.more_like.pop(track, None)

    def wants_more_like(self, track: int) -> None:
        """The listener wants what comes to be like a track."""
        self.more_like[track] = _MORE_WEIGHT

    def put_back(self, track: int) -> None:
        """What was queued was taken back before it was heard."""
        self.heard.pop(track, None)

    def wish(self, playing: int, moment: float, *, chosen: bool) -> Wish:
        """What to choose while a track plays, which the listener chose, or we."""
        weights = {track: _FADING**age for age, track in enumerate(reversed(self.kept[-_COUNTING:]))}
        if self.seed is not None:
            weights[self.seed] = max(weights.get(self.seed, 0.0), _SEED_WEIGHT)
        weights[playing] = max(weights.get(playing, 0.0), 1.0 if chosen else _PLAYING_WEIGHT)
        for track, weight in self.more_like.items():
            weights[track] = max(weights.get(track, 0.0), weight)
        self.skipped = {track: at for track, at in self.skipped.items() if moment - at < SKIPPED_FOR}
        return Wish(
            tuple(weights),
            tuple(weights.values()),
            tuple(track for track in self.skipped_now if track not in weights),
            tuple(self.heard),
            tuple(self.skipped),
            tuple(self.not_this),
        )
