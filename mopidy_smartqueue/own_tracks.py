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


@dataclass(frozen=True)
class Own:
    """A track of ours, and whether it has begun to play."""

    candidate: Candidate
    played: bool = False


class OwnTracks:
    """Kept in a file, because Mopidy can restore its track list when it starts; ids are restored with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own: dict[int, Own] = {}

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
        self._write()

    def begin(self, tlid: int) -> None:
        """A track begins to play."""
        if self.is_unplayed(tlid):
            self._own[tlid] = replace(self._own[tlid], played=True)
            self._write()

    def keep(self, tlids: Collection[int | None]) -> None:
        """Forgets those that are no more on the list."""
        kept = {tlid: own for tlid, own in self._own.items() if tlid in tlids}
        if len(kept) < len(self._own):
            self._own = kept
            self._write()

    def load(self, tl_tracks: Collection[Any]) -> None:
        """Takes up what an earlier Mopidy knew, of what the list still holds."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            uris = {tl_track.tlid: tl_track.track.uri for tl_track in tl_tracks}
            for entry in stored:
                candidate = Candidate(**{**entry["candidate"], "file": os.fsencode(entry["candidate"]["file"])})
                if uris.get(entry["tlid"]) == candidate.uri:
                    self._own.setdefault(int(entry["tlid"]), Own(candidate, bool(entry["played"])))
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("Smartqueue cannot read %s and takes what is queued for yours: %s", self._path, error)

    def _write(self) -> None:
        stored = [
            {
                "tlid": tlid,
                "played": own.played,
                "candidate": {**asdict(own.candidate), "file": os.fsdecode(own.candidate.file)},
            }
            for tlid, own in self._own.items()
        ]
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps(stored), encoding="utf-8")
            new.replace(self._path)
        except OSError as error:
            logger.debug("Smartqueue cannot write %s: %s", self._path, error)
