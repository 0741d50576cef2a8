"""A real Mopidy over the test's own library, and an MPD client to it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from demonstration.programs import Beets, Mopidy
from smartqueue.database import Database
from smartqueue.listening import Play, Triplet
from tests.end_to_end.watched import WATCHED, Client

# How long something may take that should happen at once, in seconds.
PATIENCE = 20.0


@dataclass
class Den:
    """A listener's den: a player, an MPD client, and the library behind."""

    mopidy: Mopidy
    client: Client
    beets: Beets

    def uri(self, title: str) -> str:
        """The URI of a title in Mopidy-Local."""
        (found,) = self.client.find("title", title)
        return str(found["file"])

    def play(self, *titles: str) -> None:
        """Puts titles on the list, and plays the first until it sounds."""
        for title in titles:
            self.client.add(self.uri(title))
        self.client.play(0)
        self.until(lambda: self.state() == "play")

    def skip(self) -> None:
        """Presses `next` once the playing track has sounded for a moment, and waits for another."""
        self.until(lambda: self.elapsed() > 0.3)
        before = self.client.status().get("songid")
        self.client.next()
        self.until(lambda: self.client.status().get("songid") not in (None, before))

    def titles(self) -> list[str]:
        """What is on the list, in order."""
        return [song["title"] for song in self.client.playlistinfo()]

    def current(self) -> str | None:
        """The title that is playing or paused."""
        title = self.client.currentsong().get("title")
        return None if title is None else str(title)

    def state(self) -> str:
        """play, pause or stop."""
        return str(self.client.status()["state"])

    def ahead(self) -> int:
        """How many tracks follow the one that plays; -1 while none does, as between two."""
        status = self.client.status()
        # Mopidy-MPD says "None" of what is not on the list.
        song = status.get("song", "None")
        return -1 if song == "None" else int(status["playlistlength"]) - int(song) - 1

    def elapsed(self) -> float:
        """How far the playing track is, in seconds."""
        return float(self.client.status().get("elapsed", 0.0))

    def plays(self) -> list[Play]:
        """What was written down, oldest first."""
        with Database(self.beets.library, self.beets.music) as database:
            return database.plays.since(0.0)

    def skips(self) -> list[Triplet]:
        """The triplets that skips have made."""
        with Database(self.beets.library, self.beets.music) as database:
            return [triplet for triplet in database.triplets.of_profile("default") if triplet.source == "skip"]

    def track(self, title: str) -> int:
        """Our id of a title."""
        with Database(self.beets.library, self.beets.music) as database:
            (found,) = (id_ for id_, name in database.tracks.names().items() if name.endswith(f" – {title}"))
        return found

    def log(self) -> str:
        """What Mopidy has logged so far."""
        return self.mopidy.log.read_text(encoding="utf-8")

    def until(self, happened: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Waits for something; fails the test if it does not happen."""
        give_up = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < give_up, f"it did not happen; the log ends with\n{self.mopidy.last_words()}"
            time.sleep(0.05)


Opener = Callable[..., contextlib.AbstractContextManager[Den]]


@pytest.fixture
def open_den(tmp_path: Path) -> Opener:
    """Opens a den over a library, in a folder of its name; `settings` are Mopidy's, `scan` is Mopidy-Local's."""

    @contextlib.contextmanager
    def opened(
        beets: Beets, *, scan: bool = True, settings: dict[str, dict[str, str]] | None = None, name: str = "mopidy"
    ) -> Iterator[Den]:
        mopidy = Mopidy(tmp_path / name, beets.music, beets.environment, settings=settings, program=WATCHED)
        if scan:
            mopidy.run("local", "scan")
        with mopidy:
            client = Client(mopidy)
            yield Den(mopidy, client, beets)
            client.disconnect()

    return opened


@pytest.fixture
def den(open_den: Opener, beets: Beets) -> Iterator[Den]:
    """A den over the analysed library."""
    with open_den(beets) as den:
        yield den
        assert "Traceback" not in den.log()
