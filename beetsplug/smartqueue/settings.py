"""What may be set in beets' configuration: each setting as the commands use it, and what is wrong with one in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from beets.dbcore.query import InvalidQueryError
from beets.exceptions import UserError
from beets.library import Item, Library, parse_query_string
from confuse import Subview

from beetsplug.smartqueue.fields import FIELDS
from smartqueue.database import Database
from smartqueue.names import check_host, check_profile
from smartqueue.preferences import DEFAULTS as PREFERENCES
from smartqueue.preferences import Preferences, preferences

PLAYLIST_PATHS = ("absolute", "relative")
DEFAULTS: dict[str, Any] = {**PREFERENCES, "ignore": "", "seasons_except": "", "playlist_paths": PLAYLIST_PATHS[0]}


def wanted(config: Subview) -> Preferences:
    """The listener's preferences; a setting that is not what it may be is one line for the user, here and below."""
    with _named():
        return preferences({name: config[name].get() for name in PREFERENCES})


def has_relative_paths(config: Subview) -> bool:
    """Whether playlists name their tracks from their own folder on."""
    return bool(config["playlist_paths"].as_choice(PLAYLIST_PATHS) == "relative")


def is_automatic(config: Subview) -> bool:
    """Whether what is imported is analysed."""
    found = config["auto"].get()
    if not isinstance(found, bool):
        raise _wrong(f"auto must be yes or no, not {found!r}")
    return found


def jobs(config: Subview) -> int:
    """How many files to analyse at the same time."""
    found = int(config["jobs"].get(int))
    if found < 1:
        raise _wrong(f"jobs must be 1 or more, not {found}")
    return found


def fields(config: Subview) -> list[str]:
    """Which of beets' fields to fill."""
    found: list[str] = config["fields"].as_str_seq()
    unknown = [name for name in found if name not in FIELDS]
    if unknown:
        raise _wrong(f"fields must be some of {', '.join(FIELDS[:-1])} and {FIELDS[-1]}, not {unknown[0]!r}")
    return found


def profile(config: Subview, given: str | None = None) -> str:
    """Whose metric and answers it is about: the listener given as an option, else the one who is set."""
    if given is not None:
        try:
            check_profile(given)
        except ValueError as error:
            raise UserError(f"--profile {error}") from error
        return given
    found: str = config["profile"].as_str()
    with _named("profile "):
        check_profile(found)
    return found


@dataclass(frozen=True)
class SurveySettings:
    """Where the survey's pages are served, who may ask for them, and what plays songs in a terminal."""

    host: str
    port: int
    allowed_hosts: list[str]
    player: str


def survey(config: Subview) -> SurveySettings:
    """How the survey is set up."""
    part = config["survey"]
    found = SurveySettings(
        part["host"].as_str(), part["port"].get(int), part["allowed_hosts"].as_str_seq(), part["player"].as_str()
    )
    with _named("survey: host "):
        check_host(found.host)
    if not 0 <= found.port < 65536:
        raise _wrong(f"survey: port must be from 0 to 65535, not {found.port}")
    with _named("survey: allowed_hosts "):
        for host in found.allowed_hosts:
            check_host(host)
    return found


def check(config: Subview) -> None:
    """Names a setting that is not what it may be."""
    for setting in (wanted, has_relative_paths, is_automatic, jobs, fields, profile, survey, _every_query):
        setting(config)


def mark_ignored(lib: Library, database: Database, config: Subview) -> None:
    """Marks the tracks that are ignored, and those let through in any season, so that Mopidy's side knows, too."""
    database.tracks.ignore(_matching(lib, config, "ignore"))
    database.tracks.let_through(_matching(lib, config, "seasons_except"))


def _matching(lib: Library, config: Subview, name: str) -> set[int]:
    """Ids of the items that match a setting's queries."""
    return {item.id for query in _queries(config, name) for item in lib.items(query) if item.id is not None}


def _every_query(config: Subview) -> list[str]:
    """The queries of all settings that hold some."""
    return [*_queries(config, "ignore"), *_queries(config, "seasons_except")]


def _queries(config: Subview, name: str) -> list[str]:
    """A setting's queries, each of which beets can read."""
    queries = [query for query in config[name].as_str_seq(split=False) if query.strip()]
    for query in queries:
        with _named(f"{name}: "):
            parse_query_string(query, Item)
    return queries


@contextlib.contextmanager
def _named(setting: str = "") -> Iterator[None]:
    """Says of which setting an error tells."""
    try:
        yield
    except (InvalidQueryError, ValueError) as error:
        raise _wrong(f"{setting}{error}") from error


def _wrong(words: str) -> UserError:
    return UserError(f"in beets' configuration, smartqueue: {words}")
