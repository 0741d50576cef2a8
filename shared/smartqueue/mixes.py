"""The mixes that a listener can ask for by name: what each is near to, and among what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smartqueue.candidates import Candidates
from smartqueue.preferences import Preferences
from smartqueue.selection import Context, Past, Pool
from smartqueue.selection.mix import mix
from smartqueue.selection.pool import NOBODY

LENGTH = 20
# The share of tracks, those not heard for longest, that "long unheard" is made of.
_UNHEARD = 0.25


@dataclass(frozen=True)
class Situation:
    """Where the listener is, as rows: what plays, or played last, None in silence; and what was kept and heard lately.

    The oldest come first.
    """

    playing: int | None
    kept: tuple[int, ...]
    past: Past


def like_what_is_playing(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:
    """Near to the track that plays."""
    if now.playing is None:
        return surprise_me(among, now, generator)
    if among.pool.brief[now.playing] and now.kept:
        return like_my_last_ten(among, now, generator)
    return among.pool, Context([now.playing], last=now.playing)


def like_my_last_ten(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:
    """Near to the last ten that were kept, all alike."""
    if not now.kept:
        return like_what_is_playing(among, now, generator)
    return among.pool, Context(now.kept[-10:], last=now.playing)


def like_this_album(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:
    """Near to the album of the track that plays, and not of it."""
    if now.playing is None or among.pool.albums[now.playing] == NOBODY:
        return like_what_is_playing(among, now, generator)
    own = among.pool.albums == among.pool.albums[now.playing]
    seeds = np.flatnonzero(own)[:LENGTH].tolist()
    return replace(among.pool, barred=among.pool.barred | own), Context(seeds, last=now.playing)


def something_else(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:
    """Near to a track drawn from the further half of the library."""
    if now.playing is None:
        return surprise_me(among, now, generator)
    away = among.pool.near.distances(slice(None), [now.playing])[:, 0]
    return among.pool, Context([_drawn(among.pool, away >= np.median(away), generator)], away=[now.playing])


def long_unheard(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:
    """Of what was not heard for longest, near to the track that plays, if one does."""
    heard = among.library.heard
    forgotten = heard <= np.quantile(heard, _UNHEARD)
    pool = replace(among.pool, barred=among.pool.barred | ~forgotten)
    seed = _drawn(pool, forgotten, generator) if now.playing is None else now.playing
    return pool, Context([seed], last=now.playing)


def surprise_me(among: Candidates, now: Situation, generator: np.random.Generator) -> tuple[Pool, Context]:  # noqa: ARG001 - as all others
    """Near to any track."""
    return among.pool, Context([_drawn(among.pool, np.ones(len(among.pool), dtype=bool), generator)])


MIXES: dict[str, Callable[[Candidates, Situation, np.random.Generator], tuple[Pool, Context]]] = {
    "like what is playing": like_what_is_playing,
    "like my last ten": like_my_last_ten,
    "like this album": like_this_album,
    "something else": something_else,
    "long unheard": long_unheard,
    "surprise me": surprise_me,
}


def made(
    name: str, among: Candidates, now: Situation, preferences: Preferences, generator: np.random.Generator
) -> list[int]:
    """The rows of the mix of that name in MIXES; fewer than LENGTH, or none, where there are no more."""
    if among.pool.barred.all():
        return []
    pool, context = MIXES[name](among, now, generator)
    chosen = mix(
        pool,
        context,
        now.past,
        windows=preferences.windows,
        taste=preferences.taste,
        generator=generator,
        is_enough=lambda so_far: len(so_far) >= LENGTH,
    )
    # The track that a mix is made around stands for it where nothing plays.
    alone = [seed for seed in context.seeds if context.last is None and not pool.barred[seed]]
    return [*alone[:1], *(choice.row for choice in chosen if choice.row not in alone[:1])][:LENGTH]


def _drawn(pool: Pool, some: NDArray[np.bool_], generator: np.random.Generator) -> int:
    """Any of some tracks that are neither barred nor too short; of all that are not barred where those all are."""
    allowed = np.flatnonzero(some & ~pool.barred & ~pool.brief)
    return int(generator.choice(allowed if len(allowed) else np.flatnonzero(~pool.barred)))
