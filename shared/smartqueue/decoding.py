"""From any audio file to blocks of samples, and to a hash of its audio that no tag changes."""

from __future__ import annotations

import hashlib
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

SAMPLE_RATE = 22050
"""Hz at which everything but loudness is analysed."""

BLOCK_SECONDS = 10
BLOCK_SAMPLES = 1 << 22
"""Samples of all channels that a block holds at most, so that memory is bounded at any rate."""

SLOWEST, FASTEST = 4_000, 3_000_000
"""Hz of the sample rates there are, from the telephone to DSD; others come from damaged headers."""

MOST_CHANNELS = 8
"""Of 7.1; what has more is no music that anyone plays here."""

LOUDEST = 100.0
"""Times full scale, beyond which a sample is no sound but damage."""

# Formats of audio files alone: playlists, scripts and streams could make FFmpeg open other files or addresses.
DEMUXERS = (
    "aac,ac3,aiff,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,iff,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,mpc8,"
    "mpeg,mpegts,oga,ogg,rm,tak,tta,voc,w64,wav,wv"
)


class DecodingError(Exception):
    """A file that cannot be analysed; its text says why, in words for the one who owns the file."""


@dataclass(frozen=True)
class Block:
    """Some seconds of audio: `channels` (channels, samples) at the file's `sample_rate`.

    `layout` are FFmpeg's names of the channels, as FL, FR and LFE.
    """

    channels: NDArray[np.float32]
    sample_rate: int
    layout: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """What a file holds: its length in seconds by its packets, and their hash."""

    length: float
    audio_hash: str


VORBIS = b"\x01vorbis"
"""How the first header of Vorbis begins."""

HEADER_BYTES = 1 << 24
"""Within which all headers of a file stand, with large pictures in its tags."""


@contextmanager
def opened(path: bytes) -> Iterator[tuple[InputContainer, AudioStream]]:
    """The file's container and its first audio stream; everything that FFmpeg refuses as a DecodingError."""
    try:
        status = os.stat(path)  # noqa: PTH116 - beets' paths are bytes, which Path does not take
        if not stat.S_ISREG(status.st_mode):
            raise DecodingError("it is not a file but a directory, a pipe or a device")
        if not status.st_size:
            raise DecodingError("the file is empty")
        with open(path, "rb") as file:  # noqa: PTH123 - beets' paths are bytes, which Path does not take
            yield from _opened_stream(file.fileno())
    except av.FFmpegError as error:
        raise DecodingError(f"it is no audio that can be read: {error.strerror}") from error
    except OSError as error:
        raise DecodingError(f"the file cannot be read: {error.strerror}") from error
    except (ValueError, OverflowError) as error:
        raise DecodingError(f"it is no audio that can be read: {error}") from error


def _opened_stream(file: int) -> Iterator[tuple[InputContainer, AudioStream]]:
    with _container(file) as container:
        if not container.streams.audio:
            raise DecodingError("there is no audio in it")
        stream = container.streams.audio[0]
        if stream.codec_context is None:
            raise DecodingError("its audio is encoded in a way that is not known")
        stream.codec_context.thread_count = 1  # files are analysed side by side
        yield container, stream


def _container(file: int, begin: int = 0) -> InputContainer:
    """The container that begins at a byte of a file, which is given by its descriptor."""
    os.lseek(file, 0, os.SEEK_SET)
    options = {
        "fd": str(file),  # no name, which could be taken for an address
        "protocol_whitelist": "fd",
        "format_whitelist": DEMUXERS,
        "skip_initial_bytes": str(begin),
    }
    try:
        return av.open("fd:", "r", options=options, metadata_errors="replace")
    except av.InvalidDataError:
        if begin or not (begin := _second_headers(file)):
            raise
        return _container(file, begin)


def _second_headers(file: int) -> int:
    """Where the headers of an Ogg Vorbis file stand once more, in bytes; 0 where they do not.

    Some programs write them twice. FFmpeg refuses the second, and reads what begins with them.
    """
    beginning = os.pread(file, HEADER_BYTES, 0)
    first = beginning.find(VORBIS)
    second = beginning.find(VORBIS, first + 1)
    return max(0, beginning.rfind(b"OggS", first, second)) if 0 < first < second else 0


def contents(path: bytes) -> Contents:
    """What the file holds, without decoding it.

    The hash is over the encoded audio alone: tags, pictures and the name do not change it, another
    encoding does. Raises DecodingError.
    """
    digest = hashlib.blake2b(digest_size=16)
    length, first, last = 0.0, math.inf, -math.inf
    with opened(path) as (container, stream):
        packets = 0
        second = float(stream.time_base or 0)
        try:
            for packet in container.demux(stream):
                if packet.size:
                    digest.update(packet)
                    duration = (packet.duration or 0) * second
                    length += duration
                    packets += 1
                    if packet.pts is not None:
                        first = min(first, packet.pts * second)
                        last = max(last, packet.pts * second + duration)
        except av.FFmpegError:
            if not packets:
                raise
        if not packets:
            raise DecodingError("there is no audio in it")
        # time stamps are truer than durations, which Vorbis does not always have, unless the file is damaged
        if length / 2 < last - first < length * 2:
            length = last - first
        return Contents(length, digest.hexdigest())


