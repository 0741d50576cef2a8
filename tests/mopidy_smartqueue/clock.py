"""A clock that goes on as fast as a test wants, and timers by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest


@dataclass
class Clock:
    """The machine's own clock, put forward now and then."""

    forward: float = 0.0
    timers: list[Timer] = field(default_factory=list)
    _monotonic: Callable[[], float] = time.monotonic
    _time: Callable[[], float] = time.time

    def monotonic(self) -> float:
        """As time.monotonic."""
        return self._monotonic() + self.forward

    def time(self) -> float:
        """As time.time."""
        return self._time() + self.forward

    def put_forward(self, seconds: float, between: Callable[[], object]) -> None:
        """Goes on by so many seconds; `between` is called after each timer that is due on the way."""
        until = self.monotonic() + seconds
        while due := min((timer for timer in self.timers if timer.at <= until), key=lambda due: due.at, default=None):
            self._go_to(due.at)
            due.cancel()
            due.call(*due.arguments)
            between()
        self._go_to(until)

    def _go_to(self, moment: float) -> None:
        self.forward += max(moment - self.monotonic(), 0.0)

    def rule(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All that asks for the time asks this clock, and timers are its own."""
        monkeypatch.setattr("time.monotonic", self.monotonic)
        monkeypatch.setattr("time.time", self.time)
        monkeypatch.setattr("threading.Timer", lambda *given: Timer(self, *given))


class Timer:
    """As threading.Timer."""

    daemon = False

    def __init__(self, clock: Clock, seconds: float, call: Callable[..., object], arguments: Iterable[object]) -> None:
        self._clock = clock
        self.at = clock.monotonic() + seconds
        self.call = call
        self.arguments = tuple(arguments)

    def start(self) -> None:
        """From now on the clock knows of it."""
        self._clock.timers.append(self)

    def cancel(self) -> None:
        """The clock knows of it no more."""
        if self in self._clock.timers:
            self._clock.timers.remove(self)
