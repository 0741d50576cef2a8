"""What was heard goes to another machine in a file, and a file that is none is refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from smartqueue.database import Heard
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.vector_file import VectorFileError, read, write

HASH = "0123456789abcdef" * 2
HEARD = Heard(np.linspace(-1, 1, len(NAMES), dtype=np.float32), {"bpm": 120.5, "initial_key": "F#m"})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "heard", {HASH: HEARD, HASH[::-1]: Heard(HEARD.vector * 2, {})})
    found = read(tmp_path / "heard")
    assert found.keys() == {HASH, HASH[::-1]}
    np.testing.assert_array_equal(found[HASH].vector, HEARD.vector)
    assert found[HASH].scalars == HEARD.scalars


def test_nothing_is_written_and_read_too(tmp_path: Path) -> None:
    write(tmp_path / "heard", {})
    assert read(tmp_path / "heard") == {}


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VectorFileError, match="nowhere/heard cannot be written: No such file"):
        write(tmp_path / "nowhere" / "heard", {HASH: HEARD})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(VectorFileError, match="heard cannot be read: No such file"):
        read(tmp_path / "heard")


def test_vectors_of_another_version_are_refused(tmp_path: Path) -> None:
    damage(tmp_path / "heard", extractor=np.array("another"))
    with pytest.raises(VectorFileError, match=f"version another.*version {EXTRACTOR}"):
        read(tmp_path / "heard")


@pytest.mark.parametrize("content", [b"", b"only words", b"PK\x03\x04 and more"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heard").write_bytes(content)
    with pytest.raises(VectorFileError, match="is no file that beet analyze --export wrote"):
        read(tmp_path / "heard")


def test_a_single_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "heard").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(VectorFileError, match="is no file that beet analyze --export wrote"):
        read(tmp_path / "heard")


@pytest.mark.parametrize(
    "wrong",
    [
        {"vectors": np.full((1, len(NAMES)), np.nan, np.float32)},
        {"vectors": np.zeros((1, len(NAMES) - 1), np.float32)},
        {"vectors": np.zeros((2, len(NAMES)), np.float32)},
        {"vectors": np.zeros((1, len(NAMES)), np.int64)},
        {"vectors": np.float32(1)},
        {"vectors": np.array([{"an": "object"}])},
        {"audio_hashes": np.array(["no hash"])},
        {"audio_hashes": np.array([1])},
        {"audio_hashes": np.array(3)},
        {"scalars": np.array([b"[]"])},
        {"scalars": np.array([b"{"])},
        {"scalars": np.array([b'{"bpm": "fast"}'])},
        {"scalars": np.array([b'{"bpm": NaN}'])},
        {"scalars": np.array([b'{"initial_key": "H"}'])},
        {"scalars": np.array([b'{"initial_key": 3}'])},
    ],
    ids=str,
)
def test_wrong_contents_are_refused(tmp_path: Path, wrong: dict[str, np.ndarray]) -> None:
    damage(tmp_path / "heard", **wrong)
    with pytest.raises(VectorFileError, match="damaged"):
        read(tmp_path / "heard")


def damage(path: Path, **wrong: np.ndarray) -> None:
    """A file with one thing wrong in it."""
    write(path, {HASH: HEARD})
    with np.load(path) as archive:
        right = dict(archive)
    with path.open("wb") as file:
        np.savez(file, **(right | wrong))
