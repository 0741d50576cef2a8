"""Worker processes that take one argument after another: what one dies of, or hangs on, costs that argument alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import connection, resource_tracker
from multiprocessing.connection import Connection
from threading import Event
from typing import Generic, TypeVar

Argument = TypeVar("Argument")
Result = TypeVar("Result")

# Spawned, not forked: a worker inherits no connection, no thread and no lock of its parent's.
_SPAWN = multiprocessing.get_context("spawn")
# How often to look whether to stop, in seconds.
_LOOK_UP = 0.5


@dataclass(frozen=True)
class Died:
    """A worker's end before its result; a negative exit status is that of a signal."""

    exit_status: int


@dataclass(frozen=True)
class Hung:
    """What a worker that was ended had not done within so many seconds."""

    seconds: float


class PreparationError(Exception):
    """A worker could not begin; the text says why."""


class _Worker(Generic[Argument, Result]):
    """A process with a pipe of its own, so that the death of one is no matter to the others."""

    def __init__(self, function: Callable[[Argument], Result], prepare: Callable[[], None]) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_serve, args=(theirs, function, prepare), daemon=True)
        with _safe_path(), _without_interrupts():
            self._process.start()
        theirs.close()

    def give(self, argument: Argument, seconds: float) -> None:
        with suppress(OSError):  # it has died idle, which its result will tell
            self.pipe.send(argument)
        self.argument = argument
        self.seconds = seconds
        self.due = time.monotonic() + seconds

    def result(self) -> Result | Died:
        try:
            result: Result = self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            return Died(self._process.exitcode or 0)
        return result

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def results(
    function: Callable[[Argument], Result],
    arguments: Iterable[Argument],
    jobs: int,
    *,
    seconds: Callable[[Argument], float],
    prepare: Callable[[], None],
    stop: Event | None = None,
) -> Generator[tuple[Argument, Result | Died | Hung]]:
    """Yields, as they come, each argument with what the function gave for it in one of so many processes.

    seconds: how long an argument may take. prepare: called in each process first; what it raises comes as
    PreparationError. The function must not raise.
    Closing the iterator ends all processes at once, and so does, from another thread, setting `stop`.
    """
    waiting = iter(arguments)
    idle: list[_Worker[Argument, Result]] = []
    busy: list[_Worker[Argument, Result]] = []
    finished: list[tuple[Argument, Result | Died | Hung]] = []
    try:
        while True:
            for argument in islice(waiting, jobs - len(busy)):
                worker = idle.pop() if idle else _Worker(function, prepare)
                worker.give(argument, seconds(argument))
                busy.append(worker)
            yield from finished
            if not busy:
                return
            patience = min(_LOOK_UP, *(worker.due - time.monotonic() for worker in busy))
            ready = connection.wait([worker.pipe for worker in busy], max(0.0, patience))
            if stop is not None and stop.is_set():
                return
            finished = []
            for worker in busy.copy():
                if worker.pipe not in ready and worker.due > time.monotonic():
                    continue
                result = worker.result() if worker.pipe in ready else Hung(worker.seconds)
                if isinstance(result, PreparationError):
                    raise result
                finished.append((worker.argument, result))
                busy.remove(worker)
                if isinstance(result, Died | Hung):
                    worker.end()
                else:
                    idle.append(worker)
    finally:
        for worker in busy + idle:
            worker.end()


@contextmanager
def _safe_path() -> Iterator[None]:
    """What begins in here takes none of Python's own modules from the working directory, as with `python -P`."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Ctrl-C is the parent's to answer: what begins in here never hears of it."""
    resource_tracker.ensure_running()  # which would let interrupts through again once it has begun
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# In a worker


def _serve(pipe: Connection, function: Callable[[Argument], Result], prepare: Callable[[], None]) -> None:
    # The terminal is the parent's; what a library prints as it dies is no word to a user.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    with suppress(EOFError, OSError):  # the parent is gone
        try:
            prepare()
        except Exception as error:
            pipe.send(PreparationError(str(error)))
        while True:
            pipe.send(function(pipe.recv()))
