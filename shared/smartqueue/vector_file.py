"""What was heard, in a file of its own, to carry it from a fast machine to a slow one."""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from smartqueue.database import Heard
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.whole_file import whole_file

_AUDIO_HASH = re.compile("[0-9a-f]{32}")
_KEY = re.compile("[A-G]#?m?")


class VectorFileError(Exception):
    """A file that cannot be written or taken; its text says why, and what to do."""


def write(path: Path, heard: Mapping[str, Heard]) -> None:
    """Writes a NumPy archive of vectors and scalars by the hash of their audio, whole or not at all.

    Raises VectorFileError.
    """
    try:
        with whole_file(path) as file:
            np.savez_compressed(
                file,
                extractor=np.array(EXTRACTOR),
                audio_hashes=np.array(list(heard), "U32"),
                vectors=np.array([one.vector for one in heard.values()], "<f4").reshape(-1, len(NAMES)),
                scalars=np.array([json.dumps(dict(one.scalars)).encode() for one in heard.values()], "S"),
            )
    except OSError as error:
        raise VectorFileError(f"{path} cannot be written: {error.strerror}") from error


def read(path: Path) -> dict[str, Heard]:
    """What `write` wrote, by the hash of the audio; raises VectorFileError when that is not what it is."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            extractor = str(archive["extractor"])
            hashes = np.atleast_1d(archive["audio_hashes"]).tolist()
            vectors = archive["vectors"]
            scalars = [_scalars(line) for line in np.atleast_1d(archive["scalars"]).tolist()]
    except OSError as error:
        raise VectorFileError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise VectorFileError(f"{path} is no file that beet analyze --export wrote, or is damaged") from error
    if extractor != EXTRACTOR:
        raise VectorFileError(
            f"{path} holds vectors of version {extractor}, and this smartqueue's are of version {EXTRACTOR}:"
            " export and import with the same one"
        )
    right = (
        vectors.dtype == np.float32
        and vectors.shape == (len(hashes), len(NAMES))
        and len(scalars) == len(hashes)
        and bool(np.isfinite(vectors).all())
        and all(isinstance(audio_hash, str) and _AUDIO_HASH.fullmatch(audio_hash) for audio_hash in hashes)
    )
    if not right:
        raise VectorFileError(f"{path} is damaged: export it again")
    return {
        audio_hash: Heard(vector, known) for audio_hash, vector, known in zip(hashes, vectors, scalars, strict=True)
    }


def _scalars(line: bytes) -> dict[str, float | str]:
    """The scalars of one track; raises ValueError when they are none."""
    found = json.loads(line)
    for name, value in found.items():
        known = _KEY.fullmatch(value) if name == "initial_key" else math.isfinite(value)
        if not known:
            raise ValueError(line)
    return dict(found)
