"""Tracks by the URIs of Mopidy-Local, Mopidy-File and Mopidy-Beets, of files with any name."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote_from_bytes

import pytest
from beets.library import Library as BeetsLibrary

from demonstration import synthesis
from demonstration.programs import Beets
from tests.conftest import copied
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy

# An album and two singletons, each with something in its name that URIs, playlists or servers trip over.
ALBUM = ("a b #1?.flac", "50%25 off+.flac", "Jóga & ä.flac", os.fsdecode(b"caf\xe9.flac"))
SINGLETONS = ("%2F;colon:x.flac", "日本 [live].flac")
# Over HTTP, GStreamer asks for what comes next some seconds before a track ends: that must not meet our skips.
SECONDS = 16.0

# Mopidy-Beets 4 fails on every item without an album, and beet web on every name that is no UTF-8.
THROUGH_BEETS = {
    *ALBUM[:3],
    *(SINGLETONS if importlib.metadata.version("Mopidy-Beets") >= "5" else ()),
}


def title(name: str) -> str:
    return synthesis.PIECES[(*ALBUM, *SINGLETONS).index(name)].title


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Music behind a link, whose names are awkward."""
    folder = tmp_path_factory.mktemp("awkward")
    (folder / "disk").mkdir()
    (folder / "music").symlink_to("disk")
    for name in (*ALBUM, *SINGLETONS):
        piece = synthesis.PIECES[(*ALBUM, *SINGLETONS).index(name)]
        path = folder / "disk" / ("An Äl?bum" if name in ALBUM else "Singles #1") / name
        path.parent.mkdir(exist_ok=True)
        tags = {"title": piece.title, "artist": piece.artist, **({"album": "An Äl?bum"} if name in ALBUM else {})}
        synthesis.write(path, synthesis.render(piece, SECONDS), tags=tags)
    return folder / "music"


def analysed(beets: Beets, files: Path) -> Beets:
    beets.run("import", "-q", "-A", str(files / "An Äl?bum"))
    # By the other name of the same folder: beets stores these paths whole.
    beets.run("import", "-q", "-A", "-s", str(files.resolve() / "Singles #1"))
    beets.run("analyze")
    return beets


@pytest.fixture(scope="module")
def awkward(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Beets:
    """A library of them, not to be changed."""
    return analysed(Beets(tmp_path_factory.mktemp("library"), files), files)


@pytest.fixture(scope="module")
def served(files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Beets, int]]:
    """A library of them that Mopidy-Beets understands, and the port at which beet web serves it."""
    folder = tmp_path_factory.mktemp("served")
    # The files lie outside of beets' own directory, because beet web of beets 2.14 does not find those inside.
    settings = {"directory": str(folder / "directory"), "plugins": ["smartqueue", "web"]}
    beets = analysed(Beets(folder / "beets", files, settings), files)
    library = BeetsLibrary(str(beets.library), str(folder / "directory"))
    for item in library.items():
        # Mopidy-Beets insists on a field that beets has under another name by now.
        item["composer"] = ""
        item.store()
    with beets.web() as port:
        yield beets, port


def skip_through(den: Den, count: int) -> list[str]:
    """Skips to `count` tracks after the playing one, hearing a little of each, and stops; their titles, in order."""
    heard = []
    for song in range(count + 1):
        den.until(lambda song=song: den.client.status().get("song") == str(song) and den.elapsed() > 0.3)  # type: ignore[misc]
        heard.append(str(den.current()))
        if song < count:
            den.client.next()
    den.client.stop()
    return heard


def recorded(den: Den, titles: list[str]) -> None:
    """Waits for the plays of all these titles, and sees that they are theirs."""
    den.until(lambda: len(den.plays()) == len(titles))
    assert [play.track for play in den.plays()] == [den.track(title) for title in titles]
    assert {play.outcome for play in den.plays()[:-1]} == {"skipped"}
    assert "Smartqueue went wrong" not in den.log()


def web_at(port: int) -> dict[str, str]:
    """Mopidy-Beets' settings."""
    return {"enabled": "true", "hostname": "127.0.0.1", "port": str(port)}


def uris(den: Den) -> list[str]:
    return [song["file"] for song in den.client.playlistinfo()]


