"""Does smartqueue with a large library hold Mopidy up? Core's thread, an MPD client's waits, the start, and memory.

    python -m benchmarks.core_latency [--tracks N] [--skips N] [--starts N] [--json FILE]

Makes a library of so many analysed tracks: a real beets database, one synthesised piece that is imported and analysed,
and its rows again and again with other names, and vectors strewn around the one; every track has a file, ten of which
are copies of the piece and the others hard links to these. Over it real Mopidys start, with smartqueue and without,
and play from Mopidy-File. A listener skips on and on by MPD, while another client asks for `status` and `ping` all
the time.

"Held" is how long core's thread was busy with a call of smartqueue's; in "ours" the time is left out for which it
waited for backends and audio meanwhile, which is what these take to look a URI up. "Until queued" goes from a track's
start to the moment that the last track is queued after it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import mpd
import numpy as np
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
from demonstration import synthesis  # noqa: E402 - only now can they be found
from demonstration.programs import Beets, Mopidy  # noqa: E402

# Longer than a skip by far: within its last two seconds Mopidy itself may hang at a `next`.
SECONDS = 20
COPIES = 10
# So many files lie in one folder.
ALBUM = 100
# The listener skips after so many seconds, and the other client pauses for so many between two questions.
PATIENCE, PAUSE = 0.7, 0.004
# How long after Mopidy answers first the library is still being loaded, in seconds.
LOADING = 8.0
OURS = ("SmartqueueFrontend", "Chooser", "Recorder")


@dataclass
class Figures:
    """What was seen of one Mopidy; times in seconds, memory in bytes."""

    answered: list[float] = field(default_factory=list)
    while_loading: list[float] = field(default_factory=list)
    asking: list[float] = field(default_factory=list)
    held: dict[str, list[float]] = field(default_factory=dict)
    ours: dict[str, list[float]] = field(default_factory=dict)
    until_queued: list[float] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)


def file_of(music: Path, number: int) -> Path:
    return music / f"{number // ALBUM:04}" / f"{number:06}.ogg"


def make_library(folder: Path, count: int) -> Beets:
    """A library of so many tracks."""
    music = folder / "music"
    first = file_of(music, 0)
    first.parent.mkdir(parents=True)
    synthesis.write(first, synthesis.render(synthesis.PIECES[0], SECONDS), tags={"title": "Piece", "artist": "Someone"})
    beets = Beets(folder / "beets", music)
    beets.run("import", "--singletons", str(music))
    beets.run("analyze")
    make_files(music, count)
    with contextlib.closing(sqlite3.connect(beets.library)) as connection, connection:
        multiply(connection, count)
    return beets


def make_files(music: Path, count: int) -> None:
    """As many files as tracks. Not all links lead to one file, because a file system allows a file only so many."""
    for number in range(1, count):
        file = file_of(music, number)
        file.parent.mkdir(exist_ok=True)
        if number < COPIES:
            shutil.copyfile(file_of(music, 0), file)
        else:
            file.hardlink_to(file_of(music, number % COPIES))


def multiply(connection: sqlite3.Connection, count: int) -> None:
    """Makes many items and tracks out of the one that is there."""
    connection.execute("CREATE TEMP TABLE item AS SELECT * FROM items")
    connection.execute("CREATE TEMP TABLE track AS SELECT * FROM smartqueue_track")
    ((stored,),) = connection.execute("SELECT vector FROM track")
    vector = np.frombuffer(stored, "<f4")
    generator = np.random.default_rng(0)
    for number in range(1, count):
        path = os.fsencode(file_of(Path(), number))
        strewn = (vector + generator.standard_normal(len(vector))).astype("<f4").tobytes()
        connection.execute(
            "UPDATE item SET id = ?, path = ?, title = ?, artist = ?",
            (number + 1, path, f"Piece {number}", f"Someone {number // ALBUM}"),
        )
        connection.execute("INSERT INTO items SELECT * FROM item")
        connection.execute(
            "UPDATE track SET id = ?, item_id = ?, path = ?, audio_hash = ?, vector = ?",
            (number + 1, number + 1, path, f"{number:064x}", strewn),
        )
        connection.execute("INSERT INTO smartqueue_track SELECT * FROM track")


def program(folder: Path, beets: Beets, *, smartqueue: bool, notes: Path | None = None) -> Mopidy:
    """A Mopidy, with or without smartqueue, that leaves notes if asked to."""
    settings = {
        "smartqueue": {"enabled": str(smartqueue).lower()},
        "local": {"enabled": "false"},
    }
    timed: dict[str, Any] = {}
    if notes is not None:
        timed["program"] = (sys.executable, "-P", ROOT / "benchmarks" / "timed_mopidy.py", notes)
    return Mopidy(folder / "mopidy", beets.music, beets.environment, settings=settings, **timed)


def answered_after(mopidy: Mopidy) -> float:
    """How long it takes from Mopidy's start to its first answer."""
    begin = time.monotonic()
    with mopidy:
        return time.monotonic() - begin


