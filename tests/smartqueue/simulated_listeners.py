"""Simulated listeners: tracks with features in groups, and answers of a hidden distance, some of them wrong."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Listener:
    """Tracks, the features' groups, what the listener weighs, and the answers (near, near, odd)."""

    vectors: NDArray[np.float64]
    groups: NDArray[np.int64]
    truth: NDArray[np.float64]
    triplets: NDArray[np.int64]


def listener(kind: str, answers: int, *, features: int = 12, wrong: float = 0.15, seed: int = 0) -> Listener:
    """A listener whose truth is plain, one group, some features, or of low rank; permuted answers at random."""
    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((200, features))
    groups = np.repeat(np.arange(4), features // 4)
    truth = {
        "plain": np.eye(features),
        "permuted": np.eye(features),
        "group": np.diag((groups == 0).astype(float)),
        "features": np.diag((np.arange(features) % 5 == 0).astype(float)),
        "low-rank": rng.standard_normal((2, features)),
    }[kind]
    tracks = np.argsort(rng.random((answers, 200)), axis=1)[:, :3]
    embedded = (vectors @ truth.T)[tracks]
    apart = np.linalg.norm(embedded[:, [1, 0, 0]] - embedded[:, [2, 2, 1]], axis=2)
    odd = apart.argmin(axis=1)
    mistaken = rng.random(answers) < (1.0 if kind == "permuted" else wrong)
    odd = np.where(mistaken, rng.integers(0, 3, answers), odd)
    order = np.array([[1, 2, 0], [0, 2, 1], [0, 1, 2]])[odd]
    return Listener(vectors, groups, truth.T @ truth, np.take_along_axis(tracks, order, axis=1))
