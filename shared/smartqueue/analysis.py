"""Analysing many files: which need it, and the worker processes that do it."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures import TimeoutError as Hung
from dataclasses import dataclass, field

from pebble import ProcessExpired, ProcessPool

from smartqueue.database import FileState, Item, Track
from smartqueue.extraction import Analysis, ExtractionError, extract
from smartqueue.features import EXTRACTOR

# A worker that is still at one file after this many seconds hangs.
_PATIENCE = 600


@dataclass
class Plan:
    """What `beet analyze` has to do. Missing items have no file to read."""

    to_analyse: list[tuple[Item, FileState]] = field(default_factory=list)
    up_to_date: int = 0
    moved: list[tuple[Track, Item, FileState]] = field(default_factory=list)
    unreadable: list[tuple[Item, str]] = field(default_factory=list)


def plan(items: Iterable[Item], tracks: Iterable[Track]) -> Plan:
    """Sorts items by what is known of their files: an unchanged file is not analysed again."""
    result = Plan()
    rows = {track.item_id: track for track in tracks if track.item_id is not None}
    for item in items:
        try:
            status = os.stat(item.file)  # noqa: PTH116 - beets' paths are bytes
        except OSError as error:
            reason = "the file is missing" if isinstance(error, FileNotFoundError) else f"{error.strerror}"
            result.unreadable.append((item, reason))
            continue
        state = FileState(status.st_size, status.st_mtime)
        track = rows.get(item.id)
        known = track is not None and track.extractor == EXTRACTOR
        if track is None or not known or (track.size, track.mtime) != (state.size, state.mtime):
            result.to_analyse.append((item, state))
        elif track.path != item.path:
            result.moved.append((track, item, state))
        else:
            result.up_to_date += 1
    return result


def analyse(files: Sequence[bytes], jobs: int) -> Iterator[tuple[int, Analysis | str]]:
    """Extracts features in worker processes; yields, as they come, a file's index and what was found.

    A failure comes as a reason in words. A worker's death or hanging costs its file alone.
    """
    # Spawned, not forked: a worker inherits no connection, no thread and no lock of its parent's.
    context = multiprocessing.get_context("spawn")
    workers = max(1, min(jobs, len(files)))
    with ProcessPool(max_workers=workers, initializer=_leave_interrupts_to_parent, context=context) as pool:
        futures: dict[Future[Analysis | str], int] = {
            pool.schedule(_extract, args=[file], timeout=_PATIENCE): index for index, file in enumerate(files)
        }
        try:
            for future in as_completed(futures):
                try:
                    found = future.result()
                except Hung:
                    found = f"analysis took longer than {_PATIENCE} seconds"
                except ProcessExpired as error:
                    found = f"analysis crashed (exit status {error.exitcode})"
                yield futures.pop(future), found
        finally:
            pool.stop()


def _extract(file: bytes) -> Analysis | str:
    try:
        return extract(file)
    except ExtractionError as error:
        return str(error)


def _leave_interrupts_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
