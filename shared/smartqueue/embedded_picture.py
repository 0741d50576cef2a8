"""The picture inside an audio file."""

from __future__ import annotations

from av.stream import Disposition

from smartqueue.decoding import opened


def embedded_picture(path: bytes) -> bytes:
    """The first picture in a file's tags, as it stands there; empty where there is none. Raises DecodingError."""
    with opened(path) as (container, _):
        for stream in container.streams.video:
            if stream.disposition & Disposition.attached_pic:
                return next((bytes(packet) for packet in container.demux(stream)), b"")
    return b""
