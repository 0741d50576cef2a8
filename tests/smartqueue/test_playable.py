"""Which files a page can play is told by what is in them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mediafile
import numpy as np
import pytest

from demonstration.synthesis import write
from smartqueue.playable import audio_type, is_playable

SOUND = np.zeros((4000, 2), np.float32)
KNOWN = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
}


def written(path: Path, codec: str | None = None) -> bytes:
    write(path, SOUND, codec=codec)
    return os.fsencode(path)


@pytest.mark.parametrize(("extension", "expected"), KNOWN.items())
def test_what_browsers_know_has_a_type(tmp_path: Path, extension: str, expected: str) -> None:
    assert audio_type(written(tmp_path / f"track{extension}")) == expected


@pytest.mark.parametrize("extension", [".aiff", ".wma", ".wv"])
def test_what_browsers_do_not_know_has_none(tmp_path: Path, extension: str) -> None:
    assert audio_type(written(tmp_path / f"track{extension}")) is None


def test_m4a_may_hold_what_browsers_do_not_know(tmp_path: Path) -> None:
    assert audio_type(written(tmp_path / "track.m4a", "alac")) is None


def test_so_may_wav(tmp_path: Path) -> None:
    assert audio_type(written(tmp_path / "track.wav", "adpcm_ima_wav")) is None


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    written(tmp_path / "track.flac")
    assert audio_type(os.fsencode((tmp_path / "track.flac").rename(tmp_path / "track.mp3"))) == "audio/flac"


@pytest.mark.parametrize("extension", KNOWN)
def test_large_pictures_do_not_matter(tmp_path: Path, extension: str) -> None:
    file = written(tmp_path / f"track{extension}")
    tags = mediafile.MediaFile(file)
    tags.update({"title": "long " * 10_000, "images": [mediafile.Image(b"\x89PNG\r\n\x1a\n" + os.urandom(300_000))]})
    tags.save()
    assert audio_type(file) == KNOWN[extension]


def test_tags_before_other_audio_do_not_make_it_mp3(tmp_path: Path) -> None:
    write(tmp_path / "track.flac", SOUND)
    tag = b"ID3\x04\0\0" + bytes([0, 0, 1, 0]) + bytes(128)
    path = tmp_path / "tagged.flac"
    path.write_bytes(tag + (tmp_path / "track.flac").read_bytes())
    assert audio_type(os.fsencode(path)) == "audio/flac"


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"ID3",
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
        b"\xff",
        b"RIFF\0\0\0\0WAVE",
        b"\0\0\0\x10ftypM4A \0\0\0\0",
        b"\0\0\0\x08ftyp\0\0\0\0moov",
        b"\0\0\0\x01ftypM4A " + bytes(20),
        b"OggS" + bytes(100),
        b"root:x:0:0:root:/root:/bin/bash\n",
    ],
)
def test_what_is_no_audio_has_none(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "track.mp3"
    path.write_bytes(contents)
    assert audio_type(os.fsencode(path)) is None


def test_what_is_no_file_is_not_playable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    for path in (tmp_path / "gone.mp3", tmp_path, tmp_path / "pipe.mp3"):
        assert not is_playable(os.fsencode(path))
        assert audio_type(os.fsencode(path)) is None


def test_without_pyav_only_what_browsers_know_is_playable(tmp_path: Path) -> None:
    files = [tmp_path / "a.mp3", tmp_path / "b.m4a", tmp_path / "c.m4a", tmp_path / "d.aiff"]
    for path, codec in zip(files, (None, "aac", "alac", None), strict=True):
        write(path, SOUND, codec=codec)
    assert all(is_playable(os.fsencode(path)) for path in files)
    program = (
        "import os, sys; sys.modules['av'] = None; from smartqueue.playable import is_playable;"
        "print([is_playable(os.fsencode(path)) for path in sys.argv[1:]])"
    )
    told = subprocess.run([sys.executable, "-c", program, *files], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[True, True, False, False]"