def audio_hash(path: bytes) -> str:
    """The hash of the file's audio without its tags; raises DecodingError."""
    return contents(path).audio_hash


def blocks(path: bytes, start: float = 0.0, seconds: float = math.inf) -> Iterator[Block]:
    """The audio from `start` on, at most `seconds` of it, in blocks of some seconds each.

    Damaged packets are left out. Raises DecodingError when nothing at all can be decoded.
    """
    with opened(path) as (container, stream):
        converter = None
        for frame in _frames(container, stream, start):
            if converter is None:
                converter = _Converter(frame)
                left = seconds * frame.sample_rate
            converter.add(frame)
            while left >= 1 and converter.waiting >= min(left, converter.size):
                samples = int(min(left, converter.size))
                left -= samples
                yield converter.block(samples)
            if left < 1:
                return
        if converter is None:
            raise DecodingError("none of its audio can be decoded: it is damaged or cut off")
        if converter.waiting:
            yield converter.block(converter.waiting)


def _frames(container: InputContainer, stream: AudioStream, start: float) -> Iterator[av.AudioFrame]:
    """All frames from `start` on that can be decoded."""
    position = 0.0
    second = float(stream.time_base or 0)
    try:
        for packet in container.demux(stream):
            position += (packet.duration or 0) * second
            if packet.size and position < start:
                continue
            try:
                yield from packet.decode()
            except av.FFmpegError:
                continue
    except av.FFmpegError:
        return


class _Converter:
    """Collects frames of any format, and hands them out as blocks of floats."""

    def __init__(self, first: av.AudioFrame) -> None:
        if not SLOWEST <= first.sample_rate <= FASTEST:
            raise DecodingError(f"its sample rate of {first.sample_rate} Hz is none of music")
        if len(first.layout.channels) > MOST_CHANNELS:
            raise DecodingError(f"it has {len(first.layout.channels)} channels, more than {MOST_CHANNELS}")
        self._kind = self._kind_of(first)
        self._rate = first.sample_rate
        self._layout = tuple(channel.name for channel in first.layout.channels)
        # small frames are joined first: a call for each would cost more than decoding it
        self._fifo = av.AudioFifo()
        self._floats = av.AudioResampler("flt", first.layout, self._rate)
        self.size = min(BLOCK_SECONDS * self._rate, BLOCK_SAMPLES // len(self._layout))

    @staticmethod
    def _kind_of(frame: av.AudioFrame) -> tuple[str, int, int]:
        return frame.format.name, len(frame.layout.channels), frame.sample_rate

    @property
    def waiting(self) -> int:
        return self._fifo.samples

    def add(self, frame: av.AudioFrame) -> None:
        """Takes a frame, unless damage makes it look like another kind of audio than the first."""
        if self._kind_of(frame) == self._kind:
            frame.pts = None
            self._fifo.write(frame)

    def block(self, samples: int) -> Block:
        """The next so many samples, of those that wait."""
        # interleaved, because PyAV reads beyond the memory of eight planes
        interleaved = _resampled(self._floats, self._fifo.read(samples, partial=True))
        channels = np.ascontiguousarray(interleaved.reshape(-1, len(self._layout)).T)
        if not (channels.max(initial=0.0) <= LOUDEST and channels.min(initial=0.0) >= -LOUDEST):  # true of NaN, too
            channels = np.nan_to_num(channels, posinf=0.0, neginf=0.0).clip(-LOUDEST, LOUDEST)
        return Block(channels, self._rate, self._layout)


class Downmix:
    """The mean of all channels at `SAMPLE_RATE`, of blocks that follow one another."""

    def __init__(self) -> None:
        self._resampler = av.AudioResampler("flt", "mono", SAMPLE_RATE)

    def add(self, block: Block) -> NDArray[np.float32]:
        """The samples of the next block, (samples,)."""
        frame = av.AudioFrame.from_ndarray(block.channels.mean(axis=0, keepdims=True), "flt", "mono")
        frame.sample_rate = block.sample_rate
        return _resampled(self._resampler, frame)


def _resampled(resampler: av.AudioResampler, frame: av.AudioFrame | None) -> NDArray[np.float32]:
    """What comes out of the resampler for a frame, all channels interleaved."""
    parts = [part.to_ndarray()[0] for part in resampler.resample(frame)]
    return np.concatenate(parts) if parts else np.empty(0, np.float32)
