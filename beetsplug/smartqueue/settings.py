"""What a listener may set of the choice in beets' configuration, and the queries of what is never or always chosen."""

from __future__ import annotations

from typing import Any

from beets.dbcore.query import InvalidQueryError
from beets.exceptions import UserError
from beets.library import Library
from confuse import Subview

from smartqueue.database import Database
from smartqueue.preferences import DEFAULTS as PREFERENCES
from smartqueue.preferences import PreferenceError, Preferences, preferences

PLAYLIST_PATHS = ("absolute", "relative")
DEFAULTS: dict[str, Any] = {**PREFERENCES, "ignore": "", "seasons_except": "", "playlist_paths": PLAYLIST_PATHS[0]}


def wanted(config: Subview) -> Preferences:
    """The listener's preferences; a setting that is not what it may be is one line for the user."""
    try:
        return preferences({name: config[name].get() for name in PREFERENCES})
    except PreferenceError as error:
        raise UserError(f"in beets' configuration, smartqueue: {error}") from error


def has_relative_paths(config: Subview) -> bool:
    """Whether playlists name their tracks from their own folder on."""
    return bool(config["playlist_paths"].as_choice(PLAYLIST_PATHS) == "relative")


def check(config: Subview) -> None:
    """Names a setting of the choice that is not what it may be."""
    wanted(config)
    has_relative_paths(config)


def mark_ignored(lib: Library, database: Database, config: Subview) -> None:
    """Marks what is to be ignored, and what is let through in any season, so that Mopidy's side knows of it, too."""
    database.tracks.ignore(_matching(lib, config, "ignore"))
    database.tracks.let_through(_matching(lib, config, "seasons_except"))


def _matching(lib: Library, config: Subview, name: str) -> set[int]:
    """Ids of the items that match a setting's queries."""
    try:
        queries = [query for query in config[name].as_str_seq(split=False) if query.strip()]
        return {item.id for query in queries for item in lib.items(query) if item.id is not None}
    except InvalidQueryError as error:
        raise UserError(f"in beets' configuration, smartqueue: {name}: {error}") from error
