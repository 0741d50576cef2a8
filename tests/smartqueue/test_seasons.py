"""Which music is of a season that it is not."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from smartqueue.database import Library
from smartqueue.preferences import DEFAULTS, preferences
from smartqueue.seasons import Season, out_of_season
from tests.smartqueue.libraries import library

SUMMER, CHRISTMAS, HALLOWEEN = date(2026, 7, 1), date(2026, 12, 24), date(2026, 10, 31)
CHRISTMAS_GIFT = "A Christmas Gift for You From Phil Spector"
GALLAGHER = "Noel Gallagher’s High Flying Birds"

# In July: title, album, artist, genre, types of the album.
OUT = [
    ("Last Christmas", "Music From the Edge of Heaven", "Wham!", "Pop", "album"),
    ("Sleigh Ride", CHRISTMAS_GIFT, "The Ronettes", "", "album; compilation"),
    ("White Christmas", CHRISTMAS_GIFT, "Darlene Love", "Pop", "album"),
    ("All I Want for Christmas Is You", "Merry Christmas", "Mariah Carey", "Pop", "album"),
    ("Jingle Bell Rock", "Rockin’ Favorites", "Bobby Helms", "Rock", "album"),
    ("Jingle Bells", "The Essential Glenn Miller", "Glenn Miller", "Swing", "album; compilation"),
    ("Santa Claus Is Comin’ to Town", "In Harmony 2", "Bruce Springsteen", "Rock", "album"),
    ("Father Christmas", "Come Dancing With the Kinks", "The Kinks", "Rock", "album; compilation"),
    ("Driving Home for Christmas", "The Very Best of Chris Rea", "Chris Rea", "Rock", "album"),
    ("Happy Xmas (War Is Over)", "Shaved Fish", "John Lennon", "Rock", "album; compilation"),
    ("Merry Xmas Everybody", "Sladest", "Slade", "Glam Rock", "album; compilation"),
    ("Skating", "A Charlie Brown Christmas", "Vince Guaraldi Trio", "Jazz", "album"),
    ("O Tannenbaum", "A Charlie Brown Christmas", "Vince Guaraldi Trio", "Jazz; Christmas", "album; soundtrack"),
    ("Blue Christmas", "Elvis’ Christmas Album", "Elvis Presley", "Rock", "album"),
    ("Stille Nacht", "Weihnachten mit Heintje", "Heintje", "Schlager", "album"),
    ("In der Weihnachtsbäckerei", "Winterkinder", "Rolf Zuckowski", "", "album"),
    ("Jauchzet, frohlocket", "Weihnachtsoratorium BWV 248", "Johann Sebastian Bach", "Classical", "album"),
    ("Feliz Navidad", "Feliz Navidad", "José Feliciano", "Latin", "album"),
    ("Petit Papa Noël", "Ses plus grands succès", "Tino Rossi", "Chanson", "album; compilation"),
    ("Silent Night", "Noël", "Josh Groban", "Christmas", "album"),
    ("Winter Song", "Winter Songs", "Sara Bareilles", "Holiday, Christmas Music", "compilation"),
    ("Candy Cane Lane", "Everyday Is Christmas", "Sia", "Pop", "album"),
    ("Carol of the Bells", "A Pentatonix Christmas", "Pentatonix", "A cappella", "album"),
    ("Wizards in Winter", "The Lost Christmas Eve", "Trans-Siberian Orchestra", "Rock", "album"),
    ("Christmas Song", "Remember Two Things", "Dave Matthews Band", "Rock", "album; live"),
    ("Thriller", "Halloween Hits", "Michael Jackson", "Pop", "album; compilation"),
    ("Every Day Is Halloween", "Twelve Inch Singles", "Ministry", "Industrial", "album; compilation"),
    ("Halloween", "Keeper of the Seven Keys, Part I", "Helloween", "Metal", "album"),
]
IN = [
    ("Everybody’s on the Run", GALLAGHER, GALLAGHER, "Rock", "album"),
    ("In the Heat of the Moment", "Chasing Yesterday", GALLAGHER, "Rock", "album"),
    ("Silent Morning", "Noel", "Noel", "Freestyle", "album"),
    ("Jingle Jangle", "Jingle Jangle", "The Archies", "Pop", "album"),
    ("Jingle Jangle Jingle", "The Old Professor", "Kay Kyser", "Swing", "album"),
    ("Fairytale of New York", "If I Should Fall From Grace With God", "The Pogues", "Folk", "album"),
    ("2000 Miles", "Learning to Crawl", "Pretenders", "Rock", "album"),
    ("River", "Blue", "Joni Mitchell", "Folk", "album"),
    ("Hells Bells", "Back in Black", "AC/DC", "Rock", "album"),
    ("Tubular Bells, Part One", "Tubular Bells", "Mike Oldfield", "Rock", "album"),
    ("Santa Monica", "Sparkle and Fade", "Everclear", "Rock", "album"),
    ("Rill Rill", "Treats", "Sleigh Bells", "Pop", "album"),
    ("Papa Was a Rollin’ Stone", "All Directions", "The Temptations", "Soul", "album"),
    ("Monster Mash", "The Original Monster Mash", "Bobby “Boris” Pickett", "Pop", "album"),
    ("Des Moines", "Halloween, Alaska", "Halloween, Alaska", "Rock", "album"),
    ("Main Title", "Halloween: Original Motion Picture Soundtrack", "John Carpenter", "", ""),
    ("Laurie’s Theme", "Halloween", "John Carpenter", "Electronic", "album; soundtrack"),
    ("The Shape Stalks", "Halloween", "John Carpenter", "Soundtrack", "album"),
    ("Halloween Theme", "Halloween Ends (Original Score)", "John Carpenter", "", "album"),
    ("This Is Halloween", "The Nightmare Before Christmas", "Danny Elfman", "", "album; soundtrack"),
    ("Christmas Is All Around", "Love Actually: The Original Soundtrack", "Billy Mack", "Pop", ""),
    ("Merry Christmas Mr. Lawrence", "Merry Christmas Mr. Lawrence", "Ryuichi Sakamoto", "Film Score", "album"),
    ("Stupid Kids", "In Excelsior Dayglo", "Christmas", "Rock", "album"),
    ("Noelle’s Eye", "Noelle", "Noelle Micarelli", "Jazz", "album"),
]


def track(title: str, album: str = "", artist: str = "", genre: str = "", types: str = "") -> Library:
    """A library of one track, in which an album of its artist's name is one, as in beets."""
    return library(
        1,
        titles=[title],
        album_names=[album],
        artists=[artist],
        genres=[genre],
        album_types=[types],
        eponymous=np.array([album != "" and album == artist]),
    )


