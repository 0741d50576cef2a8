"""What plays next, and what gives way before nothing is left."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.selection import Choice, choose, nearest

# Tracks on a line: the row is the place, so that near is near.
LINE = np.arange(6, dtype=np.float32)[:, None]


def chosen(
    seed: int, *, never: tuple[int, ...] = (), heard: tuple[int, ...] = (), skipped: tuple[int, ...] = ()
) -> list[Choice]:
    """Choices on the line; heard names rows from the oldest to the latest."""
    lately = np.full(len(LINE), -1)
    for since, row in enumerate(reversed(heard)):
        lately[row] = since
    return list(choose(LINE, seed, never=mask(never), lately=lately, skipped=mask(skipped)))


def mask(rows: tuple[int, ...]) -> np.ndarray:
    return np.isin(np.arange(len(LINE)), rows)


def rows(choices: list[Choice]) -> list[int]:
    return [choice.row for choice in choices]


def test_the_nearest_come_first() -> None:
    assert rows(nearest(LINE, 0)) == [1, 2, 3, 4, 5]


def test_a_track_is_not_its_own_neighbour() -> None:
    assert 2 not in rows(nearest(LINE, 2))


def test_what_must_never_be_chosen_is_not() -> None:
    assert rows(chosen(0, never=(0, 1, 3))) == [2, 4, 5]


def test_what_was_heard_lately_comes_after_all_else() -> None:
    assert rows(chosen(0, never=(0,), heard=(1, 2)))[:3] == [3, 4, 5]


def test_of_what_was_heard_lately_the_longest_ago_comes_first() -> None:
    assert rows(chosen(0, never=(0,), heard=(5, 4, 1, 2)))[1:3] == [4, 5]


def test_a_skipped_track_comes_after_one_that_was_heard() -> None:
    assert rows(chosen(0, never=(0,), heard=(2, 1), skipped=(1,)))[-2:] == [2, 1]


def test_a_choice_says_which_rule_had_to_give_way() -> None:
    choices = chosen(0, never=(0, 3, 4, 5), heard=(1,), skipped=(2,))
    assert [choice.relaxed for choice in choices] == ["heard lately", "skipped lately"]


def test_the_only_track_there_is_may_follow_itself() -> None:
    alone = np.zeros((1, 1), dtype=np.float32)
    nothing = np.zeros(1, dtype=bool)
    choices = list(choose(alone, 0, never=nothing, lately=np.array([0]), skipped=nothing))
    assert [choice.row for choice in choices] == [0]


@given(st.data())
def test_everything_that_may_be_chosen_is_offered_once(data: st.DataObject) -> None:
    some = st.lists(st.integers(0, 5), unique=True).map(tuple)
    never, heard, skipped = data.draw(some), data.draw(some), data.draw(some)
    offered = rows(chosen(0, never=never, heard=heard, skipped=skipped))
    assert sorted(offered) == sorted(set(range(6)) - set(never))
