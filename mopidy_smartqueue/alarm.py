"""Calls something after a while, unless it is set anew or cancelled before."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Alarm:
    """One timer at a time; `call` is a proxy's deferred method, so that it runs on its actor's own thread."""

    def __init__(self, call: Callable[..., object]) -> None:
        self._call = call
        self._timer: threading.Timer | None = None

    def set(self, seconds: float, *args: object) -> None:
        """Calls with the arguments in so many seconds, and not at the time it was set to before."""
        self.cancel()
        self._timer = threading.Timer(seconds, self._call, args)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        """Does not call."""
        if self._timer is not None:
            self._timer.cancel()
