"""The tracks that smartqueue queued itself, by their ids in the track list; known after a restart, too."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mopidy_smartqueue import generations
from mopidy_smartqueue.requests import Candidate

logger = generations.logger(__name__)

# So many lines the file may have beside four a track.
_LINES = 100


@dataclass(frozen=True)
class Own:
    """A track of ours, and whether it has begun to play."""

    candidate: Candidate
    played: bool = False


class OwnTracks:
    """Kept in a file, because Mopidy can restore its track list when it starts; ids are restored with it.

    The file has a line of JSON for each that was queued, and another once it has begun; it is written anew when most
    of its lines are of tracks that have left the list.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: dict[int, Own] = {}
        # How many lines the file has; None where it may not hold all that is known.
        self._lines: int | None = None

    def __contains__(self, tlid: int | None) -> bool:
        return tlid in self._own

    def get(self, tlid: int) -> Candidate | None:
        """The track of that id, if it is ours."""
        own = self._own.get(tlid)
        return None if own is None else own.candidate

    def is_unplayed(self, tlid: int) -> bool:
        """Whether the track of that id is ours and has not begun to play."""
        own = self._own.get(tlid)
        return own is not None and not own.played

    @property
    def tlids(self) -> list[int]:
        """Ids of all that are ours, in the order in which they were queued."""
        return list(self._own)

    @property
    def unplayed(self) -> dict[int, Candidate]:
        """Ours that have not begun to play."""
        return {tlid: own.candidate for tlid, own in self._own.items() if not own.played}

    def add(self, tlid: int, candidate: Candidate) -> None:
        """A track was queued."""
        self._own[tlid] = Own(candidate)
        self._write(tlid)

    def begin(self, tlid: int) -> None:
        """A track begins to play."""
        if self.is_unplayed(tlid):
            self._own[tlid] = replace(self._own[tlid], played=True)
            self._write(tlid)

    def keep(self, tlids: Collection[int | None]) -> None:
        """Forgets those that are no more on the list."""
        self._own = {tlid: own for tlid, own in self._own.items() if tlid in tlids}

    def load(self, tl_tracks: Collection[Any]) -> None:
        """Takes up what an earlier Mopidy knew, of what the list still holds."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            logger.warning("Smartqueue cannot read %s and takes what is queued for yours: %s", self._path, error)
            return
        uris = {tl_track.tlid: tl_track.track.uri for tl_track in tl_tracks}
        for tlid, own in (found for line in lines for found in _read(line)):
            if uris.get(tlid) == own.candidate.uri:
                self._own[tlid] = own

    def _write(self, tlid: int) -> None:
        anew = self._lines is None or self._lines > _LINES + 4 * len(self._own)
        path = self._path.with_suffix(".new") if anew else self._path
        tlids = self.tlids if anew else [tlid]
        lines, self._lines = self._lines, None
        try:
            with path.open("w" if anew else "a", encoding="utf-8") as file:
                file.writelines(f"{json.dumps(self._as_json(tlid))}\n" for tlid in tlids)
            if anew:
                path.replace(self._path)
            self._lines = len(tlids) if anew or lines is None else lines + 1
        except OSError as error:
            logger.debug("Smartqueue cannot write %s: %s", self._path, error)

    def _as_json(self, tlid: int) -> dict[str, Any]:
        own = self._own[tlid]
        candidate = {**asdict(own.candidate), "file": os.fsdecode(own.candidate.file)}
        return {"tlid": tlid, "played": own.played, "candidate": candidate}


def _read(line: str) -> list[tuple[int, Own]]:
    """What a line tells; nothing where it was cut off. An earlier version wrote all that there was on one line."""
    try:
        stored = json.loads(line)
        return [
            (
                int(entry["tlid"]),
                Own(
                    Candidate(**{**entry["candidate"], "file": os.fsencode(entry["candidate"]["file"])}),
                    bool(entry["played"]),
                ),
            )
            for entry in (stored if isinstance(stored, list) else [stored])
        ]
    except (ValueError, TypeError, KeyError):
        return []
