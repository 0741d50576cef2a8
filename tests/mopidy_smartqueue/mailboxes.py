"""Mailboxes of Pykka's actors that know when all of them are empty and nobody is at work."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

import pykka
import pytest

# Seconds in which all that goes on by itself has come to rest, and between two looks at who has died.
_PATIENCE, _LOOK = 20.0, 0.02
# The bench's own clock is put forward.
_monotonic = time.monotonic


class Mailroom:
    """The mailboxes of all actors that were started since it serves."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._mailboxes: list[Mailbox] = []

    def serve(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every actor that is started from now on has a mailbox here."""
        monkeypatch.setattr(pykka.ThreadingActor, "_create_actor_inbox", staticmethod(self._mailbox))

    def quiet(self) -> None:
        """Returns once no message waits or is being worked on; fails the test where that never is."""
        give_up = _monotonic() + _PATIENCE
        with self.changed:
            while not all(mailbox.is_idle for mailbox in self._mailboxes):
                assert _monotonic() < give_up, "the actors never came to rest"
                self.changed.wait(_LOOK)

    def _mailbox(self) -> Mailbox:
        mailbox = Mailbox(self.changed)
        with self.changed:
            self._mailboxes.append(mailbox)
        return mailbox


class Mailbox(queue.Queue[Any]):
    """An actor is at work from its start, and from each message that it takes, until it asks for the next."""

    def __init__(self, changed: threading.Condition) -> None:
        super().__init__()
        self._changed = changed
        self._waiting = 0
        self._at_work = True
        self._reader: threading.Thread | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to do, or nobody to do it."""
        is_dead = self._reader is not None and not self._reader.is_alive()
        return is_dead or not (self._waiting or self._at_work)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """As queue.Queue."""
        with self._changed:
            self._waiting += 1
        super().put(item, block, timeout)

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As queue.Queue."""
        with self._changed:
            self._reader, self._at_work = threading.current_thread(), False
            self._changed.notify_all()
        item = super().get(block, timeout)
        with self._changed:
            self._at_work = True
            self._waiting -= 1
        return item
