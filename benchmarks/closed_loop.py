"""Does learning from skips make listeners skip less? Simulated listeners, session after session of the real queue.

    python -m benchmarks.closed_loop CORPUS [--cache DIR] [--json FILE] [--seeds N] [--first SEED]

CORPUS holds LABEL/track. Each listener lives through 40 sessions of 20 tracks, one a day: the first track is drawn at
random, and all others are chosen by the real session and selection, with the defaults, one whenever one is over. The
listener finishes what is near by a hidden truth (see listeners.py) to what was kept before in the session, skips all
else after 5 to 30 seconds, and some tracks at random. Near is what is among the nearest 16 % of the library to the
middle of the tracks kept, so that of tracks at random 84 % are skipped, and 85 % by those who skip 5 % at random, too.

The same listener lives through the same sessions, with the same first tracks and random skips, with four queues: any
track at random; no learning, by the plain metric; learning, with plays, triplets, and a lesson after every 20 new skips
or a few more, once the session is over, all of it in a library.db that beets made; and one that knows the truth. All
plays are long ago, so that no track counts as fresher than others.

Printed are the skips in % of what was queued, with the standard error over listeners; what share of the way from no
learning to the truth is gone; and how much more is skipped with learning than without over all sessions, which may be
one point and two standard errors. Way is – where the truth is no better than no learning.

FILE gets a line for each listener that is done, and those it holds already are not simulated again: many listeners can
be simulated in parts, which `cat` joins. With `--seeds 0` it is only printed. A database is written much, so let TMPDIR
be in memory.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path

import mediafile
import numpy as np
from beets.library import Item as BeetsItem
from beets.library import Library as BeetsLibrary
from numpy.typing import NDArray
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from benchmarks import listeners
from benchmarks.listeners import Floats, Integers
from benchmarks.mixes import with_tempo_and_key
from benchmarks.retrieval import SUFFIXES, lone_thread, vectors_of
from smartqueue.candidates import Candidates, candidates, pool
from smartqueue.database import Database, FileState, Heard
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS
from smartqueue.listening import Play, skip_triplets
from smartqueue.preferences import Preferences
from smartqueue.selection import Context, Past, choose
from smartqueue.selection.flow import KEYS, UNKNOWN_KEY
from smartqueue.session import Session
from smartqueue.teaching import LessonError, teach
from smartqueue.workers import results

METHODS = ("random", "no learning", "learning", "the truth")
AT_RANDOM = (0.05, 0.15)
SESSIONS, LENGTH = 40, 20
PART = 10
NEAR = 0.16
SKIPPED_AFTER = (5.0, 30.0)
# A track that is not kept is left before its half, however short it is.
SKIPPED_BEFORE = 0.4
LESSON_AFTER = 20
FIRST_SESSION, BETWEEN_SESSIONS = 1.6e9, 86_400.0
PLAYER, PROFILE = "closed loop", "default"
PREFERENCES = Preferences()
UNKNOWN_LENGTH = 180.0
SECONDS_ALLOWED = 7200


@dataclass(frozen=True)
class Case:
    """A listener with a kind of truth, who skips a share of the tracks at random."""

    truth: str
    at_random: float
    seed: int


@dataclass
class Figures:
    """How much was skipped in each session, by method; the metric in use after each lesson, and what that took."""

    skipped: dict[str, list[float]] = field(default_factory=dict)
    in_use: list[str] = field(default_factory=list)
    lesson_seconds: float = 0.0
    seconds: float = 0.0


@dataclass(frozen=True)
class Life:
    """What is the same with any queue.

    points: of the tracks, (tracks, rank), by the listener's truth. first: the first tracks, (sessions,). at_random,
    seconds: by session and place, which tracks are skipped at random, and after how many seconds any is skipped.
    """

    points: Floats
    first: Integers
    at_random: NDArray[np.bool_]
    seconds: Floats

    def is_near(self, row: int, kept: list[int]) -> bool:
        """Whether a track is near enough to what was kept in a session."""
        mood = self.points[kept].mean(axis=0)
        away = np.sum((self.points - mood) ** 2, axis=1)
        return bool((away < away[row]).mean() < NEAR)


def make_library(folder: Path, cache: Path | None, jobs: int, file: Path) -> int:
    """Makes an analysed library.db of a folder of LABEL/track; returns how many tracks there are."""
    folder = folder.resolve()
    heard = vectors_of(
        with_tempo_and_key,
        sorted(track for track in folder.glob("*/**/*") if track.suffix.lower() in SUFFIXES),
        jobs,
        cache,
    )
    with redirect_stdout(sys.stderr):  # beets has words for a new library
        beets = BeetsLibrary(str(file), str(folder))
    with beets.transaction():
        tracks = {beets.add(described(track)): track for track in heard}
    with Database(file, folder) as database:
        database.migrate()
        for item in database.tracks.items([id_ for id_ in tracks if id_]):
            *vector, tempo, key = heard[tracks[item.id]]
            scalars: dict[str, float | str] = {"bpm": float(tempo)} if tempo > 0 else {}
            scalars |= {"initial_key": KEYS[int(key)]} if key != UNKNOWN_KEY else {}
            known = Heard(np.array(vector, dtype=np.float32), scalars)
            database.vectors.store(item, FileState(0, 0.0), str(item.id), EXTRACTOR, known)
    return len(heard)


def described(track: Path) -> BeetsItem:
    """A track as beets imports it as it is."""
    item = BeetsItem(path=os.fsencode(track), title=track.stem, length=UNKNOWN_LENGTH)
    with suppress(mediafile.FileTypeError):
        tags = mediafile.MediaFile(track)
        item.update({"artist": tags.artist or "", "album": tags.album or "", "length": tags.length or UNKNOWN_LENGTH})
    return item


# In a worker


def simulated(file: Path, case: Case) -> Figures:
    """One listener under each queue."""
    began = time.process_time()
    rng = np.random.default_rng(case.seed)
    matrix = listeners.truth(case.truth, np.array(FEATURE_GROUPS), rng)
    with tempfile.TemporaryDirectory() as folder:
        own = Path(shutil.copy(file, folder))
        with Database(own, folder) as database:
            among = candidates(database, PROFILE, PREFERENCES.rules)
            true = replace(among.metric, matrix=matrix)
            life = Life(
                true.standardise(among.library.vectors) @ true.factor.T,
                rng.integers(len(among.pool), size=SESSIONS),
                rng.random((SESSIONS, LENGTH)) < case.at_random,
                rng.uniform(*SKIPPED_AFTER, (SESSIONS, LENGTH)),
            )
            known = pool(among.library, true, PREFERENCES.rules, date.today())  # noqa: DTZ011 - as in smartqueue.candidates
            figures = Figures()
            for method in METHODS:
                learner = Learner(database, figures) if method == "learning" else None
                start = Candidates(among.library, true, known) if method == "the truth" else among
                at_random = method == "random"
                figures.skipped[method] = lived(start, life, learner, case.seed, at_random=at_random)
    figures.seconds = time.process_time() - began
    return figures


@dataclass
class Learner:
    """Stores what is heard, and learns from it now and then."""

    database: Database
    figures: Figures

    def after(self, plays: list[Play]) -> Candidates | None:
        """What there is to choose from, where a session was followed by a lesson."""
        store_plays(self.database, plays)
        if self.database.metrics.unlearned(PROFILE) < LESSON_AFTER:
            return None
        began = time.process_time()
        with suppress(LessonError):
            teach(self.database, PROFILE)
        self.figures.lesson_seconds += time.process_time() - began
        among = candidates(self.database, PROFILE, PREFERENCES.rules)
        self.figures.in_use.append(among.metric.learner)
        return among


def store_plays(database: Database, plays: list[Play]) -> None:
    """Stores a session and what its skips say, as mopidy_smartqueue.recorder does."""
    skips = [database.plays.add(play) for play in plays]
    stored = database.plays.since(plays[0].started, player=PLAYER, profile=PROFILE)
    database.triplets.replace_skips(skips, skip_triplets(stored))


def lived(among: Candidates, life: Life, learner: Learner | None, seed: int, *, at_random: bool) -> list[float]:
    """The share of the queued tracks that is skipped in each session."""
    session, skipped = Session(), []
    for number in range(SESSIONS):
        generator = np.random.default_rng([seed, number])
        plays = heard(among, session, life, number, generator, at_random=at_random)
        skipped.append(float(np.mean([play.outcome == "skipped" for play in plays[1:]])))
        if learner is not None:
            among = learner.after(plays) or among
    return skipped


def heard(
    among: Candidates, session: Session, life: Life, number: int, generator: np.random.Generator, *, at_random: bool
) -> list[Play]:
    """The plays of one session."""
    moment = FIRST_SESSION + number * BETWEEN_SESSIONS
    plays: list[Play] = []
    kept = [int(life.first[number])]
    row = kept[0]
    for place in range(LENGTH):
        if place and at_random:
            row = int(generator.integers(len(among.pool)))
        elif place:
            row = queued(among, session, kept, moment, generator)
        length = float(among.library.lengths[row])
        skipped = place > 0 and bool(life.at_random[number, place] or not life.is_near(row, kept))
        listened = min(life.seconds[number, place], SKIPPED_BEFORE * length) if skipped else length
        play = Play(
            int(among.library.ids[row]),
            PLAYER,
            PROFILE,
            moment,
            listened,
            length,
            "skipped" if skipped else "finished",
            "smartqueue" if place else "listener",
        )
        session.began(play)
        session.ended(play)
        moment += listened
        plays.append(play)
        if not skipped:
            kept.append(row)
    return plays


def queued(among: Candidates, session: Session, kept: list[int], moment: float, generator: np.random.Generator) -> int:
    """The row of what mopidy_smartqueue.chooser would queue after the latest that was kept."""
    ids = among.library.ids

    def rows(tracks: Iterable[int]) -> Integers:
        return np.asarray(np.searchsorted(ids, np.fromiter(tracks, dtype=np.int64)))

    wish = session.wish(int(ids[kept[-1]]), moment, chosen=kept[-1] == kept[0])
    found = choose(
        among.pool,
        Context(rows(wish.seeds).tolist(), wish.weights, rows(wish.away).tolist(), kept[-1]),
        Past(rows(wish.heard), rows(wish.skipped), rows(wish.not_this)),
        windows=PREFERENCES.windows,
        taste=PREFERENCES.taste,
        generator=generator,
        count=1,
    )
    return found[0].row


# What is printed


def print_report(known: dict[Case, Figures]) -> None:
    """All that is known of each kind of listener."""
    order = sorted(known, key=lambda case: (case.at_random, listeners.TRUTHS.index(case.truth)))
    kinds = {kind: [known[case] for case in cases] for kind, cases in groupby(order, lambda c: (c.truth, c.at_random))}
    print("| listener | random skips | listeners | queue | skipped, sessions 1–10 | 11–20 | 21–30 | 31–40 |")
    print("|---|---|---|---|---|---|---|---|")
    for (truth, share), figures in kinds.items():
        for method in METHODS:
            cells = " | ".join(f"{rates.mean():.1f} ± {error(rates):.1f}" for rates in in_parts(figures, method).T)
            print(f"| {truth} | {share:.0%} | {len(figures)} | {method} | {cells} |")
    print("\n| listener | random skips | way to the truth, sessions 11–20 | 31–40 | learning − no learning | allowed |")
    print("|---|---|---|---|---|---|")
    for (truth, share), figures in kinds.items():
        none, learning, true = (in_parts(figures, method) for method in METHODS[1:])
        gone, whole = (none - learning).mean(axis=0), (none - true).mean(axis=0)
        way = " | ".join(f"{gone[part] / whole[part]:.0%}" if whole[part] > 0.5 else "–" for part in (1, 3))
        more = (learning - none).mean(axis=1)
        allowed = 1 + 2 * error(more)
        over = "" if more.mean() <= allowed else ": MORE"
        print(f"| {truth} | {share:.0%} | {way} | {more.mean():+.1f} ± {error(more):.1f} | {allowed:.1f}{over} |")


def in_parts(figures: Sequence[Figures], method: str) -> Floats:
    """Skips in %, (listeners, parts)."""
    skipped = np.array([one.skipped[method] for one in figures])
    return np.asarray(100 * skipped.reshape(len(figures), -1, PART).mean(axis=2))


def error(values: Floats) -> float:
    """The standard error over listeners."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def read(file: Path) -> dict[Case, Figures]:
    """The listeners that a file holds."""
    lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    return {Case(**line["listener"]): Figures(**line["figures"]) for line in lines}


def main() -> None:
    parser = listeners.options(__doc__, seeds=6)
    parser.add_argument("--first", type=int, default=0, help="the first listener's number (0)")
    parser.add_argument("--at-random", nargs="+", type=float, default=AT_RANDOM, help="shares of random skips")
    arguments = parser.parse_args()
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # for the workers, each of which has a processor of its own

    known = read(arguments.json) if arguments.json else {}
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    cases = [Case(truth, share, n) for n in seeds for share in arguments.at_random for truth in arguments.truths]
    wanted = [case for case in cases if case not in known]
    if wanted:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "library.db"
            print(f"{make_library(arguments.corpus, arguments.cache, arguments.jobs, file)} tracks\n", file=sys.stderr)
            work = partial(simulated, file)
            found = results(work, wanted, arguments.jobs, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread)
            for case, figures in tqdm(found, total=len(wanted), desc="listeners", disable=None):
                if not isinstance(figures, Figures):
                    raise SystemExit(f"{case}: {figures}")
                known[case] = figures
                if arguments.json:
                    with arguments.json.open("a") as lines:
                        lines.write(json.dumps({"listener": asdict(case), "figures": asdict(figures)}) + "\n")
    print_report(known)


if __name__ == "__main__":
    main()
