"""Whose session goes on after a restart, and what the log says of what was loaded."""

from __future__ import annotations

import logging
import sqlite3
import time

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.catalogue import Catalogue
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database
from smartqueue.listening import Play, Player
from smartqueue.preferences import Rules

pytestmark = pytest.mark.mopidy

KITCHEN = Player("the kitchen's own name", "kitchen:/var/lib/mopidy")


def heard(beets: Beets, *listenings: tuple[int, str, str]) -> list[int]:
    """Stores listenings of (row, player, profile); the ids of all tracks."""
    with Database(beets.library, beets.music) as database:
        ids: list[int] = database.vectors.library().ids.tolist()
        for row, player, profile in listenings:
            moment = time.time() - 600 + 60 * row
            database.plays.add(Play(ids[row], player, profile, moment, 60.0, 60.0, "finished"))
    return ids


def loaded(beets: Beets) -> Catalogue:
    places = BeetsPlaces(beets.library, beets.music)
    catalogue = Catalogue(places, Translator(None, beets.music), Complaints(), KITCHEN, "default", Rules())
    catalogue.refresh()
    return catalogue


def kept(beets: Beets) -> list[int]:
    return loaded(beets).session.kept


def test_a_session_goes_on_from_this_players_and_this_profiles_plays_alone(beets: Beets) -> None:
    ids = heard(beets, (0, KITCHEN.name, "default"), (1, "den", "default"), (2, KITCHEN.name, "kim"))
    assert kept(beets) == ids[:1]


def test_a_session_goes_on_from_plays_under_the_players_earlier_name(beets: Beets) -> None:
    ids = heard(beets, (0, "a1b2c3d4e5f6:/var/lib/mopidy", "default"), (1, "den:/home/me", "default"))
    assert kept(beets) == ids[:1]


def test_a_choice_that_ended_with_a_new_analysis_is_logged(beets: Beets, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with Database(beets.library, beets.music) as database:
        database.metrics.pin("default", None)
        with database._connection.transaction() as connection:  # noqa: SLF001 - as an older version left it
            connection.execute("UPDATE smartqueue_pin SET extractor = 'older'")
    kept(beets)
    assert "ended with the new analysis; learning decides again" in caplog.text


OLDER = "an earlier analysis stays in use"


def test_vectors_of_an_older_version_are_told_of_once(beets: Beets, caplog: pytest.LogCaptureFixture) -> None:
    with sqlite3.connect(beets.library) as connection:
        connection.execute("UPDATE smartqueue_track SET extractor = '1'")
        connection.execute("UPDATE smartqueue_schema SET extractor = '1'")
    catalogue = loaded(beets)
    beets.run("modify", "-y", "-W", "-M", "bpm=77")
    catalogue.refresh()
    assert caplog.text.count(OLDER) == 1


def test_nothing_is_told_of_vectors_of_this_version(beets: Beets, caplog: pytest.LogCaptureFixture) -> None:
    loaded(beets)
    assert OLDER not in caplog.text
