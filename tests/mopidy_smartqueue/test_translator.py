"""Between Mopidy's URIs and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mopidy_smartqueue.translator import Translator, scheme_of

pytestmark = pytest.mark.mopidy

TRANSLATOR = Translator("/srv/music")
# A name in a folder: any bytes but the separator and the end of a C string.
NAMES = st.binary(min_size=1, max_size=20).filter(
    lambda name: not set(name) & set(b"/\0") and name not in (b".", b"..")
)
# What people call files: letters of all alphabets, and what means something in a URI.
TEXTS = st.text("aZ #?%&+;:=@é日", min_size=1, max_size=20)
IDS = st.integers(min_value=1, max_value=2**59)


@st.composite
def spellings(draw: st.DrawFn, path: bytes) -> str:
    """A path in a URI: each character percent-encoded, in upper or lower case, or written as it is."""
    written = []
    for character in path.decode(errors="surrogateescape"):
        encoded = "".join(f"%{byte:02X}" for byte in character.encode(errors="surrogateescape"))
        as_it_is = [character] if character != "%" and character.isprintable() else []
        written.append(draw(st.sampled_from([encoded, encoded.lower(), *as_it_is])))
    return "".join(written)


@given(NAMES, IDS, st.sampled_from(["local", "file"]))
def test_a_file_of_any_name_comes_back_from_its_uri(name: bytes, item_id: int, scheme: str) -> None:
    path = b"/srv/music/" + name
    uri = TRANSLATOR.uri(path, item_id, scheme)
    assert uri is not None
    assert uri.isascii()
    assert TRANSLATOR.item(uri) == path


@given(TEXTS, IDS)
def test_an_item_comes_back_from_its_uri_of_mopidy_beets(name: str, item_id: int) -> None:
    uri = TRANSLATOR.uri(b"/srv/music/" + name.encode(), item_id, "beets")
    assert uri is not None
    assert TRANSLATOR.item(uri) == item_id


@given(
    st.one_of(NAMES, TEXTS.map(str.encode)),
    st.sampled_from(["local:track:", "file:///srv/music/", "file:/srv/music/", "file://localhost/srv/music/"]),
    st.data(),
)
def test_every_spelling_of_a_uri_is_of_the_same_file(name: bytes, start: str, data: st.DataObject) -> None:
    album = b"an album/" + name
    assert TRANSLATOR.item(start + data.draw(spellings(album))) == b"/srv/music/" + album


@given(IDS, st.data())
def test_every_spelling_of_an_id_is_of_the_same_item(item_id: int, data: st.DataObject) -> None:
    assert TRANSLATOR.item("beets:library:track;" + data.draw(spellings(b"%d" % item_id))) == item_id


@given(
    st.sampled_from(["", "local:track:", "file:", "file://", "file:///", "beets:library:track;", "http://["]),
    st.text(st.characters(), max_size=30),
)
def test_whatever_a_client_sends_is_taken(start: str, rest: str) -> None:
    assert isinstance(TRANSLATOR.item(start + rest), bytes | int | None)


def test_an_encoded_separator_is_a_separator() -> None:
    assert TRANSLATOR.item("local:track:Bj%C3%B6rk%2FJ%c3%b3ga%20%231.ogg") == "/srv/music/Björk/Jóga #1.ogg".encode()


def test_a_percent_sign_that_encodes_nothing_is_part_of_the_name() -> None:
    assert TRANSLATOR.item("file:///srv/music/100%.ogg") == b"/srv/music/100%.ogg"


@pytest.mark.parametrize(
    "uri",
    [
        "http://radio.example/stream",
        "spotify:track:1",
        "local:album:1",
        "file://host/a",
        "file:a",
        "beets:library",
        "beets:library:album;3",
        "beets:library:track;",
        "beets:library:track;-3",
        "beets:library:track;3;4",
        "beets:library:track;99999999999999999999",
    ],
)
def test_what_is_no_track_of_ours_is_no_item(uri: str) -> None:
    assert TRANSLATOR.item(uri) is None


def test_a_file_outside_the_media_directory_has_no_local_uri() -> None:
    assert TRANSLATOR.uri(b"/elsewhere/a.ogg", 1, "local") is None


def test_without_mopidy_local_there_are_file_uris() -> None:
    assert Translator(None).uri(b"/srv/music/a.ogg", 1, "file") == "file:///srv/music/a.ogg"


def test_beet_web_cannot_reach_a_name_that_is_no_utf8() -> None:
    assert TRANSLATOR.uri(b"/srv/music/caf\xe9.ogg", 1, "beets") is None


@pytest.mark.parametrize(
    ("uri", "scheme"), [("beets:library:track;1", "beets"), ("FILE:///a", "file"), ("http://radio.example", None)]
)
def test_the_scheme_is_one_of_ours_or_none(uri: str, scheme: str | None) -> None:
    assert scheme_of(uri) == scheme


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
    assert translator.uri(path, 1, "local") == uri
    assert translator.item(uri) == path


def test_beets_folder_may_be_the_link(music: Path) -> None:
    translator = Translator(music, music.with_name("all"))
    path = os.fsencode(music.with_name("all") / "a.ogg")
    assert translator.uri(path, 1, "local") == "local:track:a.ogg"
    assert translator.item("local:track:a.ogg") == path
    assert translator.item(f"file://{music}/a.ogg") == path


def test_a_file_outside_of_beets_folder_is_as_mopidy_spells_it(music: Path, tmp_path: Path) -> None:
    assert Translator(tmp_path, music).item("local:track:elsewhere/a.ogg") == os.fsencode(tmp_path / "elsewhere/a.ogg")


def test_a_file_stored_by_the_links_target_is_spelled_by_the_link(music: Path) -> None:
    link = music.with_name("all")
    assert Translator(music, link).spelled(os.fsencode(music / "a.ogg")) == os.fsencode(link / "a.ogg")
