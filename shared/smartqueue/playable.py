"""Which files a web page can play: those that every browser knows, by their first bytes, and those we can decode."""

from __future__ import annotations

import functools
import importlib.util
import os
import stat
from typing import IO

# Within which a file, after its tags, shows what it is.
_BEGINNING = 4096
# No header of an MP4 file, its pictures included, is longer.
_LONGEST_HEADER = 1 << 26
# Of WAV: whole numbers, floats, and those of either that say more.
_WAVE_FORMATS = (1, 3, 0xFFFE)
_OGG_CODECS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC")


def is_playable(file: bytes) -> bool:
    """Whether a page can play a file of the library, as it is or transcoded; False for one that is gone.

    Without PyAV this opens the file, with it it asks the file system alone: what was analysed can be decoded.
    """
    return os.path.isfile(file) if can_transcode() else audio_type(file) is not None  # noqa: PTH113 - bytes


@functools.cache
def can_transcode() -> bool:
    """Whether PyAV is installed, which a player does not need."""
    return importlib.util.find_spec("av") is not None


def opened(file: bytes) -> IO[bytes]:
    """A file to read from; raises OSError for what is none, without waiting for the other end of a pipe."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no file")
    return os.fdopen(descriptor, "rb")


def audio_type(file: bytes) -> str | None:
    """The media type of a file that browsers play as it is; None for others, and for what cannot be read."""
    try:
        with opened(file) as audio:
            return _audio_type(audio)
    except (OSError, ValueError):
        return None


def _audio_type(audio: IO[bytes]) -> str | None:
    beginning = audio.read(_BEGINNING)
    if beginning.startswith(b"ID3") and len(beginning) > 10:
        # Its size has seven bits a byte (ID3v2.4, section 3.1).
        size = functools.reduce(lambda whole, byte: whole << 7 | byte & 0x7F, beginning[6:10], 0)
        audio.seek(10 + size)
        # Some leave room behind it.
        beginning = audio.read(_BEGINNING).lstrip(b"\0")
    if beginning.startswith(b"fLaC"):
        return "audio/flac"
    if beginning.startswith(b"OggS") and any(codec in beginning[:64] for codec in _OGG_CODECS):
        return "audio/ogg"
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WAVE":
        found = beginning.find(b"fmt ")
        known = found > 0 and int.from_bytes(beginning[found + 8 : found + 10], "little") in _WAVE_FORMATS
        return "audio/wav" if known else None
    if beginning[4:8] == b"ftyp":
        return "audio/mp4" if _mp4_codec(audio) == b"mp4a" else None
    # A frame of MPEG audio, layer III (ISO 11172-3, section 2.4.1.3).
    if len(beginning) > 1 and beginning[0] == 0xFF and beginning[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    return None


def _mp4_codec(audio: IO[bytes]) -> bytes:
    """The code of how the sound in an MP4 file is encoded, as mp4a or alac; empty where that is not found.

    The file is a row of boxes, of which `moov` holds the sample description (ISO 14496-12, sections 4.2 and 8.5.2).
    """
    position = 0
    while True:
        audio.seek(position)
        head = audio.read(16)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if len(head) < 8 or size < 8:
            return b""
        if head[4:8] == b"moov":
            audio.seek(position)
            header = audio.read(min(size, _LONGEST_HEADER))
            found = header.find(b"stsd")
            return header[found + 16 : found + 20] if found > 0 else b""
        position += size
