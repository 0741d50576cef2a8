"""How good are mixes? Near tracks kept, leaps of tempo and key, repeats, and tracks that no mix ever reaches.

    python -m benchmarks.mixes CORPUS [--cache DIR] [--json FILE]

CORPUS holds LABEL/track: a label is a genre, an album, a soundtrack. From every track a mix of 20 is made, and one
more of as many tracks at random. "Same label" is the share of a mix that has its seed's label. "Tempo" is the mean leap
from track to track in octaves, half and double time being the same tempo; "key" the mean number of steps on the circle
of fifths, both where both tracks have one. "Never reached" is the share of tracks in no mix; "skewness" that of how
often tracks are reached, which is high where hubs are in every list.

Labels are measured without windows, which would part a label's tracks. A repeat is a track whose artist or album, as
tagged, stands within its default window already, which is at most a third of the artists or albums there are; it is
"forced" where the pool left nothing else.

Then mixes from every track of small libraries that are drawn from the corpus, a label being an album: 12 albums of nine
tracks by an artist each, the same with two albums an artist, and 25 albums of nine. "Nearest tenth" is the share of a
mix's tracks that were, when they were chosen, among the nearest tenth of what was not in it yet, by their distance from
the seed. "Adjacent" counts tracks that follow one of their own artist or album while another was left. Last, ways from
one track to another, where "again" counts artists and albums within their windows.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path

import mediafile
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.retrieval import SUFFIXES, Vector, artist, vectors_of
from smartqueue.features import NAMES
from smartqueue.metric import plain
from smartqueue.selection import Choice, Context, Past, Pool, Taste, Windows, neighbourhood
from smartqueue.selection.flow import UNKNOWN_KEY, key_place, key_steps, tempo_leap
from smartqueue.selection.mix import mix
from smartqueue.selection.pool import NOBODY, numbered
from smartqueue.selection.way import path

LENGTH = 20
# Of an album in a small library.
TRACKS = 9
# How many albums by how many artists, and how many libraries of each kind are drawn.
LIBRARIES = {"12 albums": (12, 12), "12 albums, two an artist": (12, 6), "25 albums": (25, 25)}
DRAWN = 4
NO_WINDOWS = Windows(track=0, artist=0, album=0)
NEAREST = Taste(tempo_flow=0.0, key_flow=0.0, energy_flow=0.0, adventure=0.0)
FLOWING = replace(Taste(), adventure=0.0)


@dataclass(frozen=True)
class Music:
    """Tracks to choose from, and the label of each."""

    pool: Pool
    labels: NDArray[np.int32]


@dataclass(frozen=True)
class Figures:
    """Of the mixes from all tracks; repeats are counted, if they are, and all else is a mean or a share."""

    same_label: float
    tempo: float
    key: float
    never_reached: float
    skewness: float
    repeats: int | None = None
    forced: int | None = None


def with_tempo_and_key(path: Path) -> Vector:
    """The features, then the tempo in beats a minute, 0 where unknown, and the key's place on the circle of fifths."""
    from smartqueue.extraction import extract

    found = extract(os.fsencode(path))
    key = found.scalars.get("initial_key")
    place = UNKNOWN_KEY if key is None else key_place(str(key))
    return np.append(found.vector, [np.float32(found.scalars.get("bpm", 0.0)), np.float32(place)])


def album(track: Path) -> str:
    """The album as tagged, else none."""
    try:
        return mediafile.MediaFile(track).album or ""
    except mediafile.FileTypeError:
        return ""


