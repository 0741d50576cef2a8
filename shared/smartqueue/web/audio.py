"""A track's sound: its file as it is, or as WAV where browsers do not know it; whole or in parts."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from tornado.iostream import StreamClosedError

from smartqueue.database import Files
from smartqueue.playable import audio_type, can_transcode, opened
from smartqueue.web.byte_ranges import UnsatisfiableError, wanted
from smartqueue.web.handler import Handler, RefusedError

# Bytes that are read and sent at once.
_BLOCK = 1 << 17


class Sound(Protocol):
    """Bytes that are read in parts."""

    size: int

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes from `begin` up to `end`, in blocks."""


class _AsItIs:
    """A file's own bytes."""

    def __init__(self, path: bytes, size: int) -> None:
        self._path = path
        self.size = size

    def part(self, begin: int, end: int) -> Iterator[bytes]:
        with opened(self._path) as file:
            file.seek(begin)
            while begin < end and (block := file.read(min(_BLOCK, end - begin))):
                begin += len(block)
                yield block


@dataclass(frozen=True)
class _Found:
    """A sound, its media type, what tells it from others, and when its file was changed, in seconds UTC."""

    sound: Sound
    type: str
    etag: str
    modified: float

    @property
    def date(self) -> str:
        """When its file was changed, as HTTP writes it."""
        return email.utils.formatdate(self.modified, usegmt=True)

    @property
    def validators(self) -> set[str]:
        """What an If-Range header may bring; a date that is no second old does not tell two files apart."""
        return {self.etag, self.date} if self.modified < time.time() - 1 else {self.etag}


def _found(files: Files) -> _Found:
    """What is sent of a track. Raises RefusedError, in words."""
    try:
        with opened(files.audio) as file:
            status = os.fstat(file.fileno())
    except OSError as error:
        raise RefusedError(HTTPStatus.NOT_FOUND, "the file of this track is gone, or cannot be read") from error
    etag = f"{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}"
    known = audio_type(files.audio)
    if known is not None:
        return _Found(_AsItIs(files.audio, status.st_size), known, f'"{etag}"', status.st_mtime)
    # What analysis, in a process of its own, has not decoded could bring this one down.
    if not can_transcode() or not files.is_analysed:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "this kind of file cannot be played here")
    from smartqueue.decoding import DecodingError
    from smartqueue.transcoding import Wave

    try:
        return _Found(Wave(files.audio), "audio/wav", f'"{etag}-wav"', status.st_mtime)
    except DecodingError as error:
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"this track cannot be played: {error}") from error


class Audio(Handler):
    """The sound of a track of the library, by our own id."""

    async def get(self, track: str) -> None:
        """Sends it, or the part that is asked for."""
        number = self.number(track)
        files = await self.site.store.ask(lambda database: database.tracks.on_disk(number))
        if files is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "the library has no such track")
        found = await asyncio.get_running_loop().run_in_executor(None, _found, files)
        self.set_header("Etag", found.etag)
        self.set_header("Last-Modified", found.date)
        self.set_header("Accept-Ranges", "bytes")
        # A page that plays it again asks whether it has changed.
        self.set_header("Cache-Control", "private, no-cache")
        if self.check_etag_header():
            self.set_status(HTTPStatus.NOT_MODIFIED)
            return
        try:
            part = self._wanted(found)
        except UnsatisfiableError:
            self.clear()
            self.set_status(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.set_header("Content-Range", f"bytes */{found.sound.size}")
            self.answer({"error": "the track has no such part"})
            return
        self.set_header("Content-Type", found.type)
        self.set_header("Content-Length", str(len(part)))
        if self.request.method == "GET":
            await self._send(found.sound, part)

    def _wanted(self, found: _Found) -> range:
        """The bytes to be sent, with the headers and the status that say so."""
        size = found.sound.size
        header = self.request.headers.get("Range") if self.request.method == "GET" else None
        # RFC 9110, section 13.1.5: where the file is another by now, its parts would not fit together.
        if self.request.headers.get("If-Range", found.etag) not in found.validators:
            header = None
        part = wanted(header, size)
        if part is None:
            return range(size)
        self.set_status(HTTPStatus.PARTIAL_CONTENT)
        self.set_header("Content-Range", f"bytes {part.start}-{part.stop - 1}/{size}")
        return part

    async def _send(self, sound: Sound, part: range) -> None:
        """Sends some bytes, no faster than they are taken, for as long as there is one who takes them."""
        loop = asyncio.get_running_loop()
        blocks = sound.part(part.start, part.stop)
        left = len(part)
        with contextlib.suppress(StreamClosedError, OSError):
            while left:
                block = await loop.run_in_executor(None, next, blocks, b"")
                if not block:
                    break
                left -= len(block)
                self.write(block)
                await self.flush()
        if left:
            # The client is gone, or the file has shrunk, or its disk is gone; nothing but the end can tell so now.
            self.detach().close()
