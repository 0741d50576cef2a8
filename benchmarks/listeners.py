"""Listeners over real music who answer by a hidden truth, and now and then wrongly; for learning.py and its like."""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.retrieval import SUFFIXES, artist, smartqueue, vectors_of
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.metric import plain

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TRUTHS = ("plain", "groups", "features", "low-rank")
HEARD_FEATURES = 10
HEARD_GROUPS = 2
RANK = 4
HELD_OUT = 0.4
ORDERS = np.array([[1, 2, 0], [0, 2, 1], [0, 1, 2]])  # (near, near, odd) for each place of the odd one


@dataclass(frozen=True)
class Music:
    """Tracks as standardised points (tracks, features), each with its label and its artist, and the features' groups.

    A track without an artist is its own.
    """

    points: Floats
    labels: NDArray[np.str_]
    artists: NDArray[np.str_]
    groups: NDArray[np.str_]


def options(description: str | None, seeds: int) -> argparse.ArgumentParser:
    """What a benchmark over such listeners is told; `seeds` listeners of each kind unless it is told otherwise."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a folder of LABEL/track")
    parser.add_argument("--cache", type=Path, help="keep the tracks' vectors here")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--seeds", type=int, default=seeds, help=f"how many listeners of each kind ({seeds})")
    parser.add_argument("--truths", nargs="+", choices=TRUTHS, default=TRUTHS, help="which kinds (all)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    return parser


def corpus(folder: Path, cache: Path | None = None, jobs: int = os.cpu_count() or 1) -> Music:
    """The vectors of a folder of LABEL/track; what cannot be read is named on stderr and left out."""
    tracks = sorted(track for track in folder.glob("*/**/*") if track.suffix.lower() in SUFFIXES)
    vectors = vectors_of(smartqueue, tracks, jobs, cache)
    known = [track for track in tracks if track in vectors]
    raw = np.stack([vectors[track] for track in known])
    labels = np.array([track.relative_to(folder).parts[0] for track in known])
    artists = np.array([artist(track) for track in known])
    return Music(plain(NAMES, raw).standardise(raw), labels, artists, np.array(FEATURE_GROUPS))


def truth(kind: str, groups: NDArray[np.str_], rng: np.random.Generator) -> Floats:
    """The matrix (features, features) that a listener of this kind hears by.

    plain; 2 of the groups alone; 10 of the features alone; or 4 mixtures of all features.
    """
    features = len(groups)
    if kind == "groups":
        return np.diag(np.isin(groups, rng.choice(np.unique(groups), HEARD_GROUPS, replace=False)).astype(float))
    if kind == "features":
        return np.diag(np.isin(np.arange(features), rng.choice(features, HEARD_FEATURES, replace=False)).astype(float))
    if kind == "low-rank":
        mixtures = rng.standard_normal((RANK, features))
        return np.asarray(mixtures.T @ mixtures)
    if kind == "plain":
        return np.eye(features)
    raise ValueError(f"{kind} is none of {', '.join(TRUTHS)}")


def split(tracks: int, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """The tracks that are asked about, and those held out."""
    order = rng.permutation(tracks)
    held_out = round(HELD_OUT * tracks)
    return order[held_out:], order[:held_out]


def questions(tracks: Integers, count: int, rng: np.random.Generator) -> Integers:
    """Three different ones of the tracks at random, (count, 3)."""
    return np.asarray(tracks[np.argsort(rng.random((count, len(tracks))), axis=1)[:, :3]])


def answers(points: Floats, matrix: Floats, asked: Integers, wrong: float, rng: np.random.Generator) -> Integers:
    """The questions (n, 3) answered as (near, near, odd) by the matrix, a share of them wrongly.

    A wrong answer is one of the other two tracks.
    """
    squared = pair_distances(points, matrix, asked)
    odd = squared.argmin(axis=1)
    mistaken = rng.random(len(asked)) < wrong
    odd = np.where(mistaken, (odd + rng.integers(1, 3, len(asked))) % 3, odd)
    return np.asarray(np.take_along_axis(asked, ORDERS[odd], axis=1))


def accuracy(points: Floats, matrix: Floats, triplets: Integers) -> float:
    """The share of triplets (near, near, odd) whose near pair is the closest one by the matrix."""
    return float((pair_distances(points, matrix, triplets).argmin(axis=1) == 2).mean())


def pair_distances(points: Floats, matrix: Floats, tracks: Integers) -> Floats:
    """Squared distances (n, 3) of each pair in three tracks, at the place of the one left out."""
    found = points[tracks]
    pairs = found[:, [1, 0, 0]] - found[:, [2, 2, 1]]
    return np.asarray(np.sum(pairs @ matrix * pairs, axis=2))
