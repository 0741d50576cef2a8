"""How long a choice takes, out of how many tracks, and how long it takes to load them first.

    python -m benchmarks.selection [--tracks N ...] [--stored N] [--choices N] [--json FILE]

Each number of tracks has a process of its own. Up to `--stored` tracks are written to a library.db by beets and through
smartqueue.database, and loaded from there; of more, the same is made in memory. Every track is a transaction, so let
TMPDIR be in memory. A choice has all rules on: eight seeds, four tracks to keep away from, windows over a long past,
tracks that were skipped, are queued or barred, flow, adventure, and the reasons of its 20 candidates, in words.
"Reading" is numpy.sum over the points, which reads the same bytes once. Choices and readings take turns, so that other
work on the machine slows both; the processor's times tell more than the clock's where there is much of it. The linear
algebra runs on one thread.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from beets.library import Item as BeetsItem
from beets.library import Library as BeetsLibrary
from threadpoolctl import threadpool_limits

from benchmarks.retrieval import Vector, lone_thread
from smartqueue.candidates import Candidates, candidates, pool
from smartqueue.database import Database, FileState, Heard, Item, Library
from smartqueue.explanation import explain
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.metric import plain
from smartqueue.preferences import DEFAULTS, preferences
from smartqueue.selection import Context, Past, choose
from smartqueue.selection.flow import KEYS
from smartqueue.workers import results

TRACKS = (1_000, 10_000, 100_000, 1_000_000)
STORED = 100_000
CHOICES = 50
LOADS = 5
SECONDS_ALLOWED = 7200
ON_ALBUM, OF_ARTIST = 12, 40
GENRES = ("Jazz", "Rock", "Ambient", "Folk", "Electronic", "Spoken Word")
# How many of each a choice is told.
SEEDS, AWAY, HEARD, SKIPPED, QUEUED = 8, 4, 400, 10, 10
WANTED = preferences({**DEFAULTS, "shortest": 30, "longest": 600, "not_genres": ["Spoken*"]})


@dataclass
class Figures:
    """Of so many tracks. Times in seconds, by the clock and by the processor; sizes in bytes.

    points: of the array that is read. memory: of the process, when all was chosen.
    """

    tracks: int
    stored: bool
    readings: list[tuple[float, float]] = field(default_factory=list)
    choices: list[tuple[float, float]] = field(default_factory=list)
    loads: list[tuple[float, float]] = field(default_factory=list)
    points: int = 0
    memory: int = 0


def timed(work: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What the work gives, and its seconds by the clock and by the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - clock, time.process_time() - processor)


def vectors(count: int) -> Vector:
    return np.random.default_rng(0).standard_normal((count, len(NAMES)), dtype=np.float32)


def described(number: int) -> dict[str, Any]:
    """What beets knows of a track in words."""
    return {
        "title": f"Piece {number}",
        "artist": f"Artist {number // OF_ARTIST}",
        "albumartist": f"Artist {number // OF_ARTIST}",
        "album": f"Album {number // ON_ALBUM}",
        "genres": GENRES[number % len(GENRES)],
        # As beet analyze sets them.
        "bpm": round(tempo(number)),
        "initial_key": KEYS[number % len(KEYS)],
    }


def tempo(number: int) -> float:
    return 60.0 + number % 120


def length(number: int) -> float:
    return 20.0 + number % 600


def path(number: int) -> bytes:
    return f"{number // ON_ALBUM:06}/{number:07}.ogg".encode()


def store(file: Path, count: int) -> None:
    """A library.db with so many analysed tracks of music that is not there."""
    music = file.parent / "music"
    beets = BeetsLibrary(str(file), str(music))
    with beets.transaction():
        for number in range(count):
            beets.add(BeetsItem(path=bytes(music) + b"/" + path(number), length=length(number), **described(number)))
    with Database(file, music) as database:
        database.migrate()
        for number, vector in enumerate(vectors(count)):
            database.vectors.store(
                Item(number + 1, path(number), database.tracks.file(path(number))),
                FileState(4_000_000, 1.7e9),
                f"{number:064x}",
                EXTRACTOR,
                Heard(vector, {"bpm": tempo(number), "initial_key": KEYS[number % len(KEYS)]}),
            )


def in_memory(count: int) -> Candidates:
    """The same, without a database."""
    known = [described(number) for number in range(count)]
    numbers = np.arange(count)
    library = Library(
        ids=numbers + 1,
        item_ids=numbers + 1,
        vectors=vectors(count),
        features=NAMES,
        files=[path(number) for number in range(count)],
        recordings=[f"{number:064x}" for number in range(count)],
        artists=[one["artist"] for one in known],
        titles=[one["title"] for one in known],
        albums=[one["album"] for one in known],
        genres=[one["genres"] for one in known],
        keys=[KEYS[number % len(KEYS)] for number in range(count)],
        lengths=np.array([length(number) for number in range(count)], dtype=np.float32),
        tempi=np.array([tempo(number) for number in range(count)], dtype=np.float32),
        ratings=np.full(count, np.nan, dtype=np.float32),
        heard=np.zeros(count),
        ignored=np.zeros(count, dtype=bool),
        in_any_season=np.zeros(count, dtype=bool),
        album_names=[one["album"] for one in known],
        album_types=[""] * count,
        eponymous=np.zeros(count, dtype=bool),
    )
    metric = plain(NAMES, library.vectors)
    return Candidates(library, metric, pool(library, metric, WANTED.rules, date.today()))  # noqa: DTZ011 - as in smartqueue.candidates


def decision(among: Candidates, seed: int) -> list[str]:
    """The reasons, in words, of what may come next in an evening of its own."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(among.pool), HEARD + SKIPPED + QUEUED + AWAY)
    heard, skipped, queued, away = np.split(rows, np.cumsum([HEARD, SKIPPED, QUEUED]))
    last = int(heard[-1])
    choices = choose(
        among.pool,
        Context(heard[-SEEDS:].tolist(), np.arange(1.0, SEEDS + 1).tolist(), away.tolist(), last),
        Past(heard, skipped, queued),
        windows=WANTED.windows,
        taste=WANTED.taste,
        generator=rng,
    )
    return [explain(among, choice, last).in_words() for choice in choices]


