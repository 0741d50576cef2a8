"""How far the work is: a bar in a terminal, a line for each tenth in a log."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from beets.ui import print_


class Progress:
    """Told of each track that is done, out of so many; used as a context. Raises ImportError without tqdm."""

    def __init__(self, total: int) -> None:
        from tqdm import tqdm

        self._total = total
        self._done = 0
        self._began = time.monotonic()
        self._bar = tqdm(total=total, desc="analysing", unit="track", disable=None)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._bar.close()

    def update(self, count: int = 1) -> None:
        """So many more tracks are done."""
        before, self._done = self._done, self._done + count
        self._bar.update(count)
        if (
            self._bar.disable
            and self._done < self._total
            and self._done * 10 // self._total > before * 10 // self._total
        ):
            left = (time.monotonic() - self._began) / self._done * (self._total - self._done)
            print_(f"{self._done} of {self._total} done, {duration(left)} left")
            sys.stdout.flush()


def duration(seconds: float) -> str:
    """How long so many seconds are, in words."""
    if seconds < 60:
        return "less than a minute"
    if seconds < 5400:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.0f} hours"
