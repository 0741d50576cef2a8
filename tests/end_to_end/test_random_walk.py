"""Random walks of an MPD client over a real Mopidy: each play comes to what an oracle of its own says."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import mpd
import pytest

from tests.conftest import SECONDS
from tests.end_to_end.conftest import PATIENCE, Den
from tests.end_to_end.oracle import Command, Oracle, Song, Status, Story, title, told

pytestmark = pytest.mark.mopidy

# Nothing is asked of Mopidy in the last seconds of a song. GStreamer asks for what follows 3.1 to 3.5 s before the end,
# and while core answers that, a command can hang Mopidy for good.
_END = 4.0
# After a command all is quiet once nothing has changed for so many seconds; the next comes this soon.
_QUIET = 0.25
# Two commands at once are so many seconds apart.
_AT_ONCE = 0.05
# How many seconds the time listened may be off: events come late on a busy machine.
_TOLERANCE = 0.5
# Commands after which another song plays, the same from its beginning, or none.
_CHANGES = {"next", "previous", "play", "stop", "clear", "clear add play", "stop+play", "delete+play", "seekcur+next"}
_CHANGES |= {"next+next", "next+previous", "move+next", "random+next", "repeat+next"}
# The longest list: another addition becomes a new list.
_LONGEST = 14


class Walk:
    """A listener who does anything at any time; every step is told to the oracle, and what was written compared."""

    def __init__(self, den: Den, seed: int) -> None:
        self._den = den
        self._client = den.client
        self._seed = seed
        self._random = random.Random(seed)
        self._oracle = Oracle(SECONDS)
        self._stories: list[list[Story]] = []
        self._steps: list[str] = []
        self._latest: Status | None = None
        self._seen: dict[int, Song] = {}
        files = sorted(path for path in den.beets.music.rglob("*.*") if path.is_file())
        self._uris = [f"local:track:{quote(str(file.relative_to(den.beets.music)))}" for file in files]
        self._titles = {den.track(file.stem): file.stem for file in files}

    def go(self, steps: int) -> None:
        """Takes so many steps, ends Mopidy, and compares once more."""
        for _ in range(steps):
            self._step()
        last = self._quiet()
        self._den.mopidy.stop()
        self._note(last, Command("the end of Mopidy"), self._oracle.farewell(last))

    def _step(self) -> None:
        before = self._status()
        if self._latest is None or before.version != self._latest.version:
            before = self._quiet()
        if before.state == "play" and before.song is not None and before.elapsed > SECONDS - _END:
            command = Command("end")
        elif before.state != "stop" and before.song is None and before.songs:
            # What played was taken out and still sounds: Mopidy stumbles when it comes to an end.
            command = Command("play", (self._random.randrange(len(before.songs)),))
        else:
            command = self._choose(before)
        sent = time.monotonic()
        try:
            self._do(command, before)
            self._latest = self._after(command, before)
        except (OSError, mpd.MPDError) as error:
            self._steps.append(self._told(before, command))
            pytest.fail(self._complaint(f"Mopidy did not do it: {error!r}"))
        late = time.monotonic() - sent - self._latest.elapsed
        self._note(before, command, self._oracle.judge(before, command, self._latest, late))
        if command.name == "end" and before.options & {"single", "repeat"} == {"single"}:
            assert self._latest.state == "stop", self._complaint("the music went on in single")

    # What an MPD client sees

    def _status(self) -> Status:
        while True:
            answer = self._client.status()
            status, current = Status.of(answer, self._client.playlistinfo()), self._client.currentsong()
            if self._client.status()["playlist"] == answer["playlist"]:
                break
        self._seen |= {song.id: song for song in status.songs}
        if status.state == "stop" or status.song is not None or not current:
            return status
        # Mopidy 4 does not number a song that plays though consume has taken it from the list.
        taken = [song.id for song in self._seen.values() if song.title == title(current) and song not in status.songs]
        return replace(status, song=max(taken, default=None))

    def _quiet(self) -> Status:
        """The status once nothing has changed for a while, what smartqueue queues included."""

        def seen(status: Status) -> tuple[object, ...]:
            return status.state, status.song, status.following, status.version

        give_up = time.monotonic() + PATIENCE
        status = self._status()
        since = time.monotonic()
        while time.monotonic() < since + _QUIET:
            assert time.monotonic() < give_up, self._complaint("it never became quiet")
            time.sleep(0.05)
            now = self._status()
            if seen(now) != seen(status):
                since = time.monotonic()
            status = now
        return status

    def _after(self, command: Command, before: Status) -> Status:
        """The status that the command leads to, which on a busy machine may take its time."""

        def has_come() -> bool:
            now = self._status()
            return now.elapsed < before.elapsed or (now.state, now.song) != (before.state, before.song)

        if command.name in _CHANGES:
            self._wait(has_come, 1.0)
        if "play" in command.name:
            self._wait(lambda: self._status().state == "play", PATIENCE)
        after = self._quiet()
        ran_out = before.sounds and not after.sounds and not command.name.startswith(("stop", "clear", "delete"))
        if ran_out and not after.options & {"repeat", "single"}:
            # Smartqueue goes on where `next` found nothing; where it does not, that takes a moment to know.
            self._wait(lambda: self._status().sounds, 1.5)
            after = self._quiet()
        return after

    @staticmethod
    def _wait(happened: Callable[[], bool], seconds: float) -> bool:
        give_up = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > give_up:
                return False
            time.sleep(0.05)
        return True

    # What the listener does

    def _choose(self, before: Status) -> Command:
        draw = self._random
        anywhere = [draw.randrange(len(before.songs)) for _ in range(2)] if before.songs else []
        options = [Command(option, (int(option not in before.options),)) for option in ("repeat", "random", "single")]
        options.append(Command("consume", (int("consume" not in before.options),)))
        anew = Command("clear add play", tuple(draw.sample(self._uris, draw.choice([1, 3]))))
        if not before.songs or len(before.songs) > _LONGEST:
            return anew
        if "consume" in before.options and len(before.songs) == 1:
            # Where consume takes the last song and core plays that again, it believes to play and is silent.
            return draw.choice([anew, Command("consume", (0,)), Command("add", (draw.choice(self._uris),))])
        often = [Command("add", (draw.choice(self._uris),)), draw.choice(options), Command("play", (anywhere[0],))]
        seldom = [
            anew,
            Command("move", tuple(anywhere)),
            Command("delete", (anywhere[0],)),
            Command("clear"),
            Command("play"),
        ]
        if not before.sounds:
            seldom += [Command("next"), Command("previous"), Command("stop")]
            if before.song is not None:
                seldom += [Command("pause")]
            return draw.choice([*often * 2, *seldom])
        often += [Command("next")] * 2 + [Command("previous"), Command("seekcur", (self._somewhere(),))]
        often += [Command("pause" if before.state == "play" else "resume")]
        seldom += [
            Command("stop"),
            Command("wait", (round(draw.uniform(0.3, 1.5), 1),)),
            Command("stop+play"),
            Command("seekcur+next", (self._somewhere(),)),
            Command("seekcur", (SECONDS + 5,)),
            Command("random+next", (int("random" not in before.options),)),
            Command("repeat+next", (int("repeat" not in before.options),)),
        ]
        if before.following is not None:
            seldom += [Command("next+previous")]
            if not before.options >= {"consume", "random"}:
                seldom += [Command("next+next")]
        if before.state == "play":
            seldom += [Command("seekcur", (SECONDS - _END,))]
        if before.place is not None:
            seldom += [Command("delete", (before.place,)), Command("play", (before.place,))]
            seldom += [Command("move+next", tuple(anywhere))]
        if before.place is not None and len(before.songs) > 1:
            seldom += [Command("delete+play", (before.place, draw.randrange(len(before.songs) - 1)))]
        return draw.choice([*often * 3, *seldom])

    def _somewhere(self) -> float:
        return round(self._random.uniform(0, SECONDS - _END - 1), 1)

    def _do(self, command: Command, before: Status) -> None:
        client, arguments = self._client, command.arguments
        if command.name == "end":
            self._let_end(before)
        elif command.name == "wait":
            time.sleep(arguments[0])
        elif command.name == "resume":
            client.pause(0)
        elif command.name == "clear add play":
            client.command_list_ok_begin()
            client.clear()
            for uri in arguments:
                client.add(uri)
            client.play(0)
            client.command_list_end()
        elif command.name == "pause":
            client.pause(1)
        elif command.name == "stop+play":
            client.stop()
            client.play()
        elif command.name == "delete+play":
            client.delete(arguments[0])
            client.play(arguments[1])
        else:
            first, *rest = command.name.split("+")
            getattr(client, first)(*arguments)
            for name in rest:
                # With nothing between them Mopidy hangs in every few hundredth case, with this in every thousandth.
                time.sleep(_AT_ONCE)
                getattr(client, name)()

    def _let_end(self, before: Status) -> None:
        elapsed = before.elapsed

        def over() -> bool:
            nonlocal elapsed
            status, elapsed_before = self._status(), elapsed
            elapsed = status.elapsed
            return (status.state, status.song) != (before.state, before.song) or elapsed < elapsed_before

        assert self._wait(over, _END + PATIENCE), self._complaint("the song never ended")

    # What was written down

    def _note(self, before: Status, command: Command, stories: list[Story]) -> None:
        self._stories.append(stories)
        self._steps.append(self._told(before, command))
        if not self._wait(lambda: told(self._stories, self._plays(), _TOLERANCE), 5.0):
            pytest.fail(self._complaint("plays are not what they must be"))
        log = self._den.log()
        assert "Traceback" not in log, self._complaint("an exception in Mopidy's log")
        assert "ERROR" not in log, self._complaint("an error in Mopidy's log")

    def _told(self, before: Status, command: Command) -> str:
        return (
            f"{len(self._steps) + 1:4} {before.state} {before.song} of {[song.id for song in before.songs]}"
            f" at {before.elapsed:.1f}, then {before.following}, {' '.join(sorted(before.options)) or 'no options'}:"
            f" {command}"
        )

    def _plays(self) -> list[tuple[str, str, float]]:
        return [(self._titles[play.track], play.outcome, play.listened) for play in self._den.plays()]

    def _complaint(self, what: str) -> str:
        expected = [
            " or ".join(
                ", ".join(f"{play.title} {'/'.join(sorted(play.outcomes))} {play.listened:.2f}" for play in story)
                or "none"
                for story in stories
            )
            for stories in self._stories
            if stories != [()]
        ]
        found = [f"{title} {outcome} {listened:.2f}" for title, outcome, listened in self._plays()]
        return "\n".join(
            [
                f"seed {self._seed}, step {len(self._steps)}: {what}",
                *self._steps,
                "expected at last:",
                *expected[-6:],
                "found at last:",
                *found[-6:],
                "Mopidy's log ends with:",
                self._den.mopidy.last_words(),
            ]
        )


def test_a_hundred_commands_of_any_kind_leave_the_plays_that_the_oracle_tells(den: Den) -> None:
    Walk(den, seed=1).go(100)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 120))
def test_a_thousand_commands_of_any_kind_leave_the_plays_that_the_oracle_tells(den: Den, seed: int) -> None:
    Walk(den, seed).go(1000)
