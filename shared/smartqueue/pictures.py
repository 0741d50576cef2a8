"""The cover of a track: the one that beets has, else the one inside the file."""

from __future__ import annotations

from dataclasses import dataclass

from smartqueue.database import Files
from smartqueue.playable import can_transcode, opened

# In bytes.
_LARGEST = 8 << 20
_SIGNATURES = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


@dataclass(frozen=True)
class Picture:
    """An image and its media type."""

    type: str
    image: bytes


def cover(files: Files) -> Picture | None:
    """The cover of a track; None where there is none that is an image of usual size."""
    if files.art is not None and (found := _picture(_contents(files.art))):
        return found
    # What analysis, in a process of its own, has not read could bring this one down.
    return _picture(_embedded(files.audio)) if files.is_analysed and can_transcode() else None


def _picture(image: bytes) -> Picture | None:
    """An image that is one by its first bytes."""
    if len(image) > _LARGEST:
        return None
    if image.startswith(b"RIFF") and image[8:12] == b"WEBP":
        return Picture("image/webp", image)
    return next((Picture(type_, image) for sign, type_ in _SIGNATURES.items() if image.startswith(sign)), None)


def _contents(file: bytes) -> bytes:
    """The beginning of a file, as far as it may be a picture; empty where it cannot be read."""
    try:
        with opened(file) as image:
            return image.read(_LARGEST + 1)
    except (OSError, ValueError):
        return b""


def _embedded(file: bytes) -> bytes:
    """The first picture in an audio file; empty where there is none."""
    from smartqueue.decoding import DecodingError
    from smartqueue.embedded_picture import embedded_picture

    try:
        return embedded_picture(file)
    except DecodingError:
        return b""
