"""Between Mopidy's URIs and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopidy_smartqueue.translator import Translator

pytestmark = pytest.mark.mopidy

TRANSLATOR = Translator("/srv/music")
# A name in a folder: any bytes but the separator and the end of a C string.
NAMES = st.binary(min_size=1, max_size=20).filter(
    lambda name: not set(name) & set(b"/\0") and name not in (b".", b"..")
)


@given(NAMES, st.sampled_from(["local", "file"]))
def test_a_file_of_any_name_comes_back_from_its_uri(name: bytes, scheme: str) -> None:
    path = b"/srv/music/" + name
    uri = TRANSLATOR.uri(path, scheme)
    assert uri is not None
    assert TRANSLATOR.path(uri) == path


@pytest.mark.parametrize(
    "uri",
    ["local:track:Bj%C3%B6rk/J%C3%B3ga%20%231.ogg", "file:///srv/music/Bj%c3%b6rk/J%C3%B3ga%20%231.ogg"],
)
def test_percent_encoding_is_undone(uri: str) -> None:
    assert TRANSLATOR.path(uri) == "/srv/music/Björk/Jóga #1.ogg".encode()


def test_a_question_mark_in_a_name_is_part_of_it() -> None:
    assert TRANSLATOR.path("file:///srv/music/why%3F.ogg") == b"/srv/music/why?.ogg"


@pytest.mark.parametrize("uri", ["http://radio.example/stream", "spotify:track:1", "local:album:1", "file://host/a"])
def test_what_is_no_local_file_has_no_path(uri: str) -> None:
    assert TRANSLATOR.path(uri) is None


def test_a_file_outside_the_media_directory_has_no_local_uri() -> None:
    assert TRANSLATOR.uri(b"/elsewhere/a.ogg", "local") is None


def test_without_mopidy_local_there_are_file_uris() -> None:
    assert Translator(None).uri(b"/srv/music/a.ogg", "file") == "file:///srv/music/a.ogg"


# Symbolic links


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Beets' folder, and beside it a link to it and one to a folder in it."""
    (tmp_path / "music" / "albums").mkdir(parents=True)
    (tmp_path / "all").symlink_to("music")
    (tmp_path / "some").symlink_to("music/albums")
    return tmp_path / "music"


@pytest.mark.parametrize(("media", "uri"), [("all", "local:track:albums/a.ogg"), ("some", "local:track:a.ogg")])
@pytest.mark.parametrize("linked", [False, True], ids=["mopidys folder is the link", "both are"])
def test_a_folder_may_be_a_link_to_the_other(music: Path, media: str, uri: str, linked: bool) -> None:
    folder = music.with_name("all") if linked else music
    translator = Translator(music.with_name(media), folder)
    path = os.fsencode(folder / "albums" / "a.ogg")
    assert translator.uri(path, "local") == uri
    assert translator.path(uri) == path


def test_beets_folder_may_be_the_link(music: Path) -> None:
    translator = Translator(music, music.with_name("all"))
    path = os.fsencode(music.with_name("all") / "a.ogg")
    assert translator.uri(path, "local") == "local:track:a.ogg"
    assert translator.path("local:track:a.ogg") == path
    assert translator.path(f"file://{music}/a.ogg") == path


def test_a_file_outside_of_beets_folder_is_as_mopidy_spells_it(music: Path, tmp_path: Path) -> None:
    assert Translator(tmp_path, music).path("local:track:elsewhere/a.ogg") == os.fsencode(tmp_path / "elsewhere/a.ogg")