@contextlib.contextmanager
def asking(mopidy: Mopidy, waits: list[float]) -> Iterator[None]:
    """A client that asks for `status` and `ping` in turns; how long it waited for each answer goes to `waits`."""
    over = threading.Event()

    def ask() -> None:
        client = mopidy.client()
        while not over.wait(PAUSE):
            for question in (client.status, client.ping):
                begin = time.monotonic()
                question()
                waits.append(time.monotonic() - begin)
        client.disconnect()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def skip(client: mpd.MPDClient, uris: list[str], *, at_each: bool) -> None:
    """Skips once for each URI but the first few; with at_each the client queues one after every skip."""
    for uri in uris:
        time.sleep(PATIENCE)
        before = client.currentsong()["id"]
        client.next()
        while client.currentsong().get("id", before) == before:
            time.sleep(0.01)
        if at_each:
            client.add(uri)


def evening(folder: Path, beets: Beets, skips: int, *, smartqueue: bool, at_each: bool = False) -> Figures:
    """One Mopidy, from its start over so many skips to its end."""
    figures = Figures()
    notes = folder / "notes.json"
    uris = [file_of(beets.music, 7919 * number % ALBUM).as_uri() for number in range(skips + 3)]
    with program(folder, beets, smartqueue=smartqueue, notes=notes) as mopidy:
        client = mopidy.client()
        with asking(mopidy, figures.while_loading):
            time.sleep(LOADING)
        ready = uris[:1] if smartqueue else uris[:3] if at_each else uris
        for uri in ready:
            client.add(uri)
        with asking(mopidy, figures.asking):
            client.play(0)
            skip(client, uris[3:], at_each=at_each)
            time.sleep(PATIENCE)
        client.stop()
        client.disconnect()
    read_notes(json.loads(notes.read_text(encoding="utf-8")), figures)
    return figures


def read_notes(notes: dict[str, Any], figures: Figures) -> None:
    """Adds to the figures what Mopidy noted."""
    figures.memory = notes["memory"]
    ours = [call for call in notes["asked"] if call["by"].rpartition("-")[0] in OURS]
    for call in ours:
        figures.held.setdefault(call["method"], []).append(call["held"])
        figures.ours.setdefault(call["method"], []).append(call["held"] - call["waited"])
    queued = [call["at"] + call["held"] for call in ours if call["method"] == "tracklist.add"]
    for begin, end in zip(notes["starts"], [*notes["starts"][1:], float("inf")], strict=True):
        after = [moment - begin for moment in queued if begin < moment < end]
        if after:
            figures.until_queued.append(max(after))


def spread(seconds: list[float]) -> str:
    """Median, 99th percentile and maximum in milliseconds, as cells of a table."""
    return " | ".join(f"{1000 * value:.1f}" for value in (*np.percentile(seconds, (50, 99)), max(seconds)))


def print_tables(with_: Figures, without: dict[str, Figures]) -> None:
    print("| | first answer after, s: median | range |\n|---|---|---|")
    for name, figures in {"with": with_, "without": without["without"]}.items():
        low, high = min(figures.answered), max(figures.answered)
        print(f"| {name} | {statistics.median(figures.answered):.2f} | {low:.2f} to {high:.2f} |")
    print("\n| an MPD client waits, ms | answers | median | 99 % | longest |\n|---|---|---|---|---|")
    for name, figures in {"with": with_, **without}.items():
        print(f"| {name}, loading | {len(figures.while_loading)} | {spread(figures.while_loading)} |")
        print(f"| {name}, skipping | {len(figures.asking)} | {spread(figures.asking)} |")
    print("\n| asked of core | calls | held, ms: median | 99 % | longest | ours, ms: median | 99 % | longest |")
    print("|---|---|---|---|---|---|---|---|")
    for method, held in sorted(with_.held.items()):
        print(f"| {method} | {len(held)} | {spread(held)} | {spread(with_.ours[method])} |")
    print("\n| until queued, ms: median | 99 % | longest |\n|---|---|---|")
    print(f"| {spread(with_.until_queued)} |")
    print("\n| memory, MB | resident | peak |\n|---|---|---|")
    for name, figures in {"with": with_, "without": without["without"]}.items():
        resident, peak = (figures.memory[kind] / 1e6 for kind in ("resident", "peak"))
        print(f"| {name} | {resident:.0f} | {peak:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=100_000, help="in the library (default: %(default)s)")
    parser.add_argument("--skips", type=int, default=50, help="of the listener's (default: %(default)s)")
    parser.add_argument("--starts", type=int, default=7, help="of Mopidy, with and without (default: %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        beets = make_library(folder, arguments.tracks)
        with_ = evening(folder, beets, arguments.skips, smartqueue=True)
        without = {
            "without": evening(folder, beets, arguments.skips, smartqueue=False),
            "without, the client queues": evening(folder, beets, arguments.skips, smartqueue=False, at_each=True),
        }
        for _ in tqdm(range(arguments.starts), desc="starts", disable=None):
            with_.answered.append(answered_after(program(folder, beets, smartqueue=True)))
            without["without"].answered.append(answered_after(program(folder, beets, smartqueue=False)))
    print_tables(with_, without)
    if arguments.json:
        figures = {name: asdict(seen) for name, seen in {"with": with_, **without}.items()}
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
