"""How well do near tracks belong together? Our vector, essentia's MusicExtractor and bliss on the same files.

    python -m benchmarks.retrieval CORPUS [--artist-filter] [--cache DIR] [--json FILE]

CORPUS holds LABEL/track: a label is a genre, an album, a soundtrack. Two figures: the mean precision at 10 of
"same label" among a track's nearest, and the share of triples (track, same label, other label) of which the
first two lie nearer. Each by the plain standardised metric, and by the same with local scaling. bliss-audio is
compared where it imports. A file that one of them cannot read is named, and left out for all.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import sys
import tempfile
import wave
from collections.abc import Callable
from functools import partial
from pathlib import Path

import mediafile
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from smartqueue import decoding
from smartqueue.metric import plain
from smartqueue.workers import results

Vector = NDArray[np.float32]
Square = NDArray[np.float64]

NEAREST = 10
SAMPLED = 200
SECONDS_ALLOWED = 1800
SUFFIXES = {".aiff", ".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav", ".wma", ".wv"}


def smartqueue(path: Path) -> Vector:
    from smartqueue.extraction import extract

    return extract(os.fsencode(path)).vector


def music_extractor(path: Path) -> Vector:
    """The means and deviations of all that MusicExtractor describes frame by frame or beat by beat."""
    import essentia

    essentia.log.infoActive = essentia.log.warningActive = False
    from essentia.standard import MusicExtractor

    both = ["mean", "stdev"]
    extractor = MusicExtractor(lowlevelStats=both, rhythmStats=both, tonalStats=both, mfccStats=both, gfccStats=both)
    with path.open("rb") as file:
        opus = b"OpusHead" in file.read(512)
    if opus:  # essentia's loaders crash on it
        with tempfile.NamedTemporaryFile(suffix=".wav") as copy:
            write_wave(path, copy.name)
            pool, _ = extractor(copy.name)
    else:
        pool, _ = extractor(str(path))
    names = [name for name in sorted(pool.descriptorNames()) if name.endswith((".mean", ".stdev"))]
    return np.concatenate([np.ravel(pool[name]) for name in names]).astype(np.float32)


def write_wave(path: Path, copy: str) -> None:
    with wave.open(copy, "wb") as file:
        for block in decoding.blocks(os.fsencode(path), 0, 1e6):
            if not file.getnframes():
                file.setnchannels(len(block.layout))
                file.setsampwidth(2)
                file.setframerate(block.sample_rate)
            file.writeframes((block.channels.T.clip(-1, 1) * 32767).astype("<i2").tobytes())


def bliss(path: Path) -> Vector:
    from bliss_audio import Song  # type: ignore[import-not-found]  # compared where it imports

    try:
        return np.array(Song(str(path)).analysis, np.float32)
    except BaseException as panic:  # Rust's panics are no Exception, and cannot be sent to another process
        raise ValueError(str(panic)) from None


def vectors_of(
    extractor: Callable[[Path], Vector], tracks: list[Path], jobs: int, cache: Path | None
) -> dict[Path, Vector]:
    """The vectors of the tracks that could be read; the others are named on stderr."""
    vectors: dict[Path, Vector] = {}
    kept = {track: kept_file(cache / extractor.__name__, track) for track in tracks} if cache else {}
    for track, file in kept.items():
        if file.exists():
            vectors[track] = np.load(file)
    wanted = [track for track in tracks if track not in vectors]
    found = results(partial(attempted, extractor), wanted, jobs, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread)
    for track, vector in tqdm(found, total=len(wanted), desc=extractor.__name__, disable=None):
        if not isinstance(vector, np.ndarray):
            print(f"{extractor.__name__} cannot read {track}: {vector}", file=sys.stderr)
            continue
        vectors[track] = vector
        if track in kept:
            kept[track].parent.mkdir(parents=True, exist_ok=True)
            np.save(kept[track], vector)
    return vectors


def attempted(extractor: Callable[[Path], Vector], track: Path) -> Vector | str:
    try:
        return extractor(track)
    except Exception as error:
        return str(error)


def lone_thread() -> None:
    """One file a processor: threads of the linear algebra's own would only wait for one another."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"


def kept_file(folder: Path, track: Path) -> Path:
    status = track.stat()
    known = f"{track.resolve()} {status.st_size} {status.st_mtime_ns}"
    return folder / f"{hashlib.sha256(os.fsencode(known)).hexdigest()}.npy"


