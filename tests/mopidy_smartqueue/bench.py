"""A bench: Mopidy's real core and smartqueue's real actors over a beets library, with nothing that sounds or waits."""

from __future__ import annotations

import configparser
import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pykka
from beets.library import Item
from beets.library import Library as BeetsLibrary
from mopidy.core import Core
from pykka.messages import ProxyCall

from mopidy_smartqueue import Extension
from mopidy_smartqueue.backend import SmartqueueBackend
from mopidy_smartqueue.frontend import SmartqueueFrontend
from smartqueue.database import Database, FileState, Heard
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.listening import Play, Triplet
from tests.mopidy_smartqueue.clock import Clock
from tests.mopidy_smartqueue.dummies import Audio, Backend, Mixer
from tests.mopidy_smartqueue.mailboxes import Mailroom

TITLES = "ABCDEFGHIJKLMNOPQRSTUVWX"
# How long each track is, and how long before its end GStreamer asks what follows, in seconds.
LENGTH, _ASKS = 60.0, 3.3


def make_library(folder: Path, titles: str = TITLES, *, analysed: bool = True) -> None:
    """A beets library of two tracks an artist and album, in `folder`, with features drawn at random."""
    music = folder / "music"
    music.mkdir(parents=True)
    beets = BeetsLibrary(str(folder / "library.db"), str(music))
    generator = np.random.default_rng(0)
    with contextlib.closing(Database(folder / "library.db", music)) as ours:
        for number, title in enumerate(titles):
            file = music / f"{title}.flac"
            file.write_bytes(b"music")
            who = f"Artist {number // 2}"
            item = Item(path=os.fsencode(file), title=title, artist=who, albumartist=who, album=f"Album {number // 2}")
            item.length = LENGTH
            beets.add(item)
            if analysed and item.id is not None:
                ours.migrate()
                vector = generator.normal(size=len(NAMES)).astype(np.float32)
                (stored,) = ours.tracks.items([item.id])
                ours.vectors.store(stored, FileState(5, 0.0), title, EXTRACTOR, Heard(vector, {}))


