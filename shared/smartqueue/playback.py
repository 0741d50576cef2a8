"""What became of each track that played: a player's events and a clock in, outcomes out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

# A track that is within so many seconds of its end ended by itself: events come late, lengths are rounded.
_NEAR_END = 1.5
# A track that was held after so many seconds has hardly begun: that its end comes at position 0 is no wonder.
_BARELY = 0.1
# So many seconds before a track's end the player prepares what follows.
_PREPARED = 5.0
# What the player did less than so many seconds after something else it may have done before that.
_AT_ONCE = 0.2
# After so many seconds a track that the player set out for sounds, or it was none.
_UNDERWAY = 10.0


@dataclass(frozen=True)
class Played:
    """One listening that is over. Times in seconds; started is UTC; see listening.Play for outcome and follows."""

    tlid: int
    uri: str
    length: float | None
    started: float
    listened: float
    outcome: str
    follows: bool = True


@dataclass
class _Open:
    """A listening that goes on."""

    tlid: int
    uri: str
    length: float | None
    started: float
    follows: bool = True
    listened: float = 0.0
    position: float = 0.0
    running_since: float | None = None
    following: Sequence[int] = ()
    preceding: Sequence[int] = ()
    # Core says "ended" before anyone can know why; what comes then tells.
    ended: bool = False
    # Two changes came at once: what was to be between them was passed over.
    leapt: bool = False
    stopped: bool = False
    # What the listener picked to play instead, where that is known.
    picked: int | None = None
    # What was next until something was added before it, and when that was.
    displaced: int | None = None
    displaced_at: float = 0.0
    # When the player last set out for another, which has yet to sound.
    set_out: float | None = None
    # Since the list was shuffled anew nobody has been told what is next.
    shuffled: bool = False
    # `next` or `previous` found nothing to lead to.
    nowhere: bool = False

    def run_to(self, now: float) -> None:
        if self.running_since is not None:
            self.listened += now - self.running_since
            self.position += now - self.running_since
            self.running_since = now


class PlaybackTracker:
    """Follows one player. Every method takes `now`, seconds on a clock that never jumps.

    Core gives no reasons: `next`, `previous` and a chosen track look alike, a position is not the time
    listened, and a cleared list sends no end. So the tracker keeps its own clock and what would come next,
    and names the outcome when the following event tells.
    """

    def __init__(self) -> None:
        self._open: _Open | None = None
        self._over: list[Played] = []
        # Whether playback has been stopped since a track last began.
        self._was_stopped = False
        # How often it was told of the list: what the player answered before is out of date.
        self.changes = 0

    @property
    def tlid(self) -> int | None:
        """The track list id of what plays, or None."""
        return self._open.tlid if self._open else None

    def goes_on(self, tlid: int) -> bool:
        """Whether a track that begins is the one that plays, of which no end was told: that is no other listening."""
        return self._open is not None and self._open.tlid == tlid and not self._open.ended

    def over(self) -> list[Played]:
        """The listenings that have ended since this was last asked, in order."""
        over, self._over = self._over, []
        return over

    def listening(self, now: float) -> Played | None:
        """The listening that goes on, so far; its outcome is empty."""
        if self._open is None:
            return None
        self._open.run_to(now)
        return _played(self._open, "")

    def started(
        self, tlid: int, uri: str, length: float | None, tlids: Collection[int], *, now: float, utc: float
    ) -> None:
        """A track begins to play; tlids is the player's list then."""
        if self._open is not None:
            self._close(self._outcome_before(tlid, tlids, now), now)
        self._open = _Open(tlid, uri, length, utc, follows=not self._was_stopped, running_since=now)
        self._was_stopped = False

    def expect(self, tlid: int, following: Sequence[int], preceding: Sequence[int]) -> None:
        """While track `tlid` plays, `next` pressed again and again would lead to the ones, `previous` to the others."""
        if self._open is not None and self._open.tlid == tlid:
            self._open.following, self._open.preceding = following, preceding
            self._open.shuffled = False

    def added(self, tlid: int, before: int | None, *, now: float) -> None:
        """The list got a track, at its end or before another; sooner known than what the player answers when asked."""
        self.changes += 1
        if self._open is not None:
            following = list(self._open.following)
            if following[:1] == [before]:
                # The player may be on its way there already.
                self._open.displaced, self._open.displaced_at = before, now
            following.insert(following.index(before) if before in following else len(following), tlid)
            self._open.following = following

    def shuffled(self, tlids: Sequence[int]) -> None:
        """The player has shuffled its list anew: `next` leads to any of these until `expect` tells where."""
        self.changes += 1
        if self._open is not None:
            self._open.following = [tlid for tlid in tlids if tlid != self._open.tlid]
            self._open.shuffled = True

    def removed(self, tlids: Collection[int]) -> None:
        """The list lost some tracks; known as soon."""
        self.changes += 1
        if self._open is not None:
            self._open.following = [tlid for tlid in self._open.following if tlid not in tlids]

    def picked(self, tlid: int) -> None:
        """The listener picks a track to play at once: wherever it stands on the list, that is no `next`."""
        if self._open is not None:
            self._open.picked = tlid

    def sets_out(self, *, now: float) -> None:
        """The player sets out for another track, as at each `next`."""
        if self._open is not None:
            self._open.run_to(now)
            if not self._open.length or self._open.position < self._open.length - _PREPARED:
                self._open.set_out = now

    def paused(self, *, now: float) -> None:
        """Playback is held."""
        if self._open is not None:
            self._open.run_to(now)
            self._open.running_since = None

    def resumed(self, *, now: float) -> None:
        """Playback goes on."""
        if self._open is not None and self._open.running_since is None:
            self._open.running_since = now

    def seeked(self, position: float, *, now: float) -> None:
        """Playback leapt to a position, in seconds; what was leapt over was not heard."""
        if self._open is not None:
            self._open.run_to(now)
            self._open.position = position

    def ended(self, tlid: int, position: float, *, now: float) -> None:
        """Core says that a track has ended at a position, in seconds."""
        if self._open is None or self._open.tlid != tlid:
            return
        self._open.run_to(now)
        if self._open.running_since is None and position > self._open.position:
            # Core said that it holds what played on: GStreamer's word of a short pause overtook it.
            self._open.listened += position - self._open.position
            self._open.position = position
        if self._is_at_end(position) and not self._open.stopped:
            self._close("finished", now)
        else:
            # Not over yet: core also sends this, astray, for a track that plays on.
            self._open.ended = True
            running = self._open.running_since is not None
            # What was between may have sounded for some milliseconds, which core then takes for this one's.
            begun_anew = position < _BARELY < self._open.position - position
            self._open.leapt = begun_anew or (position == 0 and running)

    def stopped(self, *, before: bool) -> None:
        """Playback has stopped; `before`: it had already, which core says when `next` or `previous` lead nowhere."""
        self._was_stopped = True
        if self._open is not None:
            self._open.stopped = True
            self._open.nowhere = self._open.nowhere or before

    def settled(self, current_tlid: int | None, tlids: Collection[int], *, stopped: bool, now: float) -> bool:
        """After a stop or a change of the list, when every event that belonged to it has come.

        current_tlid and tlids are the player's current track and its list then. Returns whether the music
        ran out: the last track ended or was skipped, with nothing to follow.
        """
        if self._open is None or current_tlid not in (None, self._open.tlid):
            return False
        self._open.run_to(now)
        if current_tlid is not None and not stopped:
            # It plays on, so whatever end was announced was astray.
            self._open.ended = False
            return False
        if self._is_at_end(self._open.position):
            self._close("finished", now)
            return stopped and current_tlid is None
        if self._open.nowhere:
            outcome = self._outcome_nowhere(now)
            self._close(outcome, now)
            return outcome == "skipped"
        if current_tlid is None and self._open.tlid not in tlids and not (self._open.stopped and self._open.ended):
            self._close("removed", now)
        elif stopped:
            self._close("stopped", now)
        return False

    def position(self, now: float) -> float:
        """Where the open track is, in seconds; 0 where there is none."""
        if self._open is None:
            return 0.0
        self._open.run_to(now)
        return self._open.position

    def left(self, now: float) -> float | None:
        """How many seconds the open track has to play; None while it is held, or where its length is unknown."""
        if self._open is None or self._open.running_since is None or not self._open.length:
            return None
        self._open.run_to(now)
        return self._open.length - self._open.position

    def hung(self, tlid: int, uri: str, *, now: float, utc: float) -> None:
        """The open track came to its end, and what should follow could not be played."""
        if self._open is not None:
            self._open.run_to(now)
            # What its clock ran on beyond the end was silence.
            self._open.listened -= max(self._open.position - (self._open.length or self._open.position), 0.0)
            self._open.running_since = None
            self._close("finished", now)
        self._over.append(Played(tlid, uri, None, utc, 0.0, "failed"))

    def interrupted(self, *, now: float) -> None:
        """The player goes away."""
        if self._open is not None:
            self._close("interrupted", now)

    def _is_at_end(self, position: float) -> bool:
        open_ = self._open
        return bool(open_ and open_.length and max(position, open_.position) >= open_.length - _NEAR_END)

    def _outcome_before(self, tlid: int, tlids: Collection[int], now: float) -> str:
        open_ = self._open
        if open_ is None:
            return ""
        open_.run_to(now)
        if self._is_at_end(open_.position):
            return "finished"
        if open_.nowhere:
            return self._outcome_nowhere(now)
        if not open_.ended and open_.tlid not in tlids:
            # Core announces no end of what is not on its list.
            return "removed"
        if open_.stopped:
            return "stopped"
        if tlid == open_.picked:
            return "chosen_away"
        if tlid in open_.following[:1] or self._was_on_its_way(tlid, now) or self._took_what_follows(tlids):
            return "skipped"
        if tlid == open_.tlid or tlid in open_.preceding[:1]:
            return "back"
        if open_.shuffled and tlid in open_.following:
            return "skipped"
        # Of several presses core tells the last alone.
        if open_.leapt and tlid in open_.following:
            return "skipped"
        # Where `previous` leads to the same again, it does so however often.
        before = () if open_.tlid in open_.preceding else open_.preceding
        return "back" if open_.leapt and tlid in before else "chosen_away"

    def _was_on_its_way(self, tlid: int, now: float) -> bool:
        """Whether the player was on its way to what was next as something was added before that."""
        open_ = self._open
        if open_ is None or tlid != open_.displaced:
            return False
        has_set_out = open_.set_out is not None and now - open_.set_out < _UNDERWAY
        return ((open_.set_out or 0.0) if has_set_out else now) - open_.displaced_at < _AT_ONCE

    def _took_what_follows(self, tlids: Collection[int]) -> bool:
        """Whether core under consume took a next that it could not play off its list, to begin anywhere then."""
        if self._open is None or not self._open.following:
            return False
        tlid, following = self._open.tlid, self._open.following[0]
        return following != tlid and not {tlid, following} & set(tlids)

    def _outcome_nowhere(self, now: float) -> str:
        """`previous` leads nowhere on the first track, `next` on the last; where that is one, it was a skip.

        So it was where the player was underway already: only `next`, pressed again and again, leads to the last.
        """
        open_ = self._open
        if open_ is None or not open_.following or open_.preceding:
            return "skipped"
        return "back" if open_.set_out is None or now - open_.set_out > _UNDERWAY else "skipped"

    def _close(self, outcome: str, now: float) -> None:
        if self._open is not None:
            self._open.run_to(now)
            self._over.append(_played(self._open, outcome))
            self._open = None


def _played(open_: _Open, outcome: str) -> Played:
    return Played(open_.tlid, open_.uri, open_.length, open_.started, open_.listened, outcome, open_.follows)
