"""beet import with `auto: yes`."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from demonstration import synthesis
from demonstration.programs import Beets
from smartqueue.database import Database


@pytest.fixture
def automatic(music: Path, tmp_path: Path) -> Beets:
    return Beets(tmp_path / "beets", music, {"smartqueue": {"auto": True, "jobs": 1}})


def stored(beets: Beets) -> int:
    """How many vectors there are so far."""
    if not beets.library.exists():
        return 0
    with Database(beets.library, beets.music) as database:
        return len(database.vectors.library().ids) if database.is_ours else 0


def test_what_is_imported_is_analysed(automatic: Beets, music: Path) -> None:
    album = next(music.iterdir())
    told = automatic.run("import", "-q", "-A", str(album)).stdout
    count = len(list(album.iterdir()))
    assert told.splitlines()[-1] == f"{count} analysed, 0 up to date, 0 failed"
    assert stored(automatic) == count
    assert float(automatic.run("ls", "-f", "$loudness", "title:Otter Run").stdout or -1) < 0


def test_singletons_are_analysed_too(automatic: Beets, music: Path) -> None:
    automatic.run("import", "-q", "-A", "-s", str(next(music.rglob("*.flac"))))
    assert stored(automatic) == 1


def test_a_file_that_fails_is_named_at_the_end(automatic: Beets, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    samples = synthesis.render(synthesis.PIECES[0], 8.0)
    for name in ("good", "bad"):
        synthesis.write(folder / f"{name}.flac", samples, tags={"title": name, "album": "both"})
    whole = (folder / "bad.flac").read_bytes()
    (folder / "bad.flac").write_bytes(whole[: whole.index(b"\xff\xf8")])  # all but the audio
    *_, line, reason = automatic.run("import", "-q", "-A", str(folder)).stdout.splitlines()
    assert line == "1 analysed, 0 up to date, 1 failed"
    assert reason.strip().startswith(f"{folder / 'bad.flac'}: ")


def test_without_the_setting_nothing_is_analysed(imported: Beets) -> None:
    assert stored(imported) == 0


def test_ctrl_c_at_the_end_leaves_the_rest_to_beet_analyze(automatic: Beets, music: Path) -> None:
    started = automatic.start("import", "-q", "-A", str(music))
    give_up = time.monotonic() + 60
    while stored(automatic) < 1:
        assert time.monotonic() < give_up
        time.sleep(0.02)
    time.sleep(1)  # the import itself is over by then, or Ctrl-C ends that as well
    os.killpg(started.pid, signal.SIGINT)
    output, _ = started.communicate(timeout=60)
    assert "Traceback" not in output
    assert stored(automatic) < 24
    told = automatic.run("analyze").stdout
    assert ", 0 failed" in told
    assert stored(automatic) == len(automatic.run("ls").stdout.splitlines())


def test_a_wrong_setting_is_named(music: Path, tmp_path: Path) -> None:
    beets = Beets(tmp_path / "beets", music, {"smartqueue": {"auto": True, "jobs": "many"}})
    done = beets.run("import", "-q", "-A", str(next(music.iterdir())), check=False)
    assert (done.returncode, "smartqueue.jobs" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_when_the_analysis_is_not_installed_the_import_goes_on(
    automatic: Beets, music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what stands first on the path cannot be imported, as when it is not there
    (tmp_path / "essentia.py").write_text("raise ImportError(name='essentia')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    done = automatic.run("import", "-q", "-A", str(music))
    assert "pip install 'mopidy-smartqueue[analysis]'" in done.stderr
    assert len(automatic.run("ls").stdout.splitlines()) == 24
