"""Asks for learning once there is enough that is new, in a process of its own that gives way to all others."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from mopidy_smartqueue import generations
from mopidy_smartqueue.complaints import Complaints
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database
from smartqueue.requirements import missing_for_learning

logger = generations.logger(__name__)


class Learner:
    """Starts `python -m smartqueue.teaching` after so many new answers and skips; with 0 never.

    One process at a time, the latest is `process`. Where there was too little to learn from, it waits for as many
    again. What was learned from an older analysis is learned anew at once.
    """

    def __init__(self, places: BeetsPlaces, profile: str, after: int, complaints: Complaints) -> None:
        self._places = places
        self._profile = profile
        self._after = after
        self._complaints = complaints
        self.process: subprocess.Popen[str] | None = None
        self._tried = 0

    def look(self, database: Database) -> None:
        """Starts the learning if it is time."""
        if not self._after or (self.process is not None and self.process.poll() is None):
            return
        new = database.metrics.unlearned(self._profile)
        self._tried = min(self._tried, new)
        learns_anew = not self._tried and new and database.metrics.is_suspended(self._profile)
        if new - self._tried < self._after and not learns_anew:
            return
        if missing := missing_for_learning():
            self._complaints.say("learner", missing)
            return
        self._tried = new
        self.process = subprocess.Popen(
            [
                # Not with what happens to be in Mopidy's working directory in place of Python's own modules.
                *(sys.executable, "-P", "-m", "smartqueue.teaching"),
                *(str(self._places.library), str(self._places.music_directory), self._profile),
            ],
            # One thread of the linear algebra's, so that one processor at least is left for the music.
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        # From the outside, so that what it loads before it learns gives way, too.
        os.setpriority(os.PRIO_PROCESS, self.process.pid, 19)
        threading.Thread(target=self._tell, args=[self.process], name="smartqueue-learner", daemon=True).start()

    def stop(self) -> None:
        """Ends the learning that goes on, and begins no more; nothing is lost but its work."""
        self._after = 0
        if self.process is not None:
            self.process.terminate()

    def _tell(self, process: subprocess.Popen[str]) -> None:
        output, _ = process.communicate()
        last = output.strip().rpartition("\n")[2]
        if process.returncode == 0:
            self._complaints.over("learner")
            logger.info("Smartqueue: %s", last)
        elif process.returncode > 0:
            self._complaints.say("learner", f"learning failed: {last}")
