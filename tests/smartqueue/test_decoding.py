"""Any file becomes blocks of samples and a hash of its audio, or a reason in words."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from pathlib import Path

import mediafile
import numpy as np
import pytest
from numpy.typing import NDArray

from demonstration.synthesis import CODECS, PIECES, render, write
from smartqueue import decoding
from smartqueue.decoding import DecodingError, audio_hash, blocks, contents

FORMATS = [(extension, codec) for extension, codec in CODECS.items()] + [(".m4a", "alac")]
PCM = 1


@pytest.fixture(scope="module")
def music() -> NDArray[np.float32]:
    return render(PIECES[0], 4)


def heard(path: Path, start: float = 0.0, seconds: float = 1000.0) -> list[decoding.Block]:
    return list(blocks(os.fsencode(path), start, seconds))


def seconds_heard(path: Path, start: float = 0.0, seconds: float = 1000.0) -> float:
    downmix = decoding.Downmix()
    return sum(len(downmix.add(block)) for block in heard(path, start, seconds)) / decoding.SAMPLE_RATE


@pytest.mark.parametrize(("extension", "codec"), FORMATS)
def test_every_format_is_decoded_to_its_end(
    tmp_path: Path, music: NDArray[np.float32], extension: str, codec: str
) -> None:
    path = tmp_path / f"track{extension}"
    write(path, music, codec=codec)
    assert seconds_heard(path) == pytest.approx(4, abs=0.15)
    assert contents(os.fsencode(path)).length == pytest.approx(4, abs=0.15)


@pytest.mark.parametrize(("extension", "codec"), FORMATS)
def test_tags_pictures_and_names_do_not_change_the_hash(
    tmp_path: Path, music: NDArray[np.float32], extension: str, codec: str
) -> None:
    path = tmp_path / f"track{extension}"
    write(path, music, codec=codec)
    before = audio_hash(os.fsencode(path))
    tags = mediafile.MediaFile(path)
    tags.update({"title": "Ein längerer Titel " * 200, "artist": "Somebody", "images": [mediafile.Image(PNG)]})
    tags.save()
    renamed = path.rename(tmp_path / f"renamed{extension}")
    assert audio_hash(os.fsencode(renamed)) == before


def test_another_encoding_has_another_hash(tmp_path: Path, music: NDArray[np.float32]) -> None:
    hashes = set()
    for extension in CODECS:
        path = tmp_path / f"track{extension}"
        write(path, music)
        hashes.add(audio_hash(os.fsencode(path)))
    assert len(hashes) == len(CODECS)


def test_a_part_of_a_file_is_decoded_alone(tmp_path: Path) -> None:
    second = np.linspace(0.1, 0.1, 8000)
    audio = np.concatenate([second * step for step in range(1, 6)])[:, None].astype(np.float32)
    path = tmp_path / "steps.wav"
    write(path, audio, 8000)
    samples = np.concatenate([block.channels for block in heard(path, 2.0, 1.0)], axis=1)
    assert samples.shape == (1, 8000)
    assert np.median(samples) == pytest.approx(0.3, abs=0.01)


def test_long_files_come_in_blocks_of_ten_seconds(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    write(path, np.zeros((8000 * 61, 1), np.float32), 8000)
    assert max(block.channels.shape[1] for block in heard(path)) <= 8000 * 10


def test_every_channel_is_kept_and_named(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "surround.flac"
    write(path, np.repeat(music[:, :1], 6, axis=1))
    block = heard(path)[0]
    assert block.channels.shape[0] == 6
    assert block.layout == ("FL", "FR", "FC", "LFE", "BL", "BR")


@pytest.mark.parametrize("channels", [3, 5, 8])
def test_channels_without_names_are_heard_too(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "many.wav"
    path.write_bytes(wave_file(np.full((8000, channels), 1000, "<i2").tobytes(), channels=channels))
    assert seconds_heard(path) == pytest.approx(1, abs=0.01)


# without its end an M4A file has no index
@pytest.mark.parametrize("extension", [extension for extension in CODECS if extension != ".m4a"])
def test_the_beginning_of_a_truncated_file_is_heard(tmp_path: Path, music: NDArray[np.float32], extension: str) -> None:
    path = tmp_path / f"track{extension}"
    write(path, music)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 0.9 < seconds_heard(path) < 3.0
    assert 0.9 < contents(os.fsencode(path)).length < 3.0


def test_damage_in_the_middle_costs_only_the_middle(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.flac"
    write(path, music)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    assert 3.0 < seconds_heard(path) < 4.1


def test_a_wrong_extension_does_not_matter(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.flac"
    write(path, music)
    assert seconds_heard(path.rename(tmp_path / "track.mp3")) == pytest.approx(4, abs=0.01)


def test_a_name_may_be_any_bytes(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.flac"
    write(path, music)
    name = os.fsencode(tmp_path) + b"/http:\n\"'\xff.flac"
    os.rename(path, name)  # noqa: PTH104 - the new name is no text
    assert contents(name).length == pytest.approx(4)


def test_vorbis_headers_that_are_written_twice_change_nothing(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.ogg"
    write(path, music)
    once = contents(os.fsencode(path))
    data = path.read_bytes()
    audio = data.index(b"OggS", data.index(b"\x05vorbis"))
    path.write_bytes(data[:audio] + data)
    assert contents(os.fsencode(path)) == once
    assert seconds_heard(path) == pytest.approx(4, abs=0.01)


def test_tags_in_an_old_encoding_do_not_matter(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.flac"
    write(path, music, tags={"title": "Gruesse"})
    path.write_bytes(path.read_bytes().replace(b"Gruesse", "Gr\xfc\xdfe..".encode("latin-1")))
    assert seconds_heard(path) == pytest.approx(4, abs=0.01)


def test_a_header_that_is_larger_than_any_file_does_not_matter(tmp_path: Path, music: NDArray[np.float32]) -> None:
    path = tmp_path / "track.wma"
    write(path, music)
    data = bytearray(path.read_bytes())
    data[46:54] = b"\x7f" * 8  # the size of the first object in the header
    path.write_bytes(data)
    assert seconds_heard(path) == pytest.approx(4, abs=0.15)


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    samples = np.full(8000, np.nan, "<f4")
    samples[::2] = np.inf
    path.write_bytes(wave_file(samples.tobytes(), kind=3, bits=32))
    assert np.isfinite(heard(path)[0].channels).all()


def empty(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("not music at all\n" * 100)


def playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")


def concatenation(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")


def directory(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dead_link(path: Path) -> None:
    path.symlink_to("nowhere")


def header_alone(path: Path) -> None:
    path.write_bytes(wave_file(b""))


def unknown_encoding(path: Path) -> None:
    path.write_bytes(wave_file(bytes(8000), kind=0x7777))


def impossible_rate(path: Path) -> None:
    path.write_bytes(wave_file(bytes(4000), rate=7))


def too_many_channels(path: Path) -> None:
    path.write_bytes(wave_file(bytes(18 * 8000), channels=9))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (empty, "the file is empty"),
        (text, "it is no audio that can be read"),
        (playlist, "it is no audio that can be read"),
        (concatenation, "it is no audio that can be read"),
        (directory, "it is not a file but"),
        (pipe, "it is not a file but"),
        (dead_link, "the file cannot be read: No such file"),
        (header_alone, "there is no audio in it"),
        (unknown_encoding, "its audio is encoded in a way that is not known"),
        (too_many_channels, "it has 9 channels"),
        (impossible_rate, "its sample rate of 7 Hz"),
    ],
)
def test_what_cannot_be_decoded_is_refused_in_words(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    path = tmp_path / "track.mp3"
    make(path)
    with pytest.raises(DecodingError, match=reason):
        (contents(os.fsencode(path)), heard(path))


def wave_file(data: bytes, *, kind: int = PCM, channels: int = 1, rate: int = 8000, bits: int = 16) -> bytes:
    frame = channels * bits // 8
    description = struct.pack("<HHIIHH", kind, channels, rate, rate * frame, frame, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(description)) + description
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "dccc59e70000000049454e44ae426082"
)
