"""Which part of a file a request wants, as RFC 9110, section 14, has it."""

from __future__ import annotations

import re

_RANGE = re.compile(r"\s*(?:(?P<first>[0-9]+)-(?P<last>[0-9]*)|-(?P<suffix>[0-9]+))\s*")


class UnsatisfiableError(Exception):
    """The part is none of the file, or what was asked for is no part at all."""


def wanted(header: str | None, size: int) -> range | None:
    """The bytes that a Range header asks for, of a file of so many; None for all of them.

    Several parts, and other units than bytes, are answered with the whole, as the RFC allows.
    Raises UnsatisfiableError.
    """
    unit, _, ranges = (header or "").partition("=")
    if unit.strip().lower() != "bytes":
        return None
    parts = [_part(text, size) for text in ranges.split(",")]
    if len(parts) > 1:
        return None
    if not parts[0]:
        raise UnsatisfiableError
    return parts[0]


def _part(text: str, size: int) -> range:
    """One range, cut to the file; empty where it is beyond its end."""
    found = _RANGE.fullmatch(text)
    if found is None:
        raise UnsatisfiableError
    try:
        if found["suffix"]:
            return range(max(0, size - int(found["suffix"])), size)
        first, last = int(found["first"]), int(found["last"] or size)
    except ValueError as error:
        # More digits than Python reads.
        raise UnsatisfiableError from error
    if found["last"] and last < first:
        raise UnsatisfiableError
    return range(first, min(last + 1, size))