def corpus(folder: Path, cache: Path | None, jobs: int) -> Music:
    """A folder of LABEL/track; what cannot be read is named on stderr and left out."""
    tracks = sorted(track for track in folder.glob("*/**/*") if track.suffix.lower() in SUFFIXES)
    known = vectors_of(with_tempo_and_key, tracks, jobs, cache)
    tracks = [track for track in tracks if track in known]
    found = np.stack([known[track] for track in tracks])
    features = found[:, : len(NAMES)]
    pool = Pool(
        near=neighbourhood(plain(NAMES, features).points(features)),
        recordings=np.arange(len(tracks), dtype=np.int32),
        pieces=np.arange(len(tracks), dtype=np.int32),
        artists=numbered([artist(track) for track in tracks]),
        albums=numbered([album(track) for track in tracks]),
        tempi=found[:, -2],
        keys=found[:, -1].astype(np.int8),
        loudness=features[:, NAMES.index("loudness")],
        onsets=features[:, NAMES.index("onset rate")],
        favour=np.full(len(tracks), 0.5, dtype=np.float32),
        brief=np.zeros(len(tracks), dtype=bool),
        barred=np.zeros(len(tracks), dtype=bool),
    )
    return Music(pool, numbered([track.relative_to(folder).parts[0] for track in tracks]))


def mixes(pool: Pool, windows: Windows, taste: Taste, length: int = LENGTH) -> Iterator[list[Choice]]:
    """One mix of so many tracks from each track, always the same."""
    for seed in range(len(pool)):
        rows = np.array([seed])
        yield mix(
            pool,
            Context([seed], last=seed),
            Past(rows, rows[:0], rows),
            windows=windows,
            taste=taste,
            generator=np.random.default_rng(seed),
            is_enough=lambda chosen: len(chosen) >= length,
        )


def measured(music: Music, rows: NDArray[np.int64]) -> Figures:
    """What mixes are like that are told as rows (mixes, tracks), the seed first."""
    pool = music.pool
    first, second = rows[:, :-1], rows[:, 1:]
    with_tempo = (pool.tempi[first] > 0) & (pool.tempi[second] > 0)
    with_key = (pool.keys[first] >= 0) & (pool.keys[second] >= 0)
    reached = np.bincount(second.ravel(), minlength=len(pool))
    return Figures(
        same_label=float((music.labels[rows[:, :1]] == music.labels[second]).mean()),
        tempo=float(tempo_leap(pool.tempi[first], pool.tempi[second])[with_tempo].mean()),
        key=float(key_steps(pool.keys[first], pool.keys[second])[with_key].mean()),
        never_reached=float((reached == 0).mean()),
        skewness=float((((reached - reached.mean()) / max(reached.std(), 1e-9)) ** 3).mean()),
    )


def with_repeats(figures: Figures, pool: Pool, found: list[list[Choice]]) -> Figures:
    """The same, and how many tracks repeat an artist or an album within its window, unforced and forced."""
    repeats = forced = 0
    windows = Windows().within(pool)
    for seed, chosen in enumerate(found):
        rows = np.array([seed, *(choice.row for choice in chosen)])
        for place, choice in enumerate(chosen, 1):
            again = any(
                names[choice.row] != NOBODY and names[choice.row] in names[rows[max(0, place - window) : place]]
                for names, window in ((pool.artists, windows.artist), (pool.albums, windows.album))
            )
            repeats += again and not choice.relaxed
            forced += again and bool(choice.relaxed)
    return replace(figures, repeats=repeats, forced=forced)


def evaluated(music: Music, windows: Windows, taste: Taste) -> Figures:
    """What the mixes of a taste are like."""
    found = list(mixes(music.pool, windows, taste))
    rows = np.array([[seed, *(choice.row for choice in chosen)] for seed, chosen in enumerate(found)])
    return with_repeats(measured(music, rows), music.pool, found)


@dataclass(frozen=True)
class Variety:
    """Of the mixes from all tracks of small libraries: how far down the list they go, and what is adjacent."""

    nearest_tenth: float
    median_rank: float
    largest_rank: float
    artists_adjacent: float
    albums_adjacent: float
    tempo: float
    key: float


def small_library(music: Music, albums: int, artists: int, rng: np.random.Generator) -> Pool:
    """So many albums of nine tracks by so many artists, each album drawn from one label."""
    labels, counts = np.unique(music.labels, return_counts=True)
    chosen = rng.choice(labels[counts >= TRACKS], albums, replace=False)
    rows = np.concatenate(
        [np.sort(rng.choice(np.flatnonzero(music.labels == label), TRACKS, replace=False)) for label in chosen]
    )
    pool, album = music.pool.of(rows), np.repeat(np.arange(albums, dtype=np.int32), TRACKS)
    one_each = np.arange(len(rows), dtype=np.int32)
    return replace(
        pool,
        near=neighbourhood(pool.near.points),
        recordings=one_each,
        pieces=one_each,
        albums=album,
        artists=album * artists // albums,
    )