def measured(count: int, stored: int, choices: int) -> Figures:
    """Runs in a process of its own."""
    threadpool_limits(1)
    figures = Figures(count, count <= stored)
    if figures.stored:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "library.db"
            store(file, count)
            with Database(file, file.parent / "music") as database:
                for _ in range(LOADS):
                    among, seconds = timed(partial(candidates, database, "", WANTED.rules))
                    figures.loads.append(seconds)
    else:
        among = in_memory(count)
    decision(among, choices)  # the first of all, which nobody waits for
    points = among.pool.near.points
    for seed in range(choices):
        figures.readings.append(timed(points.sum)[1])
        figures.choices.append(timed(partial(decision, among, seed))[1])
    figures.points = points.nbytes
    figures.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return figures


def row(one: Figures) -> str:
    """Of the table, in milliseconds and megabytes."""
    readings, choices = 1000 * np.array(one.readings), 1000 * np.array(one.choices)
    loads = " / ".join(f"{value:.2f}" for value in np.min(one.loads, axis=0)) if one.stored else "in memory"
    cells = [
        f"{one.tracks:,}",
        " / ".join(f"{value:.1f}" for value in readings.min(axis=0)),
        *(" / ".join(f"{value:.1f}" for value in kind(choices, axis=0)) for kind in (np.min, np.median, np.max)),
        f"{choices[:, 1].min() / readings[:, 1].min():.1f}",
        loads,
        f"{one.points / 1e6:.0f}",
        f"{one.memory / 1e6:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, nargs="+", default=TRACKS, help="how many tracks to choose from")
    parser.add_argument("--stored", type=int, default=STORED, help=f"up to so many are stored ({STORED:,})")
    parser.add_argument("--choices", type=int, default=CHOICES, help=f"how many choices ({CHOICES})")
    parser.add_argument("--json", type=Path, help="write all times here")
    arguments = parser.parse_args()

    print("Milliseconds, load in seconds, each by the clock / by the processor; memory in MB.\n")
    print("| tracks | reading, best | choice, best | median | worst | times reading | load, best | points | process |")
    print("|---|---|---|---|---|---|---|---|---|")
    known: list[Figures] = []
    work = partial(measured, stored=arguments.stored, choices=arguments.choices)
    for count in arguments.tracks:
        for _, found in results(work, [count], 1, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread):
            if not isinstance(found, Figures):
                raise SystemExit(f"{count:,} tracks: {found}")
            known.append(found)
            print(row(found), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(one) for one in known], indent=2) + "\n")


if __name__ == "__main__":
    main()
