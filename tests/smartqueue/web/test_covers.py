"""The cover of a track: the one that beets has, else the one in the file, and nothing that is no picture."""

from __future__ import annotations

import os
from pathlib import Path

import mediafile
import numpy as np
import pytest

from demonstration.synthesis import write
from tests.smartqueue.web.conftest import Pages
from tests.smartqueue.web.placing import execute, place, track_with

PICTURES = {
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF\x10\0\0\0WEBPVP8 ",
}
SOUND = np.zeros((8000, 2), np.float32)


@pytest.fixture
def track(pages: Pages) -> int:
    return track_with(pages, ".mp3")


def give_art(pages: Pages, track: int, path: str | Path) -> None:
    """Has beets know a file as the cover of the track's album."""
    execute(
        pages,
        "UPDATE albums SET artpath = ? WHERE id = (SELECT album_id FROM items WHERE id ="
        " (SELECT item_id FROM smartqueue_track WHERE id = ?))",
        os.fsencode(path),
        track,
    )


def has_none(pages: Pages, track: int) -> bool:
    """Whether a page is told, without an error in its console, that there is no cover."""
    answer = pages.ask(f"/cover/{track}")
    return (answer.status, answer.body) == (204, b"")


@pytest.mark.parametrize(("type_", "beginning"), PICTURES.items())
def test_the_cover_that_beets_has_is_shown(
    pages: Pages, track: int, tmp_path: Path, type_: str, beginning: bytes
) -> None:
    image = beginning + os.urandom(1000)
    (tmp_path / "cover").write_bytes(image)
    give_art(pages, track, tmp_path / "cover")
    answer = pages.ask(f"/cover/{track}")
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, type_, image)


def test_its_path_may_be_relative_to_the_music(pages: Pages, track: int, tmp_path: Path) -> None:
    image = PICTURES["image/png"] + b"cover"
    (tmp_path / "cover.png").write_bytes(image)
    give_art(pages, track, os.path.relpath(tmp_path / "cover.png", pages.beets.music))
    assert pages.ask(f"/cover/{track}").body == image


def test_a_page_keeps_it_for_a_while(pages: Pages, track: int, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(PICTURES["image/png"])
    give_art(pages, track, tmp_path / "cover.png")
    answer = pages.ask(f"/cover/{track}")
    assert answer.headers["Cache-Control"] == "private, max-age=3600"
    again = pages.ask(f"/cover/{track}", headers={"If-None-Match": answer.headers["Etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("extension", [".mp3", ".ogg", ".opus", ".m4a", ".flac", ".wma", ".aiff"])
def test_the_one_in_the_file_is_shown_where_beets_has_none(
    pages: Pages, track: int, tmp_path: Path, extension: str
) -> None:
    path = tmp_path / f"own{extension}"
    write(path, SOUND)
    tags = mediafile.MediaFile(path)
    tags.images = [mediafile.Image(PNG)]
    tags.save()
    place(pages, track, path)
    give_art(pages, track, tmp_path / "gone.png")
    answer = pages.ask(f"/cover/{track}")
    assert (answer.status, answer.headers["Content-Type"], answer.body) == (200, "image/png", PNG)


def test_a_track_without_has_none(pages: Pages, track: int) -> None:
    assert has_none(pages, track)


def test_a_track_that_is_not_there_is_not_found(pages: Pages) -> None:
    assert pages.ask("/cover/987654").status == 404


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../../../etc/passwd", "/", "/dev/zero", "/nowhere", "a\0b"])
def test_what_is_no_picture_is_not_shown(pages: Pages, track: int, path: str) -> None:
    give_art(pages, track, path)
    assert has_none(pages, track)


def test_a_drawing_with_a_script_is_not_shown(pages: Pages, track: int, tmp_path: Path) -> None:
    (tmp_path / "cover.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    give_art(pages, track, tmp_path / "cover.svg")
    assert has_none(pages, track)


def test_a_pipe_is_not_waited_for(pages: Pages, track: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "cover.png")
    give_art(pages, track, tmp_path / "cover.png")
    assert has_none(pages, track)


def test_a_picture_that_is_too_large_is_not_shown(pages: Pages, track: int, tmp_path: Path) -> None:
    with (tmp_path / "cover.png").open("wb") as file:
        file.write(PICTURES["image/png"])
        file.truncate(9 << 20)
    give_art(pages, track, tmp_path / "cover.png")
    assert has_none(pages, track)


def test_what_was_not_analysed_is_not_looked_into(pages: Pages, track: int, tmp_path: Path) -> None:
    write(tmp_path / "own.flac", SOUND)
    tags = mediafile.MediaFile(tmp_path / "own.flac")
    tags.images = [mediafile.Image(PNG)]
    tags.save()
    place(pages, track, tmp_path / "own.flac")
    execute(pages, "UPDATE smartqueue_track SET vector = NULL WHERE id = ?", track)
    assert has_none(pages, track)


# One red point.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
