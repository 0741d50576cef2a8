"""How well a metric learned from a listener's answers predicts others of them, told after each ten."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

from smartqueue.database import Database

# After so many answers it is worked out anew.
EACH = 10
_SOURCES = ("survey", "skip")


@dataclass(frozen=True)
class Foresight:
    """How often the learned and the plain metric name the odd one of any three songs (chance is 1/3).

    answers, skips: how many it was learned from. Judged by answers that learning had not seen, to questions of any
    three songs; None while those are too few, by `missing`.
    """

    answers: int
    skips: int
    accuracy: float | None
    plain: float | None
    missing: int


class Watch:
    """Has it worked out for listeners, in a process of its own, one at a time.

    library, music_directory: as Database takes them. Where scikit-learn is not installed, nothing is ever known.
    """

    def __init__(self, library: str | Path, music_directory: str | bytes | Path) -> None:
        self._places = os.fsdecode(library), os.fsdecode(music_directory)
        self._known: defaultdict[str, dict[int, Foresight | None]] = defaultdict(dict)
        self._work: threading.Thread | None = None

    def of(self, profile: str) -> list[Foresight]:
        """What was found out about a listener since the start, oldest first."""
        return [found for found in list(self._known.get(profile, {}).values()) if found is not None]

    @property
    def is_at_work(self) -> bool:
        """Whether something more will be known soon."""
        return self._work is not None and self._work.is_alive()

    def look(self, profile: str, answers: int) -> None:
        """Begins, if a listener with so many answers has ten that were not looked at."""
        tens = answers // EACH
        if tens and not self.is_at_work and tens not in self._known[profile]:
            self._work = threading.Thread(
                target=self._find, args=[profile, tens], name="smartqueue-foresight", daemon=True
            )
            self._work.start()

    def _find(self, profile: str, tens: int) -> None:
        found = None
        with contextlib.suppress(OSError):
            process = subprocess.Popen(
                # Not with what happens to be in the working directory in place of Python's own modules.
                [sys.executable, "-P", "-m", "smartqueue.foresight", *self._places, profile],
                # One thread of the linear algebra's, so that one processor at least is left for the music.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
                # Its end is that of this process: see main.
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            with process:
                with contextlib.suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, process.pid, 19)
                output = b"".join(process.stdout or ())
                if process.wait() == 0:
                    found = Foresight(**json.loads(output))
        self._known[profile][tens] = found


def foresight(database: Database, profile: str) -> Foresight | None:
    """What is known now; None where there are too few answers. Raises ImportError without scikit-learn."""
    from smartqueue.teaching import LessonError, teach

    try:
        lesson = teach(database, profile, sources=_SOURCES, keep=False)
    except LessonError:
        return None
    learned, answers, skips = lesson.learned, lesson.counts["survey"], lesson.counts["skip"]
    if learned.judged_by != "survey":
        return Foresight(answers, skips, None, None, learned.missing)
    return Foresight(answers, skips, learned.accuracy, learned.plain_accuracy, 0)


def main() -> None:
    """Prints it as JSON: python -m smartqueue.foresight LIBRARY MUSIC_DIRECTORY PROFILE; 1 where nothing is known."""
    library, music_directory, profile = sys.argv[1:]
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with Database(library, music_directory) as database:
        found = foresight(database, profile)
    if found is None:
        sys.exit(1)
    print(json.dumps(asdict(found)))


def _end_with_parent() -> None:
    """Ends this process when the other end of its input does, however that came."""
    # Not through sys.stdin, which a thread that reads must not hold when the program ends.
    os.read(0, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
