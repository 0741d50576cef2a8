"""Which player this is."""

from __future__ import annotations

from pathlib import Path

import pytest

from mopidy_smartqueue.identity import player


def test_a_player_keeps_its_name_when_its_machine_gets_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = player(tmp_path, "/var/lib/mopidy")
    monkeypatch.setattr("socket.gethostname", lambda: "another")
    again = player(tmp_path, "/var/lib/mopidy")
    assert again.name == first.name
    assert again.earlier == "another:/var/lib/mopidy"


def test_two_players_of_one_machine_have_two_names(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert player(tmp_path / "one", "/data").name != player(tmp_path / "two", "/data").name


def test_where_no_name_can_be_kept_it_goes_by_that_of_the_machine(tmp_path: Path) -> None:
    found = player(tmp_path / "nowhere", "/data")
    assert found.name == found.earlier
