"""What each play must have come to: told from an MPD client's commands, and the status before and after each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True)
class Song:
    """An entry of MPD's list; its file is named by its title."""

    id: int
    title: str

    @classmethod
    def of(cls, entry: dict[str, str]) -> Song:
        """From MPD's answer."""
        return cls(int(entry["id"]), title(entry))


def title(entry: dict[str, str]) -> str:
    """The title of an entry in MPD's answers; empty where there is none."""
    return PurePath(unquote(entry.get("file", ""))).stem


@dataclass(frozen=True)
class Status:
    """What an MPD client sees: the state, the list, the song playing and the one that `next` would lead to."""

    state: str
    songs: tuple[Song, ...]
    song: int | None
    following: int | None
    elapsed: float
    version: int
    options: frozenset[str]

    @classmethod
    def of(cls, status: dict[str, str], playlist: Iterable[dict[str, str]]) -> Status:
        """From the answers to MPD's `status` and `playlistinfo`."""
        identifier = status.get("songid"), status.get("nextsongid")
        song, following = (None if text is None else int(text) for text in identifier)
        return cls(
            status["state"],
            tuple(map(Song.of, playlist)),
            song,
            following,
            float(status.get("elapsed", 0.0)),
            int(status["playlist"]),
            frozenset(name for name in ("repeat", "random", "single", "consume") if status[name] == "1"),
        )

    @property
    def place(self) -> int | None:
        """Where the song stands in the list."""
        return next((place for place, song in enumerate(self.songs) if song.id == self.song), None)

    @property
    def previous(self) -> int | None:
        """Where `previous` would lead: to the song itself where the options leave no order behind it."""
        if self.options & {"repeat", "random", "consume"}:
            return self.song
        return self.songs[self.place - 1].id if self.place else None

    @property
    def sounds(self) -> bool:
        """Whether a song plays or is held."""
        return self.state != "stop" and self.song is not None


@dataclass(frozen=True)
class Command:
    """An MPD command, or a little story of several that make one step: see `Oracle.judge` for the names."""

    name: str
    arguments: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.name, *map(str, self.arguments)))


@dataclass(frozen=True)
class Expected:
    """A play that must have been written down: one of the outcomes, and the seconds listened to.

    What begins and what follows may sound some seconds after the command, `late` in sum; core tells of it in between.
    """

    title: str
    outcomes: frozenset[str]
    listened: float
    late: float = 0.0

    def fits(self, title: str, outcome: str, listened: float, tolerance: float) -> bool:
        """Whether a play is this one."""
        fits = -tolerance <= listened - self.listened <= self.late + tolerance
        return self.title == title and outcome in self.outcomes and fits


Story = tuple[Expected, ...]


@dataclass(frozen=True)
class _Open:
    """The play that goes on: `heard` seconds up to `position` in the song."""

    song: Song
    late: float = 0.0
    heard: float = 0.0
    position: float = 0.0


