"""The learned space in two dimensions: a map on which near is near."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection import Neighbourhood

Places = NDArray[np.float64]
Integers = NDArray[np.int64]

# So many of its nearest draw a track.
NEIGHBOURS = 15
# Tracks whose nearest are looked for together, and how many of the others are first told by the nearest of them.
_BLOCK, _TOGETHER = 256, 32
# Steps in which clusters form, by so much stronger attraction, and steps after them.
_EARLY_STEPS, _STEPS, _EXAGGERATION = 125, 250, 12.0
_EARLY_MOMENTUM, _MOMENTUM = 0.5, 0.8
# The mesh's cells are half as wide as the kernel, and there are as many as this along a side before they widen.
_CELL, _MOST_CELLS = 0.5, 1024


def layout(
    near: Neighbourhood, progress: Callable[[float], None] = lambda _: None, random_state: int = 0
) -> NDArray[np.float32]:
    """(tracks, 2) places from -1 to 1 in both directions, wider than high, the same for the same tracks and seed.

    By t-SNE (van der Maaten, Hinton, "Visualizing data using t-SNE", JMLR 2008) over the scaled distances by which
    tracks are chosen, with

    - the same affinity to each of a track's 15 nearest, which does as well as one by perplexity (Böhm, Berens, Kobak,
      "Attraction-repulsion spectrum in neighbor embeddings", JMLR 2022);
    - the two principal components as the start, and a rate that grows with the tracks, so that what is far stays far
      (Kobak, Berens, "The art of using t-SNE for single-cell transcriptomics", Nature Communications 2019);
    - the repulsion of all by all worked out on a mesh, by Fourier transforms, so that a step is linear in the tracks
      (Linderman et al., "Fast interpolation-based t-SNE", Nature Methods 2019).

    progress: told the share that is done, from 0 to 1.
    """
    tracks = len(near.points)
    if tracks < 2:
        return np.zeros((tracks, 2), dtype=np.float32)
    neighbours = _nearest(near, min(NEIGHBOURS, tracks - 1), progress)
    places = _start(near.points, random_state)
    speed, gains = np.zeros_like(places), np.ones_like(places)
    for step in range(_EARLY_STEPS + _STEPS):
        early = step < _EARLY_STEPS
        exaggeration = _EXAGGERATION if early else 1.0
        force = exaggeration * _attraction(places, neighbours) + _repulsion(places)
        # Longer steps where speed and force agree (Jacobs, "Increased rates of convergence", 1988).
        gains = np.maximum(np.where(speed * force > 0, gains + 0.2, gains * 0.8), 0.01)
        speed = (_EARLY_MOMENTUM if early else _MOMENTUM) * speed + tracks / exaggeration * gains * force
        places += speed
        progress(0.5 + (step + 1) / (_EARLY_STEPS + _STEPS) / 2)
    return _framed(places)


def _nearest(near: Neighbourhood, count: int, progress: Callable[[float], None]) -> Integers:
    """(tracks, count) rows of each track's nearest others, in any order; exact."""
    points, squares, roots = near.points, near.squares[:, None], near.roots[:, None] ** 2
    tracks = len(points)
    # |x − y|² / σy, which ranks like the scaled distance from x, is one product of matrices.
    of_all = np.concatenate([-2 * points / roots, 1 / roots, squares / roots], axis=1).T
    columns = -(-tracks // _TOGETHER)
    groups = min(columns, count + 1)
    found = np.empty((tracks, count), dtype=np.int64)
    all_away = np.full((min(tracks, _BLOCK), columns * _TOGETHER), np.inf, dtype=np.float32)
    for begin in range(0, tracks, _BLOCK):
        block = points[begin : begin + _BLOCK]
        size = len(block)
        away = all_away[:size]
        of_block = np.concatenate([block, squares[begin : begin + _BLOCK], np.ones((size, 1), np.float32)], axis=1)
        np.matmul(of_block, of_all, out=away[:, :tracks])
        away[np.arange(size), begin + np.arange(size)] = np.inf
        # The nearest are in the groups whose own nearest are nearest: there are as many groups as are wanted.
        least = away.reshape(size, _TOGETHER, columns).min(axis=1)
        best = np.argpartition(least, groups - 1, axis=1)[:, :groups]
        candidates = (best[:, :, None] + columns * np.arange(_TOGETHER)).reshape(size, -1)
        distances = np.take_along_axis(away, candidates, axis=1)
        chosen = np.argpartition(distances, count - 1, axis=1)[:, :count]
        found[begin : begin + _BLOCK] = np.take_along_axis(candidates, chosen, axis=1)
        progress((begin + size) / tracks / 2)
    return found


def _start(points: NDArray[np.float32], random_state: int) -> Places:
    """(tracks, 2) the principal components, small, and a little apart where points are the same."""
    centred = points - points.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, :-3:-1]
    # A principal axis has no direction: its heaviest part gives it one.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    places = np.zeros((len(points), 2))
    places[:, : axes.shape[1]] = centred @ axes
    places /= max(float(places[:, 0].std()), 1e-9)
    places += np.random.default_rng(random_state).normal(0, 0.01, places.shape)
    return np.asarray(places * 1e-4)


