"""The library behind the pages, on a thread of its own, so that no request waits for another's database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from threadpoolctl import threadpool_limits

from smartqueue.candidates import Candidates, candidates
from smartqueue.database import Database
from smartqueue.preferences import Rules

Found = TypeVar("Found")

# In so many seconds a request is answered even where another program holds the library; at the least, what has waited
# behind others tries for so many.
_PATIENCE, _LEAST = 2.0, 0.02
# A question may wait for a lock to read, to begin to write, and to keep what it wrote.
_LOCKS = 3


class Store:
    """library.db, which is opened for each question and given back, and the vectors, which are kept.

    library, music_directory: as Database takes them. rules: what is never to be chosen.
    """

    def __init__(self, library: str | Path, music_directory: str | bytes | Path, rules: Rules) -> None:
        self.library = library
        self.music_directory = music_directory
        self._rules = rules
        # Products as small as a survey's are slower with threads that wait for one another.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smartqueue-web", initializer=_with_lone_threads)
        self._kept: dict[str, tuple[object, Candidates]] = {}

    async def ask(self, question: Callable[[Database], Found]) -> Found:
        """What the question makes of the database, which is not waited for long. Raises DatabaseError."""
        give_up = time.monotonic() + _PATIENCE

        def answer() -> Found:
            patience = max(_LEAST, (give_up - time.monotonic()) / _LOCKS)
            with Database(self.library, self.music_directory, timeout=patience) as database:
                return question(database)

        return await asyncio.get_running_loop().run_in_executor(self._thread, answer)

    async def among(self, profile: str) -> Candidates:
        """The library as it is now, for a listener; read anew only where it, or the metric, has changed."""
        return await self.ask(lambda database: self.read(database, profile))

    def read(self, database: Database, profile: str) -> Candidates:
        """The same, for a question that has the database already."""
        version = database.version(profile)
        known = self._kept.get(profile)
        if known is None or known[0] != version:
            # One listener's at a time: it is as large as the library.
            self._kept = {profile: (version, candidates(database, profile, self._rules))}
        return self._kept[profile][1]

    def close(self) -> None:
        """Ends the thread."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def _with_lone_threads() -> None:
    threadpool_limits(1, user_api="blas")
