"""What Mopidy's log says of the library that was loaded."""

from __future__ import annotations

import sqlite3

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.catalogue import Catalogue
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.preferences import Rules

pytestmark = pytest.mark.mopidy

OLDER = "an earlier analysis stays in use"


def loaded(beets: Beets) -> Catalogue:
    places = BeetsPlaces(beets.library, beets.music)
    catalogue = Catalogue(places, Translator(None, beets.music), Complaints(), "default", Rules())
    catalogue.refresh()
    return catalogue


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
