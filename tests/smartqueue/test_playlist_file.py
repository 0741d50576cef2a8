"""Playlists as files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from smartqueue.playlist_file import Entry, PlaylistFileError, write


def written(path: Path, *entries: Entry, relative: bool = False) -> list[bytes]:
    write(path, entries, relative=relative)
    return path.read_bytes().splitlines()


def test_a_playlist_tells_of_each_track_its_length_name_and_path(tmp_path: Path) -> None:
    entries = [Entry(181.6, "Nina – Blå", b"/music/a.ogg"), Entry(0.0, "b", b"/music/b.ogg")]
    assert written(tmp_path / "a.m3u8", *entries) == [
        b"#EXTM3U",
        "#EXTINF:182,Nina – Blå".encode(),
        b"/music/a.ogg",
        b"#EXTINF:0,b",
        b"/music/b.ogg",
    ]


def test_a_playlist_of_nothing_is_a_playlist(tmp_path: Path) -> None:
    assert written(tmp_path / "a.m3u8") == [b"#EXTM3U"]


def test_a_path_that_is_no_text_stays_as_it_is(tmp_path: Path) -> None:
    assert written(tmp_path / "a.m3u8", Entry(1.0, "a", b"/m/caf\xe9.ogg"))[2] == b"/m/caf\xe9.ogg"


def test_a_name_with_a_line_break_stays_on_its_line(tmp_path: Path) -> None:
    assert written(tmp_path / "a.m3u8", Entry(1.0, "a\r\n/etc/passwd", b"/m/a.ogg"))[1:] == [
        b"#EXTINF:1,a /etc/passwd",
        b"/m/a.ogg",
    ]


def test_a_name_that_cannot_be_encoded_is_no_trouble(tmp_path: Path) -> None:
    assert written(tmp_path / "a.m3u8", Entry(1.0, "caf\udce9", b"/m/a.ogg"))[1] == b"#EXTINF:1,caf?"


def test_a_path_with_a_line_break_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaylistFileError, match="line break"):
        write(tmp_path / "a.m3u8", [Entry(1.0, "a", b"/m/a\nb.ogg")], relative=False)
    assert list(tmp_path.iterdir()) == []


def test_relative_paths_lead_from_the_playlists_folder(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    track = os.fsencode(tmp_path / "music" / "a.ogg")
    assert written(tmp_path / "lists" / "a.m3u8", Entry(1.0, "a", track), relative=True)[2] == b"../music/a.ogg"


def test_relative_paths_lead_from_a_linked_folder_too(tmp_path: Path) -> None:
    for name in ("music", "far/away/lists"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "music" / "a.ogg").touch()
    (tmp_path / "lists").symlink_to(tmp_path / "far" / "away" / "lists")
    entry = Entry(1.0, "a", os.fsencode(tmp_path / "music" / "a.ogg"))
    location = written(tmp_path / "lists" / "a.m3u8", entry, relative=True)[2]
    assert (tmp_path / "lists" / os.fsdecode(location)).is_file()


def test_a_relative_path_is_no_comment(tmp_path: Path) -> None:
    entry = Entry(1.0, "a", os.fsencode(tmp_path / "#1 hits" / "a.ogg"))
    assert written(tmp_path / "a.m3u8", entry, relative=True)[2] == b"./#1 hits/a.ogg"


def test_what_cannot_be_written_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "a.m3u8").mkdir()
    with pytest.raises(PlaylistFileError, match=r"a\.m3u8 cannot be written: Is a directory"):
        write(tmp_path / "a.m3u8", [], relative=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.m3u8"]
