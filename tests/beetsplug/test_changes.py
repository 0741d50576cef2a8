"""What other beets commands do to the library is followed at once, without another beet analyze."""

from __future__ import annotations

from demonstration.programs import Beets
from smartqueue.database import Database


def items_with_a_track(beets: Beets) -> int:
    with Database(beets.library, beets.music) as database:
        return len(database.tracks.of_items(range(1, 100)))


def test_what_beets_has_removed_is_no_items_track(beets: Beets) -> None:
    beets.run("remove", "-f", "title:Otter Run")
    assert items_with_a_track(beets) == 22


def test_what_beet_update_finds_gone_is_no_items_track(own_beets: Beets) -> None:
    own_beets.run("analyze")
    next(own_beets.music.rglob("*.flac")).unlink()
    own_beets.run("update")
    assert items_with_a_track(own_beets) == 5


def test_what_beets_has_moved_is_found_without_another_analysis(own_beets: Beets) -> None:
    own_beets.run("analyze")
    before = own_beets.run("ls", "-p", "title:Otter Run").stdout
    own_beets.run("move")
    assert own_beets.run("ls", "-p", "title:Otter Run").stdout != before
    assert len(own_beets.run("similar", "title:Otter Run").stdout.splitlines()) == 5


def test_a_library_that_was_never_analysed_is_left_alone(own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "title:Otter Run", "title=Beaver Walk")
    with Database(own_beets.library, own_beets.music) as database:
        assert not database.is_ours
