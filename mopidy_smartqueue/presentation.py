"""What plays, what comes and why, as the pages are told."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from mopidy_smartqueue.queue import Queue
from mopidy_smartqueue.requests import Candidate
from mopidy_smartqueue.snapshot import Snapshot, snapshot
from mopidy_smartqueue.translator import scheme_of

# How many of the tracks that come are told of.
_SHOWN = 20
# What of a reason tells of the track before.
_OF_BEFORE = ("tempo", "key", "leaps")
OFF = 'Switched off: nothing is added until you turn it on, on the page Now or by loading the list "Smartqueue: on".'


def now(core: Any, queue: Queue, *, on: bool) -> dict[str, Any]:  # noqa: ANN401 - a Pykka proxy has no type
    """As Player.now, but with each track's URI where its id is to be. For the frontend's thread."""
    state, position = core.playback.get_state(), core.playback.get_time_position()
    found = snapshot(core, 0)
    tl_tracks = {tl_track.tlid: tl_track for tl_track in found.tl_tracks}
    # What is played under consume is off the list already.
    current = tl_tracks.get(found.current) or core.playback.get_current_tl_track().get()
    coming = _coming(found)
    befores = [None if current is None else current.track.uri, *(tl_track.track.uri for tl_track in coming)]
    return {
        "on": on,
        "rests": why_it_rests(found, None if current is None else current.track.uri, queue, on=on),
        "state": state.get(),
        "playing": None
        if current is None
        else {**_track(current, queue, queue.before), "position": position.get() / 1000},
        "coming": [_track(tl_track, queue, before) for tl_track, before in zip(coming[:_SHOWN], befores, strict=False)],
        "more": max(len(coming) - _SHOWN, 0),
    }


def uris(found: dict[str, Any]) -> list[str]:
    """The URIs of the tracks that `now` told of."""
    return [track["uri"] for track in _tracks(found)]


def with_tracks(found: dict[str, Any], ids: dict[str, int | None] | None) -> dict[str, Any]:
    """What `now` told, with our own ids of tracks in place of URIs; None where they cannot be had at the moment."""
    for track in _tracks(found):
        track["track"] = (ids or {}).get(track.pop("uri"))
    return found


def _tracks(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [*([found["playing"]] if found["playing"] else []), *found["coming"]]


def _coming(found: Snapshot) -> list[Any]:
    """What follows, in the order in which it is going to be played."""
    if found.random:
        # Core draws one at a time.
        return [tl_track for tl_track in found.tl_tracks if tl_track.tlid == found.drawn]
    following = found.coming(found.current)
    if found.current is None or not following:
        return found.tl_tracks
    before = found.tl_tracks[: len(found.tl_tracks) - len(following)] if found.repeat else []
    return [*following[1:], *before]


def reason(candidate: Candidate, before: str | None) -> tuple[str, dict[str, Any]]:
    """Why a track of ours is where it is, in words and for programs, where `before` is the URI of the one before it.

    How it follows a track is told only of the track that it was chosen to follow.
    """
    if before == candidate.follows:
        return candidate.why, candidate.context
    return candidate.why_elsewhere, {name: part for name, part in candidate.context.items() if name not in _OF_BEFORE}


def _track(tl_track: Any, queue: Queue, before: str | None) -> dict[str, Any]:  # noqa: ANN401 - Mopidy 3 and 4 differ
    track, own = tl_track.track, queue.own.get(tl_track.tlid)
    why, context = reason(own, before) if own else ("", {})
    return {
        "tlid": tl_track.tlid,
        "uri": track.uri,
        "title": track.name or unquote(PurePosixPath(track.uri).name),
        "artist": ", ".join(sorted(artist.name for artist in track.artists or () if artist.name)),
        "album": (track.album.name or "") if track.album else "",
        "length": track.length / 1000 if track.length else None,
        "own": own is not None,
        "why": why,
        "context": context,
    }


def why_it_rests(found: Snapshot, uri: str | None, queue: Queue, *, on: bool) -> str:
    """Why smartqueue adds nothing at the moment, while the track of that URI plays; empty where it does."""
    if not on:
        return OFF
    for option in ("repeat", "single"):
        if getattr(found, option):
            return f"{option.capitalize()} is on, so Smartqueue adds nothing until you turn it off."
    if found.random:
        return "Random is on, so Smartqueue adds music only once everything on the list has played."
    if uri is not None and scheme_of(uri) is None:
        return "The playing track is not in beets' library, so Smartqueue does not go on from it."
    return queue.why_it_waits
