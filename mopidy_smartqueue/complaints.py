"""Tells what is wrong once, however many actors run into it and however often."""

from __future__ import annotations

import threading

from mopidy_smartqueue import generations

logger = generations.logger(__name__)


class Complaints:
    """What the actors of one Mopidy have to complain of at the moment."""

    def __init__(self) -> None:
        self._current: dict[str, str] = {}
        self._lock = threading.Lock()

    def say(self, who: str, message: str) -> None:
        """Logs a warning, unless this one was given already and still holds."""
        with self._lock:
            is_news = message not in self._current.values()
            self._current[who] = message
        if is_news:
            logger.warning("Smartqueue: %s", message)

    def over(self, who: str) -> None:
        """All is well with this one: should it fail again, that is news."""
        with self._lock:
            self._current.pop(who, None)

    def current(self, who: str) -> str:
        """What this one complains of; empty where all is well."""
        with self._lock:
            return self._current.get(who, "")
