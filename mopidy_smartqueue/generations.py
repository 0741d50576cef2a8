"""What differs between Mopidy 3 and Mopidy 4."""

from __future__ import annotations

import logging

import mopidy


def logger(name: str) -> logging.Logger:
    """The logger of that name, whose messages stand in Mopidy's log as they are.

    Mopidy 4 takes every message for rich's markup: of a title it would leave out "[live]", and raise on "[/live]", then
    and at every message of anyone's after that. In most locales a file name that is no UTF-8 silences its log likewise.
    """
    found = logging.getLogger(name)
    if int(mopidy.__version__.partition(".")[0]) >= 4:
        found.addFilter(_written_as_markup)
    return found


def _written_as_markup(record: logging.LogRecord) -> bool:
    from rich.markup import escape

    def written(text: str) -> str:
        return str(escape(text.encode(errors="backslashreplace").decode()))

    record.msg, record.args = written(record.getMessage()), ()
    if record.exc_info:
        record.exc_text = written(logging.Formatter().formatException(record.exc_info))
    return True