def seasons(*texts: str) -> tuple[Season, ...]:
    settings: dict[str, Any] = {"seasons": list(texts)} if texts else {}
    return preferences({**DEFAULTS, **settings}).rules.seasons


def is_out(one: Library, today: date = SUMMER, *texts: str) -> bool:
    (out,) = out_of_season(one, seasons(*texts), today)
    return bool(out)


def test_the_table_has_fifty_tracks() -> None:
    assert len(OUT) + len(IN) >= 50


@pytest.mark.parametrize("told", OUT, ids=lambda told: told[0])
def test_music_of_a_season_is_out_of_it_in_july(told: tuple[str, ...]) -> None:
    assert is_out(track(*told))


@pytest.mark.parametrize("told", IN, ids=lambda told: told[0])
def test_music_that_only_has_a_seasons_words_is_for_all_year(told: tuple[str, ...]) -> None:
    assert not is_out(track(*told))


@pytest.mark.parametrize("told", [*OUT, *IN], ids=lambda told: told[0])
def test_nothing_is_out_of_a_season_that_it_is(told: tuple[str, ...]) -> None:
    assert not is_out(track(*told), HALLOWEEN if "alloween" in f"{told[0]}{told[1]}" else CHRISTMAS)


def test_a_word_in_the_artists_name_does_not_count_in_a_title() -> None:
    assert not is_out(track("Christmas Again", artist="The Christmas Band"))
    assert is_out(track("Xmas Again", artist="The Christmas Band"))


@pytest.mark.parametrize("title", ["christmas_theme.ogg", "XMAS", "Christmas", "X-Mas"])
def test_a_word_is_found_in_any_case_and_in_names_of_files(title: str) -> None:
    assert is_out(track(title))


def test_a_word_that_needs_another_one_is_not_enough_by_itself() -> None:
    season = "12-01..12-26 noel+ bells+"
    assert not is_out(track("Noel, Noel"), SUMMER, season)
    assert is_out(track("Noel Bells"), SUMMER, season)


def test_a_words_wildcards_stand_for_letters() -> None:
    assert is_out(track("Weihnachtslied"), SUMMER, "12-01..12-26 weihnacht*")
    assert not is_out(track("Weihnachtslied"), SUMMER, "12-01..12-26 weihnacht?")


def test_of_many_tracks_those_with_the_word_are_out() -> None:
    many = library(5, titles=["Weir", "Silent Night of Christmas", "ẞ İ Noelle", "Noelle\nChristmas", "Christmas"])
    assert out_of_season(many, seasons(), SUMMER).tolist() == [False, True, False, True, True]
