"""An MPD client that tells a hang of Mopidy's own from one of ours."""

from __future__ import annotations

import functools
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demonstration.programs import Mopidy

# The command that starts a Mopidy which can be asked where it hangs.
WATCHED = (sys.executable, Path(__file__).with_name("watched_mopidy.py"))
# What takes longer than so many seconds hangs.
_PATIENCE = 30
# Where its threads stand: GStreamer's waits for core's answer, and the audio's for GStreamer. Two changes of track with
# next to nothing between them do that to Mopidy 3.4 and 4 every few hundred times, and so does one that comes just as
# GStreamer asks what follows; without smartqueue, too.
_STANDS = (
    r"audio/(?:actor|_gst)\.py\", line \d+ in _on_about_to_finish\b",
    r"audio/(?:actor|_gst)\.py\", line \d+ in _set_state\b",
)


class MopidyHangsError(Exception):
    """Mopidy waits for GStreamer, and GStreamer for Mopidy. It was ended; such a test is run again."""


class Client:
    """An MPD client of a watched Mopidy, with all the commands of python-mpd2's."""

    def __init__(self, mopidy: Mopidy) -> None:
        self._mopidy = mopidy
        self._client = mopidy.client()
        self._client.timeout = _PATIENCE

    def __getattr__(self, name: str) -> Any:
        return functools.partial(self._call, getattr(self._client, name))

    def _call(self, command: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return command(*arguments)
        except TimeoutError:
            if not _hangs_by_itself(self._mopidy):
                raise
            self._mopidy.stop(signal.SIGKILL)
            raise MopidyHangsError(self._mopidy.log.read_text(encoding="utf-8", errors="replace")[-8000:]) from None


def _hangs_by_itself(mopidy: Mopidy) -> bool:
    mopidy.send(signal.SIGUSR2)
    time.sleep(1)
    log = mopidy.log.read_text(encoding="utf-8", errors="replace")
    return all(re.search(stand, log) for stand in _STANDS)
