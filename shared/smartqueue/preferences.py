"""What a listener may ask of the choice: each setting's name, range and default, the same for beets and for Mopidy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from smartqueue.ranges import RANGES
from smartqueue.seasons import SEASONS, Season, season
from smartqueue.selection import Taste, Windows


@dataclass(frozen=True)
class Rules:
    """What is never chosen: shorter or longer than so many seconds (0 for no limit), by genre, and out of season.

    genres, not_genres: patterns with * and ?; without any of the first, all genres are allowed.
    """

    shortest: float = 0.0
    longest: float = 0.0
    genres: tuple[str, ...] = ()
    not_genres: tuple[str, ...] = ()
    seasons: tuple[Season, ...] = ()


@dataclass(frozen=True)
class Preferences:
    """All of it."""

    taste: Taste = field(default_factory=Taste)
    windows: Windows = field(default_factory=Windows)
    rules: Rules = field(default_factory=Rules)


DEFAULTS: dict[str, Any] = {
    **vars(Taste()),
    **{f"{name}_window": value for name, value in vars(Windows()).items()},
    "shortest": 0,
    "longest": 0,
    "genres": (),
    "not_genres": (),
    "seasons": SEASONS,
}


class PreferenceError(ValueError):
    """A setting is not what it may be; the text names it and says what it may be."""


def preferences(settings: Mapping[str, Any]) -> Preferences:
    """From settings by the names in DEFAULTS, all of which must be there. Raises PreferenceError."""
    numbers = {name: _number(name, settings[name]) for name in RANGES}
    if numbers["longest"] and numbers["longest"] < numbers["shortest"]:
        raise PreferenceError("longest must not be below shortest: no track is both")
    return Preferences(
        Taste(**{one.name: numbers[one.name] for one in fields(Taste)}),
        Windows(**{one.name: int(numbers[f"{one.name}_window"]) for one in fields(Windows)}),
        Rules(
            numbers["shortest"],
            numbers["longest"],
            _texts("genres", settings["genres"]),
            _texts("not_genres", settings["not_genres"]),
            tuple(_season(text) for text in _texts("seasons", settings["seasons"])),
        ),
    )


def _number(name: str, value: object) -> float:
    low, high = RANGES[name]
    kind = "a whole number" if name.endswith("_window") else "a number"
    try:
        number = float(str(value))
    except ValueError:
        number = float("nan")
    if isinstance(value, bool) or not low <= number <= high or (kind == "a whole number" and number % 1):
        raise PreferenceError(f"{name} must be {kind} from {low:g} to {high:g}, not {value!r}")
    return number


def _texts(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(text.strip() for text in value.split(",") if text.strip())
    if not isinstance(value, Sequence) or not all(isinstance(text, str) for text in value):
        raise PreferenceError(f"{name} must be a list of texts, not {value!r}")
    return tuple(value)


def _season(text: str) -> Season:
    try:
        return season(text)
    except ValueError as error:
        raise PreferenceError(f"seasons must be like '12-01..12-26 christmas xmas noel+', not {text!r}") from error
