"""Any audio file becomes WAV, and any part of that can be had by itself."""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from demonstration.synthesis import CODECS, write
from smartqueue.decoding import DecodingError
from smartqueue.transcoding import Wave

RATE = 44_100
SECONDS = 6


@pytest.fixture(scope="module")
def sweep() -> NDArray[np.float32]:
    """A tone that rises, so that no two moments of it are alike."""
    time = np.arange(RATE * SECONDS) / RATE
    return (0.5 * np.sin(2 * np.pi * (200 * time + 100 * time**2)))[:, None].repeat(2, axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def lossless(sweep: NDArray[np.float32], tmp_path_factory: pytest.TempPathFactory) -> Wave:
    path = tmp_path_factory.mktemp("lossless") / "sweep.wv"
    write(path, sweep)
    return transcoded(path)


def transcoded(path: Path) -> Wave:
    return Wave(os.fsencode(path))


def whole(wave_: Wave) -> bytes:
    return b"".join(wave_.part(0, wave_.size))


def samples(contents: bytes) -> NDArray[np.float32]:
    """(samples, channels) as floats, read by another's reader."""
    with wave.open(io.BytesIO(contents)) as file:
        assert (file.getsampwidth(), file.getframerate()) == (2, RATE)
        read = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    return read.astype(np.float32) / np.float32(32768)


def likeness(sound: NDArray[np.float32], part: NDArray[np.float32]) -> float:
    """How alike a part of a sound is to another, at best; 1 for the same."""
    return float(np.correlate(sound, part, "valid").max() / np.sum(part**2))


@pytest.mark.parametrize(("extension", "codec"), [*CODECS.items(), (".m4a", "alac")])
def test_every_format_sounds_as_before(tmp_path: Path, sweep: NDArray[np.float32], extension: str, codec: str) -> None:
    path = tmp_path / f"track{extension}"
    write(path, sweep, codec=codec)
    heard = samples(whole(transcoded(path)))
    assert len(heard) == pytest.approx(len(sweep), abs=0.1 * RATE)
    assert likeness(heard[2 * RATE : 3 * RATE, 0], sweep[2 * RATE + 8000 : 2 * RATE + 16000, 0]) > 0.95


@pytest.mark.parametrize("rate", [8_000, 48_000, 192_000])
def test_other_rates_become_that_of_a_cd(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "track.wv"
    write(path, np.full((rate * 2, 1), 0.25, np.float32), rate)
    heard = samples(whole(transcoded(path)))
    assert len(heard) == pytest.approx(2 * RATE, abs=2)
    assert np.median(heard) == pytest.approx(0.25, abs=0.01)


def test_one_channel_stays_one(tmp_path: Path, sweep: NDArray[np.float32]) -> None:
    path = tmp_path / "track.wv"
    write(path, sweep[:, :1])
    heard = samples(whole(transcoded(path)))
    assert heard.shape == (len(sweep), 1)
    assert np.allclose(heard, sweep[:, :1], atol=0.01)


def test_surround_is_heard_by_two_ears(tmp_path: Path, sweep: NDArray[np.float32]) -> None:
    path = tmp_path / "track.wv"
    write(path, sweep[:, :1].repeat(6, axis=1))
    assert np.abs(samples(whole(transcoded(path)))).max() > 0.3


@given(st.data())
def test_a_part_is_a_part_of_the_whole(lossless: Wave, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, lossless.size - 1))
    end = data.draw(st.integers(begin + 1, min(begin + 100_000, lossless.size)))
    assert b"".join(lossless.part(begin, end)) == whole(lossless)[begin:end]


@pytest.mark.parametrize("extension", [".wma", ".opus", ".mp3", ".ogg"])
def test_what_is_sought_is_found_where_it_was(tmp_path: Path, sweep: NDArray[np.float32], extension: str) -> None:
    path = tmp_path / f"track{extension}"
    write(path, sweep)
    transcoding = transcoded(path)
    begin = 4 * RATE
    part = np.frombuffer(b"".join(transcoding.part(44 + begin * 4, 44 + begin * 4 + 40_000)), "<i2")[::2]
    # WMA counts its time in milliseconds.
    slack = RATE // 500
    around = samples(whole(transcoding))[begin - slack : begin + len(part) + slack, 0]
    assert likeness(around, part.astype(np.float32) / np.float32(32768)) == pytest.approx(1, abs=0.1)


def test_what_was_cut_off_is_silence(tmp_path: Path, sweep: NDArray[np.float32]) -> None:
    path = tmp_path / "track.wv"
    write(path, sweep)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    heard = samples(whole(transcoded(path)))
    assert len(heard) == len(sweep)
    assert np.abs(heard[: 2 * RATE]).max() > 0.3
    assert not heard[-RATE:].any()


@pytest.mark.parametrize("contents", [b"", b"#EXTM3U\n/etc/passwd\n", b"FORM\0\0\0\x04AIFF", os.urandom(5000)])
def test_what_is_no_audio_is_refused(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "track.aiff"
    path.write_bytes(contents)
    with pytest.raises(DecodingError):
        transcoded(path)