def artist(track: Path) -> str:
    """The artist as tagged; of a file without one, itself, so that it has no other track."""
    try:
        return mediafile.MediaFile(track).artist or str(track)
    except mediafile.FileTypeError:
        return str(track)


def plain_distances(vectors: list[Vector]) -> Square:
    """(tracks, tracks) distances of the standardised vectors."""
    raw = np.stack(vectors).astype(np.float64)
    metric = plain(tuple(map(str, range(raw.shape[1]))), np.where(np.isfinite(raw), raw, 0.0))
    points = metric.standardise(np.where(np.isfinite(raw), raw, 0.0))
    squares = (points**2).sum(axis=1)
    return np.asarray(np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0)))


def locally_scaled(distances: Square) -> Square:
    """Distances divided by how far others lie from both tracks.

    Schnitzer, Flexer, Schedl and Widmer, "Local and global scaling reduce hubs in space", JMLR 2012; here σ is
    the 10 % quantile of a track's squared distances to some others drawn at random.
    """
    rng = np.random.default_rng(0)
    sample = rng.choice(len(distances), min(SAMPLED, len(distances)), replace=False)
    squares = distances[:, sample] ** 2
    squares[sample, np.arange(len(sample))] = np.nan
    sigma = np.maximum(np.nanquantile(squares, 0.1, axis=1), 1e-9)
    return np.asarray(distances / np.sqrt(np.sqrt(np.outer(sigma, sigma))))


def precision(distances: Square, same: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> float:
    """The mean share of the same label among each track's nearest candidates."""
    order = np.argsort(np.where(candidates, distances, np.inf), axis=1, kind="stable")[:, :NEAREST]
    asked = candidates.any(axis=1)
    hits = np.take_along_axis(same & candidates, order, axis=1).sum(axis=1)
    return float((hits / np.minimum(NEAREST, candidates.sum(axis=1)).clip(1))[asked].mean())


def in_order(distances: Square, same: NDArray[np.bool_], candidates: NDArray[np.bool_]) -> float:
    """The share of all triples (track, same label, other label) whose first two lie nearer."""
    right = triples = 0
    for away, alike, allowed in zip(distances, same, candidates, strict=True):
        near, far = away[alike & allowed], np.sort(away[~alike & allowed])
        right += int((len(far) - np.searchsorted(far, near, side="right")).sum())
        triples += len(near) * len(far)
    return right / max(triples, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a folder of LABEL/track")
    parser.add_argument("--artist-filter", action="store_true", help="compare only tracks of different artists")
    parser.add_argument("--cache", type=Path, help="keep the others' vectors here; ours are always made afresh")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    arguments = parser.parse_args()

    tracks = sorted(track for track in arguments.corpus.glob("*/**/*") if track.suffix.lower() in SUFFIXES)
    extractors: list[Callable[[Path], Vector]] = [smartqueue, music_extractor]
    if importlib.util.find_spec("bliss_audio"):
        extractors.append(bliss)
    else:
        print("bliss-audio does not import and is left out", file=sys.stderr)
    vectors = {
        extractor.__name__: vectors_of(
            extractor, tracks, arguments.jobs, None if extractor is smartqueue else arguments.cache
        )
        for extractor in extractors
    }
    tracks = [track for track in tracks if all(track in known for known in vectors.values())]
    labels = np.array([track.relative_to(arguments.corpus).parts[0] for track in tracks])
    same = labels[:, None] == labels
    candidates = ~np.eye(len(tracks), dtype=bool)
    if arguments.artist_filter:
        artists = np.array([artist(track) for track in tracks])
        candidates &= artists[:, None] != artists

    print(f"{len(tracks)} tracks, {len(set(labels))} labels\n")
    print("| vector | features | p@10 plain | p@10 scaled | triples plain | triples scaled |")
    print("|---|---|---|---|---|---|")
    figures: dict[str, dict[str, float]] = {}
    for name, known in vectors.items():
        distances = plain_distances([known[track] for track in tracks])
        scaled = locally_scaled(distances)
        figures[name] = {
            "features": len(known[tracks[0]]),
            "p@10 plain": precision(distances, same, candidates),
            "p@10 scaled": precision(scaled, same, candidates),
            "triples plain": in_order(distances, same, candidates),
            "triples scaled": in_order(scaled, same, candidates),
        }
        values = " | ".join(f"{value:.3f}" for key, value in figures[name].items() if key != "features")
        print(f"| {name} | {len(known[tracks[0]])} | {values} |")
    if arguments.json:
        summary = {"tracks": len(tracks), "artist filter": arguments.artist_filter, "vectors": figures}
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    main()
