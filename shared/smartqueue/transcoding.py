"""Any audio file as WAV, of which any part can be had by itself.

WAV, because its length and what stands at which byte are known beforehand: a browser can go anywhere in a track at
once, nothing is encoded twice, and nothing is kept on disk.
"""

from __future__ import annotations

import contextlib
import itertools
import struct
from collections.abc import Generator, Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from smartqueue.decoding import DecodingError, opened

_RATE = 44_100
_BITS = 16
_HEADER_BYTES = 44
# In seconds; a WAV file has no room for seven hours.
_LONGEST = 6 * 3600.0
# In seconds: a decoder that begins in the midst of a track needs some of it to be right.
_RUN_UP = 0.5
# Bytes that are handed on at once, some 0.7 seconds.
_BLOCK = 1 << 17


class Wave:
    """A file's audio as WAV of 16 bits, 44.1 kHz and at most two channels; `size` in bytes. Raises DecodingError."""

    def __init__(self, path: bytes) -> None:
        self._path = path
        with opened(path) as (container, stream):
            samples = int(min(_length(container, stream), _LONGEST) * _RATE)
            self._channels = 1 if stream.channels == 1 else 2
        self._sample_bytes = self._channels * _BITS // 8
        with contextlib.closing(self._decoded(0)) as decoded:
            if samples <= 0 or not any(decoded):
                raise DecodingError("none of its audio can be decoded: it is damaged or cut off")
        self._data_bytes = samples * self._sample_bytes
        self.size = _HEADER_BYTES + self._data_bytes

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes from `begin` up to `end`, in blocks; what cannot be decoded is silence."""
        waiting = bytearray(self._header()[begin:end])
        left = end - begin
        with contextlib.closing(self._decoded(max(0, begin - _HEADER_BYTES))) as decoded:
            # Silence for as long as anything is missing.
            for samples in itertools.chain(decoded, itertools.repeat(bytes(_BLOCK))):
                waiting += samples
                if len(waiting) >= min(left, _BLOCK):
                    block = bytes(waiting[:left])
                    waiting.clear()
                    left -= len(block)
                    yield block
                if not left:
                    return

    def _header(self) -> bytes:
        """As Microsoft's "Multimedia Programming Interface and Data Specifications 1.0" has it."""
        kind = struct.pack("<HHIIHH", 1, self._channels, _RATE, _RATE * self._sample_bytes, self._sample_bytes, _BITS)
        parts = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", self._data_bytes)
        return b"RIFF" + struct.pack("<I", len(parts) + self._data_bytes) + parts

    def _decoded(self, begin: int) -> Generator[bytes, None, None]:
        """The samples' bytes from number `begin` on, to the end of what can be decoded."""
        resampler = av.AudioResampler("s16", "mono" if self._channels == 1 else "stereo", _RATE)
        kind, skipped = None, 0
        with contextlib.suppress(DecodingError), opened(self._path) as (container, stream):
            for time, frame in _frames(container, stream, begin / self._sample_bytes / _RATE):
                if kind is None:
                    kind = _kind(frame)
                    skipped = begin - round(time * _RATE) * self._sample_bytes
                    # It may begin late, but by damage alone much.
                    yield bytes(min(max(0, -skipped), _BLOCK))
                if _kind(frame) == kind:
                    frame.pts = None
                    for part in resampler.resample(frame):
                        samples = part.to_ndarray().tobytes()
                        yield samples[max(0, skipped) :]
                        skipped -= len(samples)
            for part in resampler.resample(None) if kind else []:
                yield part.to_ndarray().tobytes()[max(0, skipped) :]


def _length(container: InputContainer, stream: AudioStream) -> float:
    """In seconds, as the file says; 0 where it does not."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / av.time_base


def _frames(container: InputContainer, stream: AudioStream, start: float) -> Iterator[tuple[float, AudioFrame]]:
    """The frames from a little before `start` on that can be decoded, and when each begins, in seconds."""
    second = stream.time_base or 0
    begin = stream.start_time or 0
    time = 0.0
    if start > _RUN_UP and second:
        # What cannot be searched is decoded from where it is.
        with contextlib.suppress(av.FFmpegError):
            container.seek(begin + int((start - _RUN_UP) / second), stream=stream)
            time = start - _RUN_UP
    for packet in container.demux(stream):
        with contextlib.suppress(av.FFmpegError):
            for frame in packet.decode():
                if frame.time is not None:
                    time = frame.time - float(begin * second)
                yield time, frame


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    """What a damaged frame differs in from the first."""
    return frame.format.name, frame.layout.name, frame.sample_rate
