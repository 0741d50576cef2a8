"""One contender of analysis_speed.py hears files, in a process of its own.

    python -m benchmarks.contender NAME FILE...

A file that it cannot read is named on stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.retrieval import bliss, music_extractor
from smartqueue import decoding


def decode(path: Path) -> None:
    for _ in decoding.blocks(os.fsencode(path)):
        pass


CONTENDERS: dict[str, Callable[[Path], object]] = {
    "decoding": decode,
    "MusicExtractor": music_extractor,
    "bliss": bliss,
}


def main() -> None:
    name, *files = sys.argv[1:]
    for file in files:
        try:
            CONTENDERS[name](Path(file))
        except Exception as error:
            print(f"{name} cannot read {file}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