def variety(pools: list[Pool], length: int, taste: Taste) -> Variety:
    """Of mixes of so many tracks, the seed among them, with default windows."""
    ranks: list[float] = []
    adjacent: dict[str, list[bool]] = {"artists": [], "albums": []}
    leaps: dict[str, list[float]] = {"tempo": [], "key": []}
    for pool in pools:
        for seed, chosen in enumerate(mixes(pool, Windows(), taste, length - 1)):
            rows = [seed, *(choice.row for choice in chosen)]
            away = pool.near.between(seed, np.arange(len(pool)))
            left = np.ones(len(pool), dtype=bool)
            left[seed] = False
            for before, row in pairwise(rows):
                ranks.append(float((away[left] <= away[row]).sum() / left.sum()))
                for name, found in adjacent.items():
                    numbers = getattr(pool, name)
                    if len(np.unique(numbers[left])) > 1:
                        found.append(bool(numbers[before] == numbers[row]))
                left[row] = False
            first, second = np.array(rows[:-1]), np.array(rows[1:])
            known = (pool.tempi[first] > 0) & (pool.tempi[second] > 0)
            leaps["tempo"] += tempo_leap(pool.tempi[first], pool.tempi[second])[known].tolist()
            known = (pool.keys[first] >= 0) & (pool.keys[second] >= 0)
            leaps["key"] += key_steps(pool.keys[first], pool.keys[second])[known].tolist()
    return Variety(
        nearest_tenth=float(np.mean(np.array(ranks) <= 0.1)),
        median_rank=float(np.median(ranks)),
        largest_rank=max(ranks),
        artists_adjacent=float(np.mean(adjacent["artists"])),
        albums_adjacent=float(np.mean(adjacent["albums"])),
        tempo=float(np.mean(leaps["tempo"])),
        key=float(np.mean(leaps["key"])),
    )


@dataclass(frozen=True)
class Ways:
    """Of ways from one track to another: the mean step, the longest of each, and how much comes again too soon."""

    step: float
    longest: float
    artists_again: float
    albums_again: float


def ways(pools: list[Pool], length: int, windows: Windows) -> Ways:
    """Of 40 ways a library of so many tracks, their ends among them."""
    steps: list[float] = []
    longest: list[float] = []
    again: dict[str, list[bool]] = {"artists": [], "albums": []}
    rng = np.random.default_rng(0)
    for pool in pools:
        limits = Windows().within(pool)
        for first, last in (rng.choice(len(pool), 2, replace=False).tolist() for _ in range(40)):
            between = path(pool, first, last, length - 2, np.zeros(0, np.int64), windows=windows, taste=Taste())
            rows = np.array([first, *between, last])
            away = pool.near.between(rows[:-1], rows[1:])
            steps += away.tolist()
            longest.append(float(away.max()))
            for name, window in (("artists", limits.artist), ("albums", limits.album)):
                numbers = getattr(pool, name)[rows]
                again[name] += [numbers[n] in numbers[max(0, n - window) : n] for n in range(1, len(rows))]
    shares = [float(np.mean(found)) for found in again.values()]
    return Ways(float(np.mean(steps)), float(np.mean(longest)), *shares)


