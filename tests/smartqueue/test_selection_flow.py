"""The circles of tempo octaves and of fifths, and cliffs of energy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.selection.flow import KEYS, UNKNOWN_KEY, energy_leap, key_place, key_steps, tempo_leap

tempi = st.floats(30, 300)
places = st.integers(0, 11)


@given(tempi, tempi, st.integers(-2, 2))
def test_an_octave_of_tempo_changes_no_leap(first: float, second: float, octaves: int) -> None:
    assert tempo_leap(first, second * 2.0**octaves) == pytest.approx(tempo_leap(first, second), abs=1e-9)


@given(tempi, tempi)
def test_a_leap_of_tempo_is_as_far_back_and_at_most_half_an_octave(first: float, second: float) -> None:
    assert tempo_leap(first, second) == pytest.approx(tempo_leap(second, first))
    assert 0 <= tempo_leap(first, second) <= 0.5


@given(tempi, tempi, tempi)
def test_the_leap_of_two_tempi_is_no_longer_than_by_way_of_a_third(one: float, two: float, three: float) -> None:
    assert tempo_leap(one, three) <= tempo_leap(one, two) + tempo_leap(two, three) + 1e-9


def test_100_to_141_bpm_is_far() -> None:
    assert tempo_leap(100, 141) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("unknown", [0.0, np.nan])
def test_an_unknown_tempo_is_as_far_as_tempi_are_on_average(unknown: float) -> None:
    assert tempo_leap(100, unknown) == tempo_leap(unknown, 100) == 0.25


@given(places, places, places)
def test_turning_the_circle_of_fifths_changes_no_steps(first: int, second: int, turn: int) -> None:
    assert key_steps((first + turn) % 12, (second + turn) % 12) == key_steps(first, second)


@given(places, places)
def test_steps_on_the_circle_are_as_many_back_and_at_most_six(first: int, second: int) -> None:
    assert key_steps(first, second) == key_steps(second, first) <= 6


@given(places)
def test_the_next_fifth_is_one_step(place: int) -> None:
    assert key_steps(place, (place + 1) % 12) == 1


def test_an_unknown_key_is_as_far_as_keys_are_on_average() -> None:
    assert key_steps(UNKNOWN_KEY, 4) == key_steps(4, UNKNOWN_KEY) == 3


@pytest.mark.parametrize(("minor", "major"), [("Am", "C"), ("Em", "G"), ("F#m", "A"), ("C#m", "E"), ("Bbm", "Db")])
def test_a_minor_key_stands_where_its_relative_major_does(minor: str, major: str) -> None:
    assert key_place(minor) == key_place(major) != UNKNOWN_KEY


def test_keys_stand_in_fifths() -> None:
    assert [key_place(key) for key in KEYS] == list(range(12))


@pytest.mark.parametrize(
    ("one", "same"), [("C#", "Db"), ("a", "A"), ("A minor", "Am"), ("AMIN", "Am"), ("g♯ min", "Abm")]
)
def test_keys_are_read_as_people_write_them(one: str, same: str) -> None:
    assert key_place(one) == key_place(same) != UNKNOWN_KEY


@given(st.text())
def test_no_text_is_more_than_a_place_or_unknown(text: str) -> None:
    assert UNKNOWN_KEY <= key_place(text) < 12


@pytest.mark.parametrize("nothing", ["", "atonal", "H", "8B and more", "o"])
def test_what_is_no_key_is_unknown(nothing: str) -> None:
    assert key_place(nothing) == UNKNOWN_KEY


def test_a_cliff_of_energy_is_louder_and_denser() -> None:
    assert energy_leap(-20, -20, 1, 1) == 0
    assert 0 < energy_leap(-20, -14, 1, 1) < energy_leap(-20, -14, 1, 2) < energy_leap(-30, 0, 0, 5) == 1
