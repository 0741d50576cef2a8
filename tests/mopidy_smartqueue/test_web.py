"""The pages as Mopidy's web server gets them."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from mopidy_smartqueue import web
from smartqueue.preferences import DEFAULTS
from tests.shelves import Shelf

pytestmark = pytest.mark.mopidy


def test_of_all_logs_our_own_alone_is_written_otherwise_for_mopidy_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Shelf(tmp_path).places
    ours = logging.getLogger("smartqueue.web.handler")
    monkeypatch.setattr("mopidy.__version__", "4.0.5")
    monkeypatch.setattr(ours, "filters", [])
    settings = {
        **DEFAULTS,
        "library": places.library,
        "music_directory": places.music_directory,
        "profile": "default",
        "allowed_hosts": (),
        "auto_learn": 20,
    }
    assert web.factory({"smartqueue": settings}, None)
    assert ours.filters
    tornado = [logging.getLogger(f"tornado.{name}") for name in ("access", "application", "general")]
    assert not [logger.name for logger in tornado if logger.filters]
