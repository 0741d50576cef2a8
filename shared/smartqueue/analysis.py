"""Analysing many files: which need it, and the worker processes that do it."""

from __future__ import annotations

import os
import resource
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from smartqueue.database import Database, FileState, Heard, Item, Track
from smartqueue.features import EXTRACTOR
from smartqueue.workers import Died, Hung, results

if TYPE_CHECKING:
    from smartqueue.extraction import Analysis

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


@dataclass(frozen=True)
class Done:
    """What came of a task: the scalars that are known now, or why there are none; whether its audio was known.

    earlier: the scalars that earlier analyses of the same track found.
    """

    item: Item
    scalars: Mapping[str, float | str]
    failure: str = ""
    known: bool = False
    earlier: Sequence[Mapping[str, float | str]] = ()


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
        heard = track is not None and (track.size, track.mtime, track.extractor) == (state.size, state.mtime, EXTRACTOR)
        if track is None or not heard or force:
            result.tasks.append(Task(item, state))
        elif track.failure and track.path == item.path and not retry_failed:
            result.failed.append((item, track.failure))
        elif track.failure:
            result.tasks.append(Task(item, state))
        elif track.path != item.path:
            result.moved.append((track, item, state))
        else:
            result.up_to_date += 1
    return result


def carry_out(
    work: Plan, database: Database, jobs: int, *, force: bool = False, stop: Event | None = None
) -> Generator[Done]:
    """Does what was planned, in so many processes.

    Each result is stored when the next one is asked for: a run that ends before what is done with the result is
    over finds it again in the next. force: analyse audio again that is known. stop: ends it from another thread.
    See `analyse`.
    """
    tracks, vectors = database.tracks, database.vectors
    for track, item, state in work.moved:
        tracks.store_move(track.id, item, state)
    for item, reason in work.unreadable:
        vectors.store_absence(item, reason)
    known = frozenset() if force else vectors.audio_hashes(EXTRACTOR)
    with closing(analyse(work.tasks, jobs, known, stop=stop)) as found:
        for task, result in found:
            if isinstance(result, str):
                vectors.store_failure(task.item, task.state, EXTRACTOR, result)
                yield Done(task.item, {}, result)
            elif result is not None:
                if isinstance(result, KnownAudio):
                    heard = vectors.heard_before(EXTRACTOR, result.audio_hash)
                else:
                    heard = Heard(result.vector, result.scalars)
                yield from _done(database, task, result.audio_hash, heard, known=isinstance(result, KnownAudio))


def take_over(work: Plan, database: Database, heard: Mapping[str, Heard], jobs: int) -> Generator[Done]:
    """Of the planned tasks does those whose audio is among what was heard elsewhere, by its hash; hears none."""
    with closing(analyse(work.tasks, jobs, heard.keys(), only_known=True)) as found:
        for task, result in found:
            if isinstance(result, KnownAudio):
                yield from _done(database, task, result.audio_hash, heard[result.audio_hash], known=True)


def _done(database: Database, task: Task, audio_hash: str, heard: Heard, *, known: bool) -> Generator[Done]:
    vectors = database.vectors
    yield Done(task.item, heard.scalars, known=known, earlier=vectors.earlier_scalars(task.item, audio_hash))
    vectors.store(task.item, task.state, audio_hash, EXTRACTOR, heard)


def analyse(
    tasks: Sequence[Task],
    jobs: int,
    known: Collection[str] = (),
    *,
    only_known: bool = False,
    stop: Event | None = None,
) -> Generator[tuple[Task, Analysis | KnownAudio | str | None]]:
    """Hears files in worker processes; yields, as they come, a task and what was found.

    known: audio hashes that need not be heard again; such a file's hash comes back as KnownAudio.
    only_known: hear no other file either; what comes back for it is None.
    A failure comes as a reason in words. A worker's death, hanging or hunger for memory costs its file alone.
    """
    # One file a processor: threads of the linear algebra's own would only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    heard = results(
        _hear,
        tasks,
        jobs,
        seconds=lambda task: _PATIENCE + task.item.length,
        prepare=partial(_prepare, frozenset(known), only_known),
        stop=stop,
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
_only_known = False


def _prepare(known: frozenset[str], only_known: bool) -> None:
    global _known, _only_known
    _known, _only_known = known, only_known
    # What is not installed is told before the first file. Only who hears files needs essentia, which not every machine
    # can have; it and SciPy take two seconds to load.
    import smartqueue.decoding

    if not only_known:
        import smartqueue.extraction  # noqa: F401

    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _hear(task: Task) -> Analysis | KnownAudio | str | None:
    from smartqueue.decoding import DecodingError, audio_hash

    try:
        if _known and (found := audio_hash(task.item.file)) in _known:
            return KnownAudio(found)
        return None if _only_known else _extracted(task.item.file)
    except DecodingError as error:
        return str(error)
    except MemoryError:
        return "it takes too much memory"
    except Exception as error:
        return f"the analysis failed on it ({error!r}): please report this"


def _extracted(file: bytes) -> Analysis | str:
    from smartqueue.extraction import ExtractionError, extract

    try:
        return extract(file)
    except ExtractionError as error:
        return str(error)
