"""Tells what is wrong once, however many actors run into it and however often."""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


class Complaints:
    """What the actors of one Mopidy have to complain of at the moment."""

    def __init__(self) -> None:
        self._current: dict[str, str] = {}

    def say(self, who: str, message: str) -> None:
        """Logs a warning, unless this one was given already and still holds."""
        if message not in self._current.values():
            logger.warning("Smartqueue: %s", message)
        self._current[who] = message

    def over(self, who: str) -> None:
        """All is well with this one: should it fail again, that is news."""
        self._current.pop(who, None)
