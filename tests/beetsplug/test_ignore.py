"""The setting `ignore`: what is never chosen, kept where Mopidy's side sees it."""

from __future__ import annotations

from datetime import date

from demonstration.programs import Beets
from smartqueue.database import Database


def ignoring(beets: Beets, *queries: str) -> Beets:
    """The same library, with the setting as a list, or as one text where there is one query."""
    return Beets(beets.folder, beets.music, {"smartqueue": {"ignore": queries[0] if len(queries) == 1 else [*queries]}})


def ignored(beets: Beets) -> set[str]:
    """The artists of the tracks that are marked."""
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
    return {artist for artist, mark in zip(library.artists, library.ignored, strict=True) if mark}


def version(beets: Beets) -> object:
    with Database(beets.library, beets.music) as database:
        return database.version("default")


def test_what_is_ignored_is_not_in_mixes_nor_in_lists_of_what_is_similar(beets: Beets) -> None:
    beets = ignoring(beets, "artist:brass")
    assert "Brass Assembly" not in beets.run("mix", "-f", "$artist", "title:=Weir").stdout
    assert "Brass Assembly" not in beets.run("similar", "-n", "50", "-f", "$artist", "title:=Weir").stdout


def test_what_is_ignored_can_be_what_a_mix_begins_with(beets: Beets) -> None:
    artists = ignoring(beets, "artist:brass").run("mix", "-f", "$artist", "title:=Tin Hats").stdout.splitlines()
    assert artists[0] == "Brass Assembly"
    assert "Brass Assembly" not in artists[1:]


def test_several_queries_are_ignored_together(beets: Beets) -> None:
    ignoring(beets, "artist:brass", "artist:'vesper choir'").run("analyze")
    assert ignored(beets) == {"Brass Assembly", "Vesper Choir"}


def test_analysing_marks_what_is_new(own_beets: Beets) -> None:
    ignoring(own_beets, "artist:brass").run("analyze")
    assert ignored(own_beets) == {"Brass Assembly"}


def test_what_another_command_changes_is_followed_at_its_end(beets: Beets) -> None:
    beets = ignoring(beets, "genres:speech")
    beets.run("analyze")
    assert ignored(beets) == set()
    beets.run("modify", "-y", "-W", "-M", "artist:vesper", "genres=speech")
    assert ignored(beets) == {"Vesper Choir"}


def test_what_is_ignored_no_more_is_free_again(beets: Beets) -> None:
    ignoring(beets, "artist:brass").run("analyze")
    ignoring(beets, "").run("mix", "title:=Weir")
    assert ignored(beets) == set()


def test_a_player_notices_when_the_marks_change_and_only_then(beets: Beets) -> None:
    before = version(beets)
    ignoring(beets, "artist:brass").run("mix", "title:=Weir")
    marked = version(beets)
    assert marked != before
    beets.run("mix", "title:=Weir")
    assert version(beets) == marked


def test_what_is_excepted_is_let_through_in_any_season(beets: Beets) -> None:
    days = "02-28..02-29" if date.today().month != 2 else "08-01..08-02"  # noqa: DTZ011 - the listener's day
    settings = {"seasons": [f"{days} tin"]}
    found = Beets(beets.folder, beets.music, {"smartqueue": settings}).run(
        "mix", "-n", "500", "-f", "$title", "title:=Weir"
    )
    assert "Tin Hats" not in found.stdout
    settings["seasons_except"] = ["title:hats"]
    found = Beets(beets.folder, beets.music, {"smartqueue": settings}).run(
        "mix", "-n", "500", "-f", "$title", "title:=Weir"
    )
    assert "Tin Hats" in found.stdout
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
    marked = {title for title, mark in zip(library.titles, library.in_any_season, strict=True) if mark}
    assert marked == {"Tin Hats", "Tin Hats (another take)"}


def test_an_exception_that_cannot_be_read_is_named(beets: Beets) -> None:
    wrong = Beets(beets.folder, beets.music, {"smartqueue": {"seasons_except": "artist:'brass"}})
    done = wrong.run("smartqueue", check=False)
    assert done.returncode == 1
    assert "in beets' configuration, smartqueue: seasons_except: " in done.stderr


def test_a_query_that_cannot_be_read_is_named(beets: Beets) -> None:
    done = ignoring(beets, "artist:'brass").run("mix", "title:=Weir", check=False)
    assert done.returncode == 1
    assert "in beets' configuration, smartqueue: ignore: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_that_cannot_be_read_does_not_hold_up_other_commands(beets: Beets) -> None:
    done = ignoring(beets, "year:noyear").run("modify", "-y", "-W", "-M", "title:=Weir", "year=1999")
    assert "smartqueue: ignore: " in done.stderr
    assert beets.run("ls", "-f", "$year", "title:=Weir").stdout.strip() == "1999"