class Oracle:
    """Follows a listener's commands. It knows how Mopidy behaves, and nothing of what core tells of it."""

    def __init__(self, length: float) -> None:
        self._length = length
        self._open: _Open | None = None
        self._late = 0.0
        self._leapt = 0.0
        self._songs: dict[int, Song] = {}

    def judge(self, before: Status, command: Command, after: Status, late: float) -> list[Story]:
        """The plays that the command brought to an end: one story, or several where core itself may do this or that.

        Names of commands are MPD's, with what "pause 0" does called "resume"; "end" waits for a song's own end, a
        "seekcur" beyond it acts as "next", "clear add play" replaces the list, and two names with a plus between them
        are sent at once. What begins sounded `late` seconds after the command.
        """
        self._late = 0.0 if command.name == "end" else max(late, 0.0)
        # What is further than it can have come began with a leap: one that was meant for the song before, it may be.
        self._leapt = 0.0 if command.name == "end" else max(-late, 0.0)
        self._songs |= {song.id: song for song in (*before.songs, *after.songs)}
        self._hear(before.elapsed)
        name, begins = command.name, self._begins(before, command)
        if name == "resume" or (name == "play" and not command.arguments and before.state == "pause"):
            # What was held while playback was stopped begins only now.
            return self._go_on(after) if self._open else self._close(set(), begins, after)
        if name in _SILENT or (name in ("next", "previous") and not before.sounds):
            return self._go_on(after)
        if name == "seekcur" and not (before.sounds and command.arguments[0] > self._length):
            if self._open is not None:
                self._open = replace(self._open, position=command.arguments[0])
            return self._go_on(after)
        if name == "delete+play" and self._open is None:
            # What was held while playback was stopped had not begun, and what is chosen begins.
            return self._close(set(), None, after)
        if name in ("delete", "delete+play") and (
            self._open is None or before.songs[command.arguments[0]] != self._open.song
        ):
            return self._go_on(after)
        if name == "end":
            self._hear(self._length)
        if name in _OUTCOMES:
            return self._close({_OUTCOMES[name]}, begins, after)
        if name == "play":
            return self._close({self._chosen(before, begins)}, begins, after)
        if name == "previous":
            return self._close({"skipped" if begins == before.following else "back"}, begins, after)
        if name in ("next+next", "next+previous"):
            return self._past(before, "skipped" if name == "next+next" else "back", after)
        # An option or the list changed: what follows then, core tells only once it is too late.
        return self._close({"skipped", self._chosen(before, after.song)}, after.song, after)

    def farewell(self, last: Status) -> list[Story]:
        """The play that Mopidy's own end cuts off."""
        self._hear(last.elapsed)
        return self._close({"interrupted"}, None, replace(last, state="stop"))

    def _begins(self, before: Status, command: Command) -> int | None:
        """The song that a command leads to; None where that is none, or known only afterwards."""
        if command.name == "play" and command.arguments:
            return before.songs[int(command.arguments[0])].id
        if command.name in ("play", "stop+play", "resume") or (
            command.name == "end" and before.options >= {"single", "repeat"}
        ):
            return before.song
        if command.name in ("next", "seekcur", "seekcur+next", "end"):
            return before.following
        return before.previous if command.name == "previous" else None

    @staticmethod
    def _chosen(before: Status, target: int | None) -> str:
        """What a choice of a song says of the one before it; where `next` leads there, too, core cannot tell."""
        if target == before.following:
            return "skipped"
        return "back" if target in (before.song, before.previous) else "chosen_away"

    def _past(self, before: Status, second: str, after: Status) -> list[Story]:
        """Two commands at once: the song between was begun, or it was not, and then the two look like one choice."""
        between = self._songs[before.following or 0]
        seconds = {second}
        if second == "back":
            begins = between.id if before.previous == before.song else before.song
            alone = before.songs == (between,) and "consume" not in before.options
            if begins == between.id and (between.id == before.song or alone or "random" in before.options):
                # Where the same again is what follows, too.
                seconds = {"skipped"} if "random" not in before.options else {"skipped", "back"}
        else:
            begins = next((song.id for song in before.songs[before.songs.index(between) + 1 :]), None)
        begun = 0 if self._open is None else 1
        (story,) = self._close({"skipped"}, begins, after)
        looks = {"skipped", self._chosen(before, after.song or begins)}
        if second == "skipped" and begins is None and before.previous is None:
            # Past the end of a list: the mixer tells that from the way back past its beginning, if not near the end.
            looks = {"skipped"} if before.elapsed < self._length - _PREPARED else {"skipped", "back"}
        elif second == "skipped" and not before.options & {"random", "repeat"} and before.elapsed > _BEGUN:
            # In a list in order, where one `next` leads tells where two lead; that there were two, the position 0.
            looks = {"skipped"}
        direct = tuple(replace(play, outcomes=frozenset(looks)) for play in story[:begun])
        passed = Expected(between.title, frozenset(seconds), 0.0)
        return [(*story[:begun], passed, *story[begun:]), direct + story[begun:]]

    def _hear(self, elapsed: float) -> None:
        if self._open is not None:
            heard = self._open.heard + max(elapsed - self._open.position, 0.0)
            self._open = replace(self._open, heard=heard, position=elapsed)

    def _go_on(self, after: Status) -> list[Story]:
        """What plays goes on, unless Mopidy had it play though consume had taken it from the list.

        Then it goes with the next change of the list.
        """
        if self._open is not None and after.song is None:
            return self._close({"removed"}, None, after)
        return [()]

    def _close(self, outcomes: set[str], begins: int | None, after: Status) -> list[Story]:
        story = []
        if self._open is not None:
            late = self._open.late + (self._late if after.sounds else 0.0)
            story = [Expected(self._open.song.title, frozenset(outcomes), self._open.heard, late)]
        self._open = None
        if after.sounds:
            assert after.song is not None
            self._open = _Open(self._songs[after.song], self._late, position=self._leapt)
        elif after.state != "stop" and begins is not None:
            # It was taken from the list by consume as it began, and went with the next change of the list.
            story.append(Expected(self._songs[begins].title, frozenset({"removed"}), 0.0))
        return [tuple(story)]


# A song that was held before this many seconds is at position 0 anyway.
_BEGUN = 0.2
# So many seconds before a song's end Mopidy may be preparing the next, unasked.
_PREPARED = 5.5
# What a command says of the song that sounded, whatever follows it.
_OUTCOMES = {
    "end": "finished",
    "next": "skipped",
    "seekcur": "skipped",
    "seekcur+next": "skipped",
    "stop": "stopped",
    "stop+play": "stopped",
    "clear": "removed",
    "clear add play": "removed",
    "delete": "removed",
    "delete+play": "removed",
}
# Commands that leave it alone.
_SILENT = {"wait", "pause", "add", "move", "repeat", "random", "single", "consume"}


def told(stories: Sequence[list[Story]], plays: Sequence[tuple[str, str, float]], tolerance: float) -> bool:
    """Whether the plays (title, outcome, seconds listened), in their order, tell one story of each step and no more."""
    places = {0}
    for choices in stories:
        places = {
            place + len(story)
            for place in places
            for story in choices
            if len(plays) >= place + len(story)
            and all(
                expected.fits(*play, tolerance)
                for expected, play in zip(story, plays[place : place + len(story)], strict=True)
            )
        }
    return len(plays) in places
