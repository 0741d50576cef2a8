"""What stands below Mopidy's core on the bench: a backend, an audio and a mixer that behave as Mopidy's own do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

import pykka
from mopidy import audio, backend, mixer
from mopidy.models import Track

from tests.mopidy_smartqueue.clock import Clock

_LOCAL, _FILE = "local:track:", "file://"


class Mixer(pykka.ThreadingActor, mixer.Mixer):
    """Tells of each volume that it is given, of the same one too, as Mopidy's software mixer does."""

    name = "bench"
    _volume = 100

    def get_volume(self) -> int:
        """From 0 to 100."""
        return self._volume

    def set_volume(self, volume: int) -> bool:
        """Sets it, and tells of it."""
        self._volume = volume
        self.trigger_volume_changed(volume)  # type: ignore[no-untyped-call, unused-ignore]  # Mopidy 3 has no types
        return True


class Audio(pykka.ThreadingActor):
    """Plays files in silence, by the bench's clock; tells core of it as GStreamer's thread would.

    While it is `slow`, it has yet to begin what it was last told to play.
    """

    def __init__(self, clock: Clock, mixer: Any) -> None:
        super().__init__()
        self._clock = clock
        self._mixer = mixer
        self._about_to_finish: Callable[[], None] = lambda: None
        self._state = "stopped"
        self._uri: str | None = None
        # Where the playing file was, in seconds, and when that was.
        self._position, self._since = 0.0, 0.0
        self._is_slow = False
        # What core has asked for, and is told of once it begins.
        self._begins = False
        # What is to follow without a gap.
        self._following: str | None = None

    # What core and backends ask for, by Mopidy's names

    def set_about_to_finish_callback(self, callback: Callable[[], None]) -> None:
        """Core's, which blocks on core: for the bench's thread, as Mopidy has a thread of GStreamer's do it."""
        self._about_to_finish = callback

    def set_source_setup_callback(self, callback: object) -> None:
        """Nothing needs to be set up."""

    def set_uri(self, uri: str, **_: bool) -> None:
        """What to play next: at once after `prepare_change`, else without a gap."""
        if self._uri is None:
            self._uri, self._begins = uri, True
        else:
            self._following = uri
        # Mopidy's audio sets the volume again with each file.
        self._mixer.set_volume(self._mixer.get_volume().get())

    def prepare_change(self) -> bool:
        """Silence before something else."""
        self._uri, self._following, self._begins = None, None, False
        self._position, self._since = 0.0, self._clock.monotonic()
        return True

    def start_playback(self) -> bool:
        """False where there is no such file."""
        return self._set_state("playing")

    def pause_playback(self) -> bool:
        """Likewise."""
        return self._set_state("paused")

    def stop_playback(self) -> bool:
        """Silence."""
        self.prepare_change()
        self._set_state("stopped")
        audio.AudioListener.send("stream_changed", uri=None)
        return True

    def get_position(self) -> int:
        """In milliseconds."""
        return int(self._at() * 1000)

    def set_position(self, position: int) -> bool:
        """To a moment in milliseconds."""
        self._position, self._since = position / 1000, self._clock.monotonic()
        audio.AudioListener.send("position_changed", position=position)
        return True

    def get_current_tags(self) -> dict[str, Any]:
        """None."""
        return {}

    # What the bench asks for

    def slow(self, is_slow: bool) -> None:
        """Begins nothing, or begins at last what it was told to last."""
        self._is_slow = is_slow
        self._begin()

    def about_to_finish(self) -> Callable[[], None]:
        """What to call shortly before the playing file's end."""
        return self._about_to_finish

    def end(self) -> None:
        """The playing file is over. A file that cannot be read has GStreamer hang, saying nothing."""
        following, self._following = self._following, None
        self._position, self._since = 0.0, self._clock.monotonic()
        if following is None:
            self._uri = None
            audio.AudioListener.send("reached_end_of_stream")
            return
        self._uri = following
        if _is_music(following):
            audio.AudioListener.send("stream_changed", uri=following)
        else:
            self._since = float("inf")

    def _at(self) -> float:
        if self._state != "playing" or self._begins or self._uri is None:
            return self._position
        return self._position + max(self._clock.monotonic() - self._since, 0.0)

    def _set_state(self, state: str) -> bool:
        if self._uri is not None and not _is_music(self._uri):
            return False
        position = self._at()
        self._state_before, self._state = self._state, state
        self._position, self._since = position, self._clock.monotonic()
        self._begin()
        if not self._begins:
            self._tell_state()
        return True

    def _begin(self) -> None:
        if self._begins and not self._is_slow and self._state != "stopped":
            self._begins, self._since = False, self._clock.monotonic()
            audio.AudioListener.send("stream_changed", uri=self._uri)
            audio.AudioListener.send("position_changed", position=0)
            self._tell_state()

    def _tell_state(self) -> None:
        audio.AudioListener.send(
            "state_changed", old_state=self._state_before, new_state=self._state, target_state=None
        )


class Backend(pykka.ThreadingActor, backend.Backend):
    """Knows the files of a folder as Mopidy-Local and Mopidy-File would."""

    uri_schemes: ClassVar[list[str]] = ["local", "file"]  # type: ignore[assignment, misc, unused-ignore]

    def __init__(self, audio: Any, folder: Path, length: float) -> None:
        super().__init__()
        self.folder = folder
        self.length = length
        self.unknown: set[str] = set()
        self.library = Library(backend=self)
        self.playback = Playback(audio=audio, backend=self)

    def forget(self, titles: Iterable[str]) -> None:
        """These have not been scanned."""
        self.unknown |= set(titles)


class Library(backend.LibraryProvider):
    """Finds tracks by URI alone."""

    backend: Backend

    def lookup(self, uri: str) -> Any:
        """The track of a file that was there when it was scanned."""
        file = _file(self.backend.folder, uri)
        if file.stem in self.backend.unknown or self.backend.folder not in file.parents:
            return []
        return [Track(uri=uri, name=file.stem, length=int(self.backend.length * 1000))]


class Playback(backend.PlaybackProvider):
    """Plays by path."""

    backend: Backend

    def translate_uri(self, uri: str) -> Any:
        """The file's own URI."""
        return _FILE + quote(str(_file(self.backend.folder, uri)))


def _file(folder: Path, uri: str) -> Path:
    if uri.startswith(_LOCAL):
        return folder / unquote(uri.removeprefix(_LOCAL))
    return Path(unquote(uri.removeprefix(_FILE)))


def _is_music(uri: str) -> bool:
    file = Path(unquote(uri.removeprefix(_FILE)))
    return file.is_file() and file.stat().st_size > 0