@pytest.mark.parametrize("scheme", ["local", "file"])
def test_files_of_any_name_behind_a_link_follow_and_are_recorded(
    open_den: Opener, awkward: Beets, tmp_path: Path, scheme: str
) -> None:
    others = len(ALBUM) + len(SINGLETONS) - 1
    beets = copied(awkward, tmp_path / "beets")
    with open_den(beets, scan=scheme == "local", settings={"smartqueue": {"ahead": str(others)}}) as den:
        path = "Singles #1/" + SINGLETONS[0]
        start = {"local": "local:track:", "file": f"file://{beets.music}/"}[scheme]
        den.client.add(start + quote_from_bytes(os.fsencode(path)))
        den.client.play(0)
        den.until(lambda: len(den.titles()) == others + 1)
        assert {uri.partition(":")[0] for uri in uris(den)} == {scheme}
        assert set(den.titles()) == {title(name) for name in (*ALBUM, *SINGLETONS)}
        recorded(den, skip_through(den, others))


def test_tracks_of_mopidy_beets_are_followed_by_such_and_recorded(
    open_den: Opener, served: tuple[Beets, int], tmp_path: Path
) -> None:
    beets, port = served
    settings = {
        "beets": web_at(port),
        "smartqueue": {"ahead": str(len(THROUGH_BEETS) - 1)},
        "m3u": {"enabled": "true", "playlists_dir": str(tmp_path)},
    }
    first = beets.run("ls", "-f", "$id", f"title:={title(ALBUM[0])}").stdout.strip()
    # A digit, percent-encoded.
    (tmp_path / "one.m3u8").write_text(f"beets:library:track;%3{first}\n", encoding="utf-8")
    with open_den(beets, scan=False, settings=settings) as den:
        den.client.load("one")
        den.client.play(0)
        den.until(lambda: len(den.titles()) == len(THROUGH_BEETS))
        assert {uri.partition(";")[0] for uri in uris(den)} == {"beets:library:track"}
        assert set(den.titles()) == {title(name) for name in THROUGH_BEETS}
        recorded(den, skip_through(den, len(THROUGH_BEETS) - 1))


def test_a_playlist_of_files_however_they_are_written_is_followed_by_files(
    open_den: Opener, awkward: Beets, tmp_path: Path
) -> None:
    beets = copied(awkward, tmp_path / "beets")
    playlists = tmp_path / "playlists"
    playlists.mkdir()
    lines = (
        f"{beets.music}/An Äl?bum/{ALBUM[0]}",
        f"An Äl?bum/{ALBUM[1]}",
        f"file://{beets.music}/An%20%c3%84l%3fbum/%4a%C3%b3ga%20&%20%C3%A4%2eflac",
    )
    (playlists / "mine.m3u8").write_text("\n".join(lines), encoding="utf-8")
    m3u = {"enabled": "true", "playlists_dir": str(playlists), "base_dir": str(beets.music)}
    with open_den(beets, scan=False, settings={"m3u": m3u}) as den:
        den.client.load("mine")
        den.client.play(0)
        den.client.seekcur(1)
        heard = skip_through(den, 4)
        assert heard[:3] == [title(name) for name in ALBUM[:3]]
        assert {uri.partition(":")[0] for uri in uris(den)} == {"file"}
        recorded(den, heard)


def test_a_playlist_of_mopidy_local_is_followed_by_mopidy_local(
    open_den: Opener, awkward: Beets, tmp_path: Path
) -> None:
    beets = copied(awkward, tmp_path / "beets")
    with open_den(beets, settings={"m3u": {"enabled": "true", "playlists_dir": str(tmp_path)}}) as den:
        for name in ALBUM[:2]:
            den.client.add(den.uri(title(name)))
        den.client.save("mine")
        den.client.clear()
        den.client.load("mine")
        den.client.play(0)
        heard = skip_through(den, 3)
        assert heard[:2] == [title(name) for name in ALBUM[:2]]
        assert {uri.partition(":")[0] for uri in uris(den)} == {"local"}
        recorded(den, heard)


def test_a_track_that_beet_web_does_not_serve_is_passed_over_saying_so(
    open_den: Opener, served: tuple[Beets, int], tmp_path: Path
) -> None:
    beets, _ = served
    other = Beets(tmp_path / "other", beets.music, {"plugins": ["web"]})
    shutil.copy(beets.library, other.library)
    other.run("remove", "-f", f"title:={title(ALBUM[1])}")
    first = beets.run("ls", "-f", "$id", f"title:={title(ALBUM[0])}").stdout.strip()
    with (
        other.web() as port,
        open_den(beets, scan=False, settings={"beets": web_at(port), "smartqueue": {"ahead": "5"}}) as den,
    ):
        den.client.add(f"beets:library:track;{first}")
        den.client.play(0)
        den.until(lambda: "see whether beet web serves it" in den.log())
        den.until(lambda: title(ALBUM[2]) in den.titles())
        assert title(ALBUM[1]) not in den.titles()
