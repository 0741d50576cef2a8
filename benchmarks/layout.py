"""How near stays near on the map, and how long a map takes.

    python -m benchmarks.layout [CORPUS[=CACHE] ...] [--tracks N ...]

Two figures for each corpus, a folder of LABEL/track: trustworthiness (Venna, Kaski, "Neighborhood preservation in
nonlinear projection methods", 2001), which falls with what is near on the map and was not, and the share of a track's
10 nearest that are among its 10 nearest on the map; by the plain metric with local scaling. Beside it the two principal
components, and scikit-learn's t-SNE with its own settings on the same distances. CACHE keeps the vectors. Large
libraries are synthetic, and only timed, each in a process of its own, on one thread.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.manifold import TSNE, trustworthiness

from benchmarks.retrieval import NEAREST, SUFFIXES, lone_thread, smartqueue, vectors_of
from smartqueue.features import NAMES
from smartqueue.layout import layout
from smartqueue.metric import plain
from smartqueue.selection import Neighbourhood, neighbourhood
from smartqueue.workers import results

TRACKS = (20_000, 100_000)
ON_CLUSTER = 100
SECONDS_ALLOWED = 7200

Places = NDArray[np.float32]


def principal(near: Neighbourhood) -> Places:
    centred = near.points - near.points.mean(axis=0)
    return np.asarray(centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T)


def tsne(near: Neighbourhood) -> Places:
    return np.asarray(TSNE(metric="precomputed", init="random", random_state=0).fit_transform(all_distances(near)))


def all_distances(near: Neighbourhood) -> Places:
    rows = np.arange(len(near.points))
    return np.asarray(near.between(rows[:, None], rows), dtype=np.float32)


def nearest(distances: NDArray[np.floating]) -> NDArray[np.int64]:
    others = distances.astype(np.float64)
    np.fill_diagonal(others, np.inf)
    return np.argsort(others, axis=1)[:, :NEAREST]


def kept(distances: Places, places: Places) -> float:
    """The share of a track's nearest that are nearest on the map."""
    on_map = np.linalg.norm(places[:, None] - places, axis=2)
    return float((nearest(on_map)[:, :, None] == nearest(distances)[:, None]).any(axis=1).mean())


def quality(corpus: Path, cache: Path | None) -> None:
    tracks = sorted(track for track in corpus.glob("*/**/*") if track.suffix.lower() in SUFFIXES)
    vectors = np.array(list(vectors_of(smartqueue, tracks, 2, cache).values()))
    near = neighbourhood(plain(NAMES, vectors).points(vectors))
    distances = all_distances(near)
    ways: dict[str, Callable[[Neighbourhood], Places]] = {
        "principal components": principal,
        "scikit-learn's t-SNE": tsne,
        "smartqueue.layout": layout,
    }
    labels = len({track.relative_to(corpus).parts[0] for track in tracks})
    for name, way in ways.items():
        began = time.process_time()
        places = way(near)
        seconds = time.process_time() - began
        trusted = trustworthiness(distances, places, n_neighbors=NEAREST, metric="precomputed")
        print(
            f"| {len(vectors)} tracks, {labels} labels | {name} | {trusted:.3f} | {kept(distances, places):.3f} |"
            f" {seconds:.1f} |",
            flush=True,
        )


def cost(tracks: int) -> tuple[float, float]:
    """Seconds by the clock and by the processor; in a process of its own."""
    rng = np.random.default_rng(0)
    points = rng.standard_normal((tracks, len(NAMES)), dtype=np.float32)
    centres = rng.standard_normal((tracks // ON_CLUSTER + 1, len(NAMES)), dtype=np.float32)
    near = neighbourhood(points + centres[rng.integers(0, len(centres), tracks)])
    clock, processor = time.perf_counter(), time.process_time()
    layout(near)
    return time.perf_counter() - clock, time.process_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", metavar="CORPUS[=CACHE]", help="folders of LABEL/track")
    parser.add_argument("--tracks", type=int, nargs="*", default=TRACKS, help="how many tracks of synthetic libraries")
    arguments = parser.parse_args()

    if arguments.corpora:
        print("| corpus | by | trustworthiness | 10 nearest kept | processor, s |")
        print("|---|---|---|---|---|")
        for corpus, _, cache in (text.partition("=") for text in arguments.corpora):
            quality(Path(corpus), Path(cache) if cache else None)
    print("\n| tracks | clock, s | processor, s |")
    print("|---|---|---|")
    for tracks, found in results(cost, arguments.tracks, 1, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread):
        if isinstance(found, tuple):
            print(f"| {tracks:,} | {found[0]:.0f} | {found[1]:.0f} |", flush=True)


if __name__ == "__main__":
    main()