def at_random(music: Music) -> Figures:
    """What mixes of any tracks are like."""
    tracks = len(music.pool)
    rng = np.random.default_rng(0)
    others = np.argsort(rng.random((tracks, tracks)) + 2 * np.eye(tracks), axis=1)[:, :LENGTH]
    return measured(music, np.column_stack([np.arange(tracks), others]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a folder of LABEL/track")
    parser.add_argument("--cache", type=Path, help="keep what was heard of the tracks here")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    arguments = parser.parse_args()

    music = corpus(arguments.corpus, arguments.cache, arguments.jobs)
    tracks, labels = len(music.pool), len(np.unique(music.labels))
    if tracks <= LENGTH:
        raise SystemExit(f"{tracks} tracks are too few for mixes of {LENGTH}")
    near = music.pool.near
    unscaled = Music(replace(music.pool, near=replace(near, roots=np.ones_like(near.roots))), music.labels)
    cases = {
        "nearest, unscaled": (unscaled, NO_WINDOWS, NEAREST),
        "nearest": (music, NO_WINDOWS, NEAREST),
        "nearest, flow on": (music, NO_WINDOWS, FLOWING),
        "defaults but windows": (music, NO_WINDOWS, Taste()),
        "nearest, with windows": (music, Windows(), NEAREST),
        "defaults": (music, Windows(), Taste()),
    }
    known_of = {"tempo": music.pool.tempi > 0, "key": music.pool.keys >= 0, "album": music.pool.albums != NOBODY}
    print(f"{tracks} tracks, {labels} labels; with", end=" ")
    print(", ".join(f"{name}: {known.sum()}" for name, known in known_of.items()), end="; ")
    print(f"{len(np.unique(music.pool.artists))} artists\n")
    print("| | same label | tempo, octaves | key, steps | never reached | skewness | repeats | forced |")
    print("|---|---|---|---|---|---|---|---|")
    known = {"random": at_random(music)}
    print_row("random", known["random"])
    for name, case in tqdm(cases.items(), disable=None):
        known[name] = evaluated(*case)
        print_row(name, known[name])
    _, counts = np.unique(music.labels, return_counts=True)
    small: dict[str, dict[str, object]] = {}
    if (counts >= TRACKS).sum() >= max(albums for albums, _ in LIBRARIES.values()):
        small = in_small_libraries(music)
    else:
        print(f"\ntoo few labels have {TRACKS} tracks for small libraries")
    if arguments.json:
        summary = {"tracks": tracks, "labels": labels, **{name: asdict(figures) for name, figures in known.items()}}
        summary.update(small)
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")


def in_small_libraries(music: Music) -> dict[str, dict[str, object]]:
    """The tables of small libraries."""
    found: dict[str, dict[str, object]] = {}
    rng = np.random.default_rng(0)
    drawn = {
        name: [small_library(music, albums, artists, rng) for _ in range(DRAWN)]
        for name, (albums, artists) in LIBRARIES.items()
    }
    print("\n| library, tracks of a mix | nearest tenth | rank: median | largest", end=" ")
    print("| artists adjacent | albums adjacent | tempo, octaves | key, steps |")
    print("|---|---|---|---|---|---|---|---|")
    for name, pools in drawn.items():
        for length in (20, 60):
            one = variety(pools, length, Taste())
            found[f"{name}, {length}"] = asdict(one)
            ranks = f"{one.nearest_tenth:.3f} | {one.median_rank:.3f} | {one.largest_rank:.2f}"
            adjacent = f"{one.artists_adjacent:.4f} | {one.albums_adjacent:.4f}"
            print(f"| {name}, {length} | {ranks} | {adjacent} | {one.tempo:.3f} | {one.key:.2f} |", flush=True)
    print("\n| library, tracks of a way | windows | step | longest | artists again | albums again |")
    print("|---|---|---|---|---|---|")
    for name, pools in drawn.items():
        for length in (20, 60):
            for kind, windows in (("none", NO_WINDOWS), ("default", Windows())):
                way = ways(pools, length, windows)
                found[f"{name}, a way of {length}, {kind}"] = asdict(way)
                shares = f"{way.artists_again:.4f} | {way.albums_again:.4f}"
                print(f"| {name}, {length} | {kind} | {way.step:.2f} | {way.longest:.2f} | {shares} |", flush=True)
    return found


def print_row(name: str, one: Figures) -> None:
    shares = f"{one.same_label:.3f} | {one.tempo:.3f} | {one.key:.2f} | {one.never_reached:.3f} | {one.skewness:.2f}"
    repeats = "| |" if one.repeats is None else f"{one.repeats} | {one.forced} |"
    print(f"| {name} | {shares} | {repeats}", flush=True)


if __name__ == "__main__":
    main()