class Bench:
    """A listener's player. Each command returns once all that follows from it has happened."""

    def __init__(self, folder: Path, clock: Clock, mailroom: Mailroom, config: dict[str, Any]) -> None:
        self.folder = folder
        self.music = folder / "music"
        self._clock = clock
        self._mailroom = mailroom
        self.mixer = Mixer.start(config).proxy()
        self.audio = Audio.start(clock, self.mixer).proxy()
        self.backend = Backend.start(self.audio, self.music, LENGTH).proxy()
        self._own = SmartqueueBackend.start(config=config, audio=self.audio).proxy()
        self.core: Any = Core.start(
            config=config, mixer=self.mixer, backends=[self.backend, self._own], audio=self.audio
        ).proxy()
        self._ask_core("_setup")
        self.frontend = SmartqueueFrontend.start(config=config, core=self.core).proxy()
        self.quiet()

    def close(self) -> None:
        """Ends as Mopidy does."""
        for actor in (self.frontend, self.core, self._own, self.backend, self.audio, self.mixer):
            with contextlib.suppress(pykka.ActorDeadError):
                if actor is self.core:
                    self._ask_core("_teardown")
                actor.actor_ref.stop()

    def _ask_core(self, method: str) -> None:
        # As Mopidy's own start and end do.
        self.core.actor_ref.ask(ProxyCall(attr_path=(method,), args=(), kwargs={}))

    def quiet(self) -> None:
        """Waits until nothing goes on."""
        self._mailroom.quiet()

    # What the listener does

    def add(self, *titles: str, at: int | None = None) -> None:
        """Puts tracks on the list."""
        self.do(lambda: self.core.tracklist.add(uris=[self.uri(title) for title in titles], at_position=at))

    def play(self, *titles: str) -> None:
        """Puts tracks on the list, and plays the first of them."""
        before = len(self.titles())
        self.add(*titles)
        self.choose(before)

    def choose(self, place: int) -> None:
        """Plays what stands at a place of the list."""
        self.do(lambda: self.core.playback.play(tlid=self.tlids()[place]))

    def next(self) -> None:
        """Presses next."""
        self.do(self.core.playback.next)

    def previous(self) -> None:
        """Presses previous."""
        self.do(self.core.playback.previous)

    def stop(self) -> None:
        """Presses stop."""
        self.do(self.core.playback.stop)

    def pause(self) -> None:
        """Holds the music."""
        self.do(self.core.playback.pause)

    def resume(self) -> None:
        """Goes on with it."""
        self.do(self.core.playback.resume)

    def clear(self) -> None:
        """Clears the list."""
        self.do(self.core.tracklist.clear)

    def delete(self, *places: int) -> None:
        """Takes tracks off the list."""
        tlids = self.tlids()
        self.do(lambda: self.core.tracklist.remove({"tlid": [tlids[place] for place in places]}))

    def seek(self, seconds: float) -> None:
        """Leaps within the track."""
        self.do(lambda: self.core.playback.seek(int(seconds * 1000)))

    def set(self, **options: bool) -> None:
        """Sets consume, random, repeat or single."""
        for name, value in options.items():
            self.do(lambda name=name, value=value: getattr(self.core.tracklist, f"set_{name}")(value))  # type: ignore[misc]

    def load(self, playlist: str) -> None:
        """Loads one of our playlists as Mopidy-MPD does."""
        found = self.core.playlists.lookup(f"smartqueue:{playlist}").get()
        self.do(lambda: self.core.tracklist.add(uris=[track.uri for track in found.tracks]))

    def do(self, command: Callable[[], Any]) -> None:
        """Anything else that core is asked for."""
        command().get()
        self.quiet()

    def at_once(self, *commands: Callable[[], Any]) -> None:
        """Commands that follow one another before the audio has begun what the one before asked for."""
        self.audio.slow(True).get()
        for command in commands:
            command().get()
        self.audio.slow(False).get()
        self.quiet()

    def hear(self, seconds: float) -> None:
        """Time goes by: timers are due, tracks end."""
        until = self._clock.monotonic() + seconds
        while (left := until - self._clock.monotonic()) > 0:
            ends = self._ends()
            asks = max(ends - _ASKS, 0.0)
            if asks > left:
                self._pass(left)
            else:
                self._pass(asks)
                # As if by a thread of GStreamer's, core is asked what is to follow.
                self.audio.about_to_finish().get()()
                self.quiet()
                self._pass(min(ends - asks, until - self._clock.monotonic()))
                if self._ends() <= 0.01:
                    self.audio.end().get()
                    self.quiet()

    def let_end(self) -> None:
        """Hears the track to its end, and a moment of what follows."""
        self.hear(self._ends() + 0.1)

    def _pass(self, seconds: float) -> None:
        self._clock.put_forward(seconds, self.quiet)
        self.quiet()

    def _ends(self) -> float:
        """In how many seconds the playing track ends; endless where none plays."""
        if self.core.playback.get_state().get() != "playing":
            return float("inf")
        return LENGTH - float(self.audio.get_position().get()) / 1000

    # What can be seen

    def uri(self, title: str) -> str:
        """The URI of a title in Mopidy-Local."""
        return f"local:track:{quote(title)}.flac"

    def file(self, title: str) -> Path:
        """The file of a title."""
        return self.music / f"{title}.flac"

    def tlids(self) -> list[int]:
        """The list's own numbers, in order."""
        return [int(tl_track.tlid) for tl_track in self.core.tracklist.get_tl_tracks().get()]

    def titles(self) -> list[str]:
        """What is on the list, in order."""
        return [str(tl_track.track.name) for tl_track in self.core.tracklist.get_tl_tracks().get()]

    def playing(self) -> str | None:
        """The title that is current."""
        track = self.core.playback.get_current_track().get()
        return None if track is None else str(track.name)

    def ahead(self) -> str | None:
        """The title that `next` would lead to."""
        following = self.core.tracklist.get_next_tlid().get()
        tl_tracks = self.core.tracklist.get_tl_tracks().get()
        return next((str(tl_track.track.name) for tl_track in tl_tracks if tl_track.tlid == following), None)

    def state(self) -> str:
        """playing, paused or stopped."""
        return str(self.core.playback.get_state().get())

    def now(self) -> dict[str, Any]:
        """What the pages are told."""
        found: dict[str, Any] = self.frontend.now().get()
        return found

    def plays(self) -> list[Play]:
        """What was written down, oldest first."""
        with Database(self.folder / "library.db", self.music) as database:
            return database.plays.since(0.0)

    def tracks(self) -> dict[str, int]:
        """Our own ids, by title."""
        with Database(self.folder / "library.db", self.music) as database:
            return {name.rpartition(" – ")[2]: id_ for id_, name in database.tracks.names().items()}

    def outcomes(self) -> list[tuple[str, str]]:
        """Title and outcome of each."""
        titles = {id_: title for title, id_ in self.tracks().items()}
        return [(titles[play.track], play.outcome) for play in self.plays()]

    def skips(self) -> list[Triplet]:
        """The triplets that skips have made."""
        with Database(self.folder / "library.db", self.music) as database:
            return [triplet for triplet in database.triplets.of_profile("default") if triplet.source == "skip"]


@contextlib.contextmanager
def opened(
    folder: Path, clock: Clock, mailroom: Mailroom, settings: Mapping[str, Mapping[str, Any]]
) -> Iterator[Bench]:
    """A bench over the library in `folder`; `settings` are Mopidy's, by section."""
    parser = configparser.RawConfigParser()
    parser.read_string(Extension().get_default_config())
    given = {
        **parser["smartqueue"],
        "library": str(folder / "library.db"),
        "music_directory": str(folder / "music"),
        **settings.get("smartqueue", {}),
    }
    smartqueue, errors = Extension().get_config_schema().deserialize(given)
    assert not errors
    core = {"data_dir": str(folder / "data"), "max_tracklist_length": 10_000, "restore_state": False}
    local = {"enabled": True, "media_dir": str(folder / "music")}
    config = {
        "core": {**core, **settings.get("core", {})},
        "local": {**local, **settings.get("local", {})},
        "file": {"enabled": True},
        "smartqueue": smartqueue,
    }
    try:
        bench = Bench(folder, clock, mailroom, config)
        yield bench
        bench.close()
    finally:
        pykka.ActorRegistry.stop_all()
