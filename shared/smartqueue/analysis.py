"""Analysing many files: which need it, and the worker processes that do it."""

from __future__ import annotations

import os
import resource
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from smartqueue.database import FileState, Item, Track
from smartqueue.decoding import DecodingError, audio_hash
from smartqueue.extraction import Analysis, ExtractionError, extract
from smartqueue.features import EXTRACTOR
from smartqueue.workers import Died, Hung, results

# A worker hangs that is still at one file after so many seconds, and its length in playing time once more.
_PATIENCE = 120.0
# What a worker may take of addresses, in bytes; it needs a tenth of that in memory.
_MOST_MEMORY = 4 * 2**30


@dataclass(frozen=True)
class Task:
    """An item whose file is to be heard, as it is now."""

    item: Item
    state: FileState


@dataclass
class Plan:
    """What is known of some items' files, and what is to be done about them.

    failed: items whose file has not changed since its analysis failed, with the reason.
    unreadable: items that have no file to read at the moment, with the reason.
    """

    tasks: list[Task] = field(default_factory=list)
    up_to_date: int = 0
    moved: list[tuple[Track, Item, FileState]] = field(default_factory=list)
    failed: list[tuple[Item, str]] = field(default_factory=list)
    unreadable: list[tuple[Item, str]] = field(default_factory=list)


@dataclass(frozen=True)
class KnownAudio:
    """A file whose audio was heard before, under whatever name and tags."""

    audio_hash: str


def plan(items: Iterable[Item], tracks: Iterable[Track], *, force: bool = False, retry_failed: bool = False) -> Plan:
    """Sorts items by what is known of their files: an unchanged file is not analysed again.

    force: analyse all of them again. retry_failed: try those again that failed and have not changed.
    """
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
        unchanged = track is not None and (track.size, track.mtime) == (state.size, state.mtime)
        if track is None or not unchanged or force:
            result.tasks.append(Task(item, state))
        elif track.failure and track.path == item.path and not retry_failed:
            result.failed.append((item, track.failure))
        elif track.extractor != EXTRACTOR:
            result.tasks.append(Task(item, state))
        elif track.path != item.path:
            result.moved.append((track, item, state))
        else:
            result.up_to_date += 1
    return result


def analyse(
    tasks: Sequence[Task], jobs: int, known: Collection[str] = ()
) -> Iterator[tuple[Task, Analysis | KnownAudio | str]]:
    """Hears files in worker processes; yields, as they come, a task and what was found.

    known: audio hashes that need not be heard again; such a file's hash comes back as KnownAudio.
    A failure comes as a reason in words. A worker's death, hanging or hunger for memory costs its file alone.
    """
    # One file a processor: threads of the linear algebra's own would only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    heard = results(
        _hear,
        tasks,
        jobs,
        seconds=lambda task: _PATIENCE + task.item.length,
        prepare=partial(_prepare, frozenset(known)),
    )
    with closing(heard):
        for task, found in heard:
            if isinstance(found, Hung):
                yield task, f"it took longer than {found.seconds:.0f} seconds"
            elif isinstance(found, Died):
                yield task, f"the analysis crashed on it (exit status {found.exit_status})"
            else:
                yield task, found


# In a worker

_known: frozenset[str] = frozenset()


def _prepare(known: frozenset[str]) -> None:
    global _known
    _known = known
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _hear(task: Task) -> Analysis | KnownAudio | str:
    try:
        if _known and (found := audio_hash(task.item.file)) in _known:
            return KnownAudio(found)
        return extract(task.item.file)
    except (DecodingError, ExtractionError) as error:
        return str(error)
    except MemoryError:
        return "it takes too much memory"
    except Exception as error:
        return f"the analysis failed on it ({error!r}): please report this"
