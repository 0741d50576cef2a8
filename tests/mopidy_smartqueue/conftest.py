"""The bench: see bench.py."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mopidy_smartqueue import bench as benches
from tests.mopidy_smartqueue.clock import Clock
from tests.mopidy_smartqueue.mailboxes import Mailroom

Opener = Callable[..., contextlib.AbstractContextManager[benches.Bench]]


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beets takes half a second to make a library, so it is made once and copied."""
    folder = tmp_path_factory.mktemp("bench") / "library"
    benches.make_library(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, library: Path) -> Path:
    """A bench's own library.db and music."""
    return Path(shutil.copytree(library, tmp_path / "bench"))


@pytest.fixture
def open_bench(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Opener:
    """Opens a bench over `folder` with Mopidy's settings by section; opened again, Mopidy has been restarted."""
    clock = Clock()
    clock.rule(monkeypatch)

    def opened(**settings: dict[str, Any]) -> contextlib.AbstractContextManager[benches.Bench]:
        mailroom = Mailroom()
        mailroom.serve(monkeypatch)
        return benches.opened(folder, clock, mailroom, settings)

    return opened


@pytest.fixture
def bench(open_bench: Opener, caplog: pytest.LogCaptureFixture) -> Iterator[benches.Bench]:
    """A bench as it stands."""
    caplog.set_level("INFO")
    with open_bench() as bench:
        yield bench
        assert "Traceback" not in caplog.text
