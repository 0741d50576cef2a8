"""Which tracks are versions of one piece."""

from __future__ import annotations

import numpy as np
import pytest

from smartqueue.selection import neighbourhood
from smartqueue.selection.pool import numbered
from smartqueue.versions import pieces
from tests.smartqueue.libraries import library

# Where the two tracks in question stand, and many others, so that nearness has a measure.
OTHERS = np.random.default_rng(0).uniform(0, 100, (200, 3))


def are_one(
    first: str, second: str, *, apart: float = 1.0, artists: tuple[str, str] = ("Can", "Can"), folders: str = "aa"
) -> bool:
    """Whether two titles are one piece, by what they sound like, by whom they are and where they lie."""
    near = neighbourhood(np.vstack([[50.0, 50.0, 50.0], [50.0 + apart, 50.0, 50.0], OTHERS]))
    others = len(OTHERS)
    known = library(
        2 + others,
        titles=[first, second, *(f"Other {n}" for n in range(others))],
        artists=[*artists, *["Neu!"] * others],
        files=[f"/{folder}/{n}.ogg".encode() for n, folder in enumerate(folders)] + [b""] * others,
    )
    found = pieces(known, numbered(known.artists), near)
    return bool(found[0] == found[1])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("celtic", "celtic_fast"),
        ("celtic.ogg", "celtic_fast.opus"),
        ("Weir", "Weir (another take)"),
        ("Yoo Doo Right", "Yoo Doo Right - Live"),
        ("Vitamin C", "vitamin c"),
        ("Halleluhwah [edit]", "Halleluhwah"),
    ],
)
def test_titles_that_begin_alike_and_sound_alike_are_one_piece(first: str, second: str) -> None:
    assert are_one(first, second)
    assert are_one(second, first)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("celtic", "celtica"),
        ("celtic.ogg", "celtica.ogg"),
        ("Part one", "Part two"),
        ("level01", "level01-03"),
        ("Battle", "Battle II"),
    ],
)
def test_other_titles_are_other_pieces_however_alike_they_sound(first: str, second: str) -> None:
    assert not are_one(first, second)


def test_what_sounds_different_is_another_piece_whatever_its_title() -> None:
    assert not are_one("Intro", "Intro", apart=40.0)


def test_what_another_artist_plays_is_another_piece() -> None:
    assert not are_one("Intro", "Intro (live)", artists=("Can", "Neu!"))


def test_where_no_artist_is_named_the_folder_stands_for_one() -> None:
    assert are_one("celtic", "celtic_fast", artists=("", ""))
    assert not are_one("celtic", "celtic_fast", artists=("", ""), folders="ab")


def test_recordings_that_are_there_twice_are_one_piece_with_their_versions() -> None:
    near = neighbourhood(np.vstack([np.full((3, 3), 50.0), OTHERS]))
    titles = ["celtic", "Something else", "celtic_fast", *(f"Other {n}" for n in range(200))]
    recordings = ["1", "1", "2", *(str(3 + n) for n in range(200))]
    found = pieces(library(203, titles=titles, recordings=recordings), np.zeros(203, dtype=np.int32), near)
    assert found[0] == found[1] == found[2]
    assert len(np.unique(found)) == 201


def test_an_empty_library_has_no_pieces() -> None:
    assert not len(pieces(library(0), np.zeros(0, dtype=np.int32), neighbourhood(np.zeros((0, 1)))))
