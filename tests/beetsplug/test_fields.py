"""What the analysis found, in beets' own fields, and what becomes of it when a later analysis finds something else."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from beets.library import Item as BeetsItem
from beets.library import Library

from beetsplug.smartqueue import SmartqueuePlugin
from beetsplug.smartqueue.fields import fill
from demonstration.programs import Beets
from smartqueue.analysis import carry_out, plan
from smartqueue.database import Database

FIELDS = ("bpm", "initial_key", "loudness")
OLD: dict[str, float | str] = {"bpm": 87.3, "initial_key": "A#", "loudness": -12.345678901234567}
NEW: dict[str, float | str] = {"bpm": 174.6, "initial_key": "Gm", "loudness": -12.5}


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(BeetsItem, "_types", SmartqueuePlugin.item_types)
    return Library(str(tmp_path / "library.db"), str(tmp_path))


def stored(library: Library, **fields: float | str) -> BeetsItem:
    """An item as beets reads it from its database."""
    item = BeetsItem(path=b"/music/a.ogg")
    item.update(fields)
    library.add(item)
    return library.get_item(item.id or 0) or item


def values(library: Library, item: BeetsItem) -> list[object]:
    found = library.get_item(item.id or 0) or item
    return [found.get(name) for name in FIELDS]


def test_empty_fields_are_filled(library: Library) -> None:
    item = stored(library)
    fill(item, NEW, FIELDS)
    assert values(library, item) == [175, "Gm", pytest.approx(-12.5)]


def test_what_an_earlier_analysis_wrote_is_replaced(library: Library) -> None:
    item = stored(library, **OLD)
    fill(item, NEW, FIELDS, [OLD])
    assert values(library, item) == [175, "Gm", pytest.approx(-12.5)]


def test_what_the_listener_changed_is_left(library: Library) -> None:
    item = stored(library, bpm=88, initial_key="Am", loudness=-12.3)
    fill(item, NEW, FIELDS, [OLD])
    assert values(library, item) == [88, "Am", pytest.approx(-12.3)]


def test_a_value_that_is_the_same_once_beets_has_rounded_it_is_replaced(library: Library) -> None:
    item = stored(library, bpm=87)
    fill(item, NEW, ["bpm"], [OLD])
    assert values(library, item)[0] == 175


def test_a_key_that_is_spelled_otherwise_in_beets_is_the_same_key(library: Library) -> None:
    item = stored(library, initial_key="Bb")
    fill(item, NEW, ["initial_key"], [OLD])
    assert values(library, item)[1] == "Gm"


def test_what_is_no_longer_known_is_emptied(library: Library) -> None:
    item = stored(library, **OLD)
    fill(item, {}, FIELDS, [OLD])
    assert values(library, item) == [0, None, None]


def test_what_any_of_the_earlier_analyses_wrote_is_replaced(library: Library) -> None:
    item = stored(library, bpm=90)
    fill(item, NEW, ["bpm"], [OLD, {"bpm": 90.1}])
    assert values(library, item)[0] == 175


def test_a_field_that_is_not_asked_for_is_left(library: Library) -> None:
    item = stored(library, **OLD)
    fill(item, NEW, ["loudness"], [OLD])
    assert values(library, item)[:2] == [87, "A#"]


# beet analyze, over a library that an earlier version has analysed


def tempi(beets: Beets) -> set[str]:
    return set(beets.run("ls", "-f", "$bpm").stdout.split())


def analysed_by_an_earlier_version(beets: Beets) -> Beets:
    """Analyses all, and leaves it as if an earlier version had found other tempi."""
    beets.run("analyze")
    with sqlite3.connect(beets.library) as connection:
        connection.execute("""UPDATE smartqueue_track SET extractor = '1', scalars = '{"bpm": 71.3}'""")
        connection.execute("UPDATE smartqueue_schema SET extractor = '1'")
        connection.execute("UPDATE items SET bpm = 71")
    assert tempi(beets) == {"71"}
    return beets


@pytest.fixture
def upgraded(own_beets: Beets) -> Beets:
    return analysed_by_an_earlier_version(own_beets)


def test_an_upgrade_corrects_what_the_earlier_version_wrote(upgraded: Beets) -> None:
    upgraded.run("analyze")
    assert "71" not in tempi(upgraded)


def test_an_upgrade_leaves_what_the_listener_wrote(upgraded: Beets) -> None:
    upgraded.run("modify", "-y", "-W", "-M", "bpm=77")
    upgraded.run("analyze")
    assert tempi(upgraded) == {"77"}


def test_an_upgrade_by_parts_corrects_all_of_it(upgraded: Beets) -> None:
    upgraded.run("analyze", "title:Otter Run")
    upgraded.run("analyze")
    assert "71" not in tempi(upgraded)


def test_what_another_machine_found_corrects_it_too(upgraded: Beets, tmp_path: Path) -> None:
    other = Beets(tmp_path / "other", upgraded.music)
    other.run("import", "-q", "-A", str(upgraded.music))
    other.run("analyze")
    other.run("analyze", "--export", str(tmp_path / "found"))
    upgraded.run("analyze", "--import", str(tmp_path / "found"))
    assert "71" not in tempi(upgraded)


def test_audio_that_is_known_under_another_name_corrects_it_too(own_beets: Beets) -> None:
    (path,) = own_beets.music.rglob("Otter Run.flac")
    copy = path.with_name("copy.flac")
    shutil.copy(path, copy)
    own_beets.run("import", "-q", "-A", "-s", str(copy))
    beets = analysed_by_an_earlier_version(own_beets)
    beets.run("analyze", f"path:{path}")
    assert "0 analysed, 1 up to date" in beets.run("analyze", f"path:{copy}").stdout
    assert "71" not in beets.run("ls", "-f", "$bpm", "title:Otter Run").stdout.split()


def test_a_file_that_fails_keeps_its_fields_and_has_them_corrected_once_it_is_whole(upgraded: Beets) -> None:
    (path,) = upgraded.music.rglob("Otter Run.flac")
    whole = path.read_bytes()
    path.write_bytes(b"no music")
    upgraded.run("analyze")
    assert upgraded.run("ls", "-f", "$bpm", "title:Otter Run").stdout.strip() == "71"
    path.write_bytes(whole)
    upgraded.run("analyze")
    assert upgraded.run("ls", "-f", "$bpm", "title:Otter Run").stdout.strip() != "71"


def test_a_run_that_ends_before_fields_are_filled_does_the_track_again(upgraded: Beets) -> None:
    with Database(upgraded.library, upgraded.music) as database:
        items = database.tracks.items(range(100))
        results = carry_out(plan(items, database.tracks.of_items([item.id for item in items])), database, jobs=1)
        next(results)
        results.close()
        assert len(plan(items, database.tracks.of_items([item.id for item in items])).tasks) == len(items)
    upgraded.run("analyze")
    assert "71" not in tempi(upgraded)


def test_an_upgrade_says_what_it_costs(upgraded: Beets) -> None:
    told = upgraded.run("analyze").stdout
    assert "analyses music anew" in told
    assert "stays in use until every track is done" in told


def test_without_an_upgrade_nothing_is_said_of_its_cost(own_beets: Beets) -> None:
    assert "anew" not in own_beets.run("analyze").stdout
