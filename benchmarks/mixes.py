"""How good are mixes? Near tracks kept, leaps of tempo and key, repeats, and tracks that no mix ever reaches.

    python -m benchmarks.mixes CORPUS [--cache DIR] [--json FILE]

CORPUS holds LABEL/track: a label is a genre, an album, a soundtrack. From every track a mix of 20 is made, and one
more of as many tracks at random. "Same label" is the share of a mix that has its seed's label. "Tempo" is the mean leap
from track to track in octaves, half and double time being the same tempo; "key" the mean number of steps on the circle
of fifths, both where both tracks have one. "Never reached" is the share of tracks in no mix; "skewness" that of how
often tracks are reached, which is high where hubs are in every list.

Labels are measured without windows, which would part a label's tracks. A repeat is a track whose artist or album, as
tagged, stands within its default window already; it is "forced" where the pool left nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
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

LENGTH = 20
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
        artists=numbered([artist(track) for track in tracks]),
        albums=numbered([album(track) for track in tracks]),
        tempi=found[:, -2],
        keys=found[:, -1].astype(np.int8),
        loudness=features[:, NAMES.index("loudness")],
        onsets=features[:, NAMES.index("onset rate")],
        favour=np.full(len(tracks), 0.5, dtype=np.float32),
        barred=np.zeros(len(tracks), dtype=bool),
    )
    return Music(pool, numbered([track.relative_to(folder).parts[0] for track in tracks]))


def mixes(pool: Pool, windows: Windows, taste: Taste) -> Iterator[list[Choice]]:
    """One mix from each track, always the same."""
    for seed in range(len(pool)):
        rows = np.array([seed])
        yield mix(
            pool,
            Context([seed], last=seed),
            Past(rows, rows[:0], rows),
            windows=windows,
            taste=taste,
            generator=np.random.default_rng(seed),
            is_enough=lambda chosen: len(chosen) >= LENGTH,
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
    windows = Windows()
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
    if arguments.json:
        summary = {"tracks": tracks, "labels": labels, **{name: asdict(figures) for name, figures in known.items()}}
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")


def print_row(name: str, one: Figures) -> None:
    shares = f"{one.same_label:.3f} | {one.tempo:.3f} | {one.key:.2f} | {one.never_reached:.3f} | {one.skewness:.2f}"
    repeats = "| |" if one.repeats is None else f"{one.repeats} | {one.forced} |"
    print(f"| {name} | {shares} | {repeats}", flush=True)


if __name__ == "__main__":
    main()