def _attraction(places: Places, neighbours: Integers) -> Places:
    """(tracks, 2) Σ p w (y − x) over the tracks y that are a track's nearest, or whose nearest it is."""
    force = np.empty_like(places)
    away = [places[:, axis][neighbours] - places[:, axis, None] for axis in (0, 1)]
    weights = 1 / (1 + away[0] ** 2 + away[1] ** 2)
    for axis, difference in enumerate(away):
        difference *= weights
        back = np.bincount(neighbours.ravel(), difference.ravel(), minlength=len(places))
        force[:, axis] = difference.sum(axis=1) - back
    return force / (2 * neighbours.size)


def _repulsion(places: Places) -> Places:
    """(tracks, 2) Σ w² (x − y) / Σ w over all other tracks y, with w = 1 / (1 + |x − y|²), on a mesh."""
    low = places.min(axis=0)
    span = float((places - low).max())
    cell = _CELL
    while span / cell > _MOST_CELLS - 2:
        cell *= 2
    cells = 1 << max(4, int(span / cell + 2).bit_length())
    kernels = _kernels(cells, cell)

    # A track is shared out to the four corners of its cell.
    corner, part = np.divmod((places - low) / cell, 1)
    origin = corner[:, 0].astype(np.int64) * cells + corner[:, 1].astype(np.int64)
    rows = origin + np.array([[0], [1], [cells], [cells + 1]])
    first, second = part.T
    shares = np.array([(1 - first) * (1 - second), (1 - first) * second, first * (1 - second), first * second])
    mass = np.bincount(rows.ravel(), shares.ravel(), minlength=cells * cells).reshape(cells, cells)
    waves = np.fft.rfft2(mass.astype(np.float32), s=(2 * cells, 2 * cells))
    total, *force = (
        (np.fft.irfft2(waves * kernel)[:cells, :cells].ravel()[rows] * shares).sum(axis=0) for kernel in kernels
    )
    # What a track adds to itself by way of the corners is not another's.
    between = 1 / (1 + cell**2 * np.array([[0, 1, 1, 2], [1, 0, 2, 1], [1, 2, 0, 1], [2, 1, 1, 0]]))
    own = np.einsum("at,ab,bt->", shares, between, shares)
    return np.stack(force, axis=1) / max(float(total.sum() - own), 1e-9)


@lru_cache(maxsize=2)
def _kernels(cells: int, cell: float) -> tuple[NDArray[np.complex64], ...]:
    """The transforms of w, and of w² (x − y) in both directions, on a mesh twice as wide, so that it has no edges."""
    away = cell * np.fft.fftfreq(2 * cells, 1 / (2 * cells))
    first, second = np.meshgrid(away, away, indexing="ij")
    weights = 1 / (1 + first**2 + second**2)
    fields = (weights, weights**2 * first, weights**2 * second)
    return tuple(np.fft.rfft2(field).astype(np.complex64) for field in fields)


def _framed(places: Places) -> NDArray[np.float32]:
    """Turned so that it is wider than high, and drawn into the frame."""
    centred = places - places.mean(axis=0)
    axes = np.linalg.eigh(centred.T @ centred)[1][:, ::-1]
    # Neither mirrored nor upside down against the start.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), [0, 1]])
    turned = centred @ axes
    turned -= (turned.min(axis=0) + turned.max(axis=0)) / 2
    return np.asarray(turned / max(float(np.abs(turned).max()), 1e-30), dtype=np.float32)
