"""Mixes as playlists and folders that any client can load, and two playlists that switch when they are loaded."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote, unquote

import pykka
from mopidy import backend
from mopidy.models import Playlist, Ref, Track

from mopidy_smartqueue import generations
from mopidy_smartqueue.frontend import SmartqueueFrontend
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.switch import MARKERS

logger = generations.logger(__name__)

_SCHEME = "smartqueue"
_ROOT = f"{_SCHEME}:mixes"
_MIX = f"{_SCHEME}:mix:"
# What smartqueue.mixes makes, by its names there; not imported, because that loads NumPy while Mopidy starts.
MIXES = (
    "like what is playing",
    "like my last ten",
    "like this album",
    "something else",
    "long unheard",
    "surprise me",
)
# For so many seconds a mix stays the same list, so that a client loads what it shows.
LASTS = 60.0
# Core waits while a mix is made, and is not kept waiting for longer than this, in seconds.
_PATIENCE = 1.0


class SmartqueueBackend(pykka.ThreadingActor, backend.Backend):
    """Asks the chooser, never core: core waits for the answer."""

    uri_schemes = [_SCHEME]  # noqa: RUF012 - as Mopidy declares it

    def __init__(self, config: dict[str, Any], audio: Any) -> None:  # noqa: ANN401, ARG002 - as Mopidy calls it
        super().__init__()
        # Set by the chooser once there is something to choose from.
        self.is_loaded = False
        # Each mix that was made lately, and when that was.
        self._made: dict[str, tuple[float, list[tuple[str, str]]]] = {}
        # Markers that core has asked for and not tried to play since.
        self.asked_for: set[str] = set()
        self.playlists = Playlists(backend=self)
        self.library = Library(backend=self)
        self.playback = Playback(audio=audio, backend=self)

    @survives("telling that there is something to choose from")
    def loaded(self) -> None:
        """There is something to choose from, of which clients are told."""
        if not self.is_loaded:
            self.is_loaded = True
            backend.BackendListener.send("playlists_loaded")

    def mix(self, name: str) -> list[tuple[str, str]]:
        """The URIs and names of a mix's tracks, made less than a minute ago."""
        moment, made = self._made.get(name, (-LASTS, []))
        if not made or time.monotonic() - moment >= LASTS:
            made = self._mix(name)
            self._made[name] = time.monotonic(), made
        return made

    def _mix(self, name: str) -> list[tuple[str, str]]:
        if not self.is_loaded:
            return []
        # Here, because it loads NumPy, which Mopidy's start does not wait for; by now it is loaded.
        from mopidy_smartqueue.chooser import Chooser

        choosers = pykka.ActorRegistry.get_by_class(Chooser)
        if not choosers:
            return []
        try:
            found: list[tuple[str, str]] = choosers[0].proxy().mix(name).get(timeout=_PATIENCE)
        except pykka.Timeout:
            logger.warning("Smartqueue is still loading the library: try again in a moment")
            return []
        return found


class Playback(backend.PlaybackProvider):
    """Plays no marker, but tells that core would have: under consume it leaves the list before anyone sees it there."""

    backend: SmartqueueBackend

    def prepare_change(self) -> None:
        """What plays goes on."""

    def change_track(self, track: Track) -> bool:
        """Refuses; core comes back later to what it could not play, which is nobody's wish."""
        if track.uri in self.backend.asked_for:
            self.backend.asked_for.discard(track.uri)
            for frontend in pykka.ActorRegistry.get_by_class(SmartqueueFrontend):
                frontend.proxy().refused.defer(track.uri)
        return False


class Playlists(backend.PlaylistsProvider):
    """Mixes, each made afresh a minute after it was looked up, and one each for off and on, which holds a marker."""

    backend: SmartqueueBackend

    def as_list(self) -> list[Ref]:
        """The mixes and the switch, while there is something to choose from."""
        if not self.backend.is_loaded:
            return []
        mixes = [Ref.playlist(uri=_MIX + quote(name), name=f"Smartqueue: {name}") for name in MIXES]
        switch = [Ref.playlist(uri=uri, name=_marker(uri).name) for uri in MARKERS]
        return [*mixes, *switch]

    def get_items(self, uri: str) -> list[Ref] | None:
        """What is in a mix, or a marker."""
        if uri in MARKERS:
            return _refs([(uri, _marker(uri).name)])
        name = _name(uri)
        return None if name is None else _refs(self.backend.mix(name))

    def lookup(self, uri: str) -> Playlist | None:
        """A mix, or a marker's; clients look up what they only show, too."""
        if uri in MARKERS:
            return Playlist(uri=uri, name=_marker(uri).name, tracks=(_marker(uri),))
        name = _name(uri)
        if name is None:
            return None
        tracks = tuple(Track(uri=track, name=called) for track, called in self.backend.mix(name))
        return Playlist(uri=uri, name=f"Smartqueue: {name}", tracks=tracks)

    def refresh(self) -> None:
        """They are made afresh by themselves."""

    def create(self, name: str) -> Playlist | None:  # noqa: ARG002 - as Mopidy calls it
        """No playlists of others."""
        return None

    def delete(self, uri: str) -> bool:  # noqa: ARG002 - as Mopidy calls it
        """They are not to be deleted."""
        return False

    def save(self, playlist: Playlist) -> Playlist | None:  # noqa: ARG002 - as Mopidy calls it
        """They are not to be changed."""
        return None


class Library(backend.LibraryProvider):
    """The mixes as folders, and the markers, which core asks for as they are put on the list."""

    backend: SmartqueueBackend
    root_directory = Ref.directory(uri=_ROOT, name="Smartqueue")

    def browse(self, uri: str) -> list[Ref]:
        """The mixes, or what is in one of them."""
        if uri == _ROOT:
            return [Ref.directory(uri=_MIX + quote(name), name=name) for name in MIXES if self.backend.is_loaded]
        name = _name(uri)
        return [] if name is None else _refs(self.backend.mix(name))

    def lookup(self, uri: str) -> Any:  # noqa: ANN401 - Mopidy 3 and 4 differ in its type
        """A marker; there are no other tracks of our own."""
        if uri not in MARKERS:
            return []
        self.backend.asked_for.add(uri)
        return [_marker(uri)]

    def search(self, query: Any, uris: Any = None, exact: bool = False) -> Any:  # noqa: ANN401, ARG002 - likewise
        """Nothing to be found; an empty list, as Mopidy says it by default, core calls bad data in its log."""
        return None


def _marker(uri: str) -> Track:
    return Track(uri=uri, name=f"Smartqueue: {'on' if MARKERS[uri] else 'off'}")


def _refs(tracks: list[tuple[str, str]]) -> list[Ref]:
    # A slash would end the name where clients see paths.
    return [Ref.track(uri=uri, name=name.replace("/", "|")) for uri, name in tracks]


def _name(uri: str) -> str | None:
    """The mix that a URI stands for."""
    name = unquote(uri.removeprefix(_MIX)) if uri.startswith(_MIX) else ""
    return name if name in MIXES else None
