"""Mopidy that notes what smartqueue asks of core, for core_latency.py.

    python -P benchmarks/timed_mopidy.py NOTES ARGUMENT...

The arguments are Mopidy's. When it ends, it leaves in NOTES, as JSON: "asked", one entry for each call that core
handled (who asked, the method, when core began with it, how long it held core's thread, and how long core waited
meanwhile for backends and audio; seconds), "starts", when tracks began, and "memory" in bytes, resident as the last
one began and at its peak.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pykka
from mopidy import __main__, core
from pykka.messages import ProxyCall


class Asked(ProxyCall):
    """A call with the name of the thread that sent it, which is its actor's."""

    sender: str


class Notes:
    """What happens on core's thread."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.starts: list[float] = []
        self._resident = 0
        self._core_thread: threading.Thread | None = None
        self._waited = 0.0

    def watch(self) -> None:
        """Puts a clock around what core is asked and what it waits for; before Mopidy starts."""
        # Pykka has no public place for a clock; in types it is all the same to us.
        actor_class: Any = core.Core
        future_class: Any = pykka.ThreadingFuture
        listener_class: Any = core.CoreListener
        handle, wait, send = actor_class._handle_receive, future_class.get, listener_class.send  # noqa: SLF001
        for name in ("ask", "tell"):
            setattr(pykka.ActorRef, name, _signed(getattr(pykka.ActorRef, name)))

        def timed_handle(actor: Any, message: Any) -> Any:  # noqa: ANN401
            self._core_thread, self._waited = threading.current_thread(), 0.0
            begin = time.monotonic()
            try:
                return handle(actor, message)
            finally:
                held = time.monotonic() - begin
                if isinstance(message, Asked):
                    method = ".".join(message.attr_path)
                    self.asked.append(
                        {"by": message.sender, "method": method, "at": begin, "held": held, "waited": self._waited}
                    )

        def timed_wait(future: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            if threading.current_thread() is not self._core_thread:
                return wait(future, *args, **kwargs)
            begin = time.monotonic()
            try:
                return wait(future, *args, **kwargs)
            finally:
                self._waited += time.monotonic() - begin

        def timed_send(event: str, **kwargs: Any) -> None:  # noqa: ANN401
            if event == "track_playback_started":
                self.starts.append(time.monotonic())
                self._resident = _memory("VmRSS")
            send(event, **kwargs)

        actor_class._handle_receive = timed_handle  # noqa: SLF001
        future_class.get = timed_wait
        listener_class.send = staticmethod(timed_send)

    def write(self, path: Path) -> None:
        """Leaves the notes."""
        memory = {"resident": self._resident, "peak": _memory("VmHWM")}
        notes = {"asked": self.asked, "starts": self.starts, "memory": memory}
        path.write_text(json.dumps(notes), encoding="utf-8")


def _memory(kind: str) -> int:
    """How much memory this process has, in bytes, by one of Linux's counts."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{kind}:"))


def _signed(send: Any) -> Any:  # noqa: ANN401
    def sent(ref: Any, message: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if isinstance(message, ProxyCall) and issubclass(ref.actor_class, core.Core):
            message = Asked(*message)
            message.sender = threading.current_thread().name
        return send(ref, message, **kwargs)

    return sent


def main() -> None:
    path = Path(sys.argv.pop(1))
    notes = Notes()
    notes.watch()
    try:
        status = __main__.main()
    finally:
        notes.write(path)
    sys.exit(status)


if __name__ == "__main__":
    main()
