"""The wheel, as a user installs it: each part can be had without the others."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from email.parser import BytesParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from demonstration.programs import Beets

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    # By way of a source archive, so that nothing is left in the checkout and nothing of it is missing there.
    run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], folder)
    return next(folder.glob("mopidy_smartqueue-*.whl"))


@pytest.fixture(scope="module")
def player(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has only what a player needs."""
    return installed(str(wheel), tmp_path_factory.mktemp("player"))


@pytest.fixture(scope="module")
def everything(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has all of it."""
    return installed(f"{wheel}[all]", tmp_path_factory.mktemp("everything"))


def installed(what: str, folder: Path) -> Path:
    # The system's own Python, because PyGObject belongs to it.
    run(["/usr/bin/python3", "-m", "venv", "--system-site-packages", str(folder / "venv")], folder)
    run([str(folder / "venv/bin/pip"), "install", "--quiet", what], folder)
    return folder / "venv" / "bin"


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def imports(python: Path, module: str, folder: Path) -> bool:
    return subprocess.run([python, "-c", f"import {module}"], cwd=folder, capture_output=True).returncode == 0


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "beetsplug",
        "mopidy_smartqueue",
        "smartqueue",
    }


def test_beetsplug_stays_a_namespace_that_beets_owns(wheel: Path) -> None:
    assert "beetsplug/__init__.py" not in zipfile.ZipFile(wheel).namelist()


@pytest.mark.parametrize(
    ("platform", "machine", "is_there"),
    [("linux", "x86_64", True), ("darwin", "arm64", True), ("linux", "aarch64", False), ("win32", "AMD64", False)],
)
@pytest.mark.parametrize("python", ["3.11", "3.14"])
def test_essentia_is_asked_for_only_where_pip_has_it(
    wheel: Path, platform: str, machine: str, is_there: bool, python: str
) -> None:
    name = next(name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".dist-info/METADATA"))
    metadata = BytesParser().parsebytes(zipfile.ZipFile(wheel).read(name))
    required = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    there = {
        "extra": "analysis",
        "sys_platform": platform,
        "platform_machine": machine,
        "python_version": python,
    }
    asked = {one.name for one in required if one.marker and one.marker.evaluate(there)}
    assert ("essentia" in asked, {"av", "beets", "scipy"} <= asked) == (is_there, True)


@pytest.mark.parametrize("module", ["essentia", "sklearn", "beets"])
def test_a_player_needs_no_essentia_no_scikit_learn_and_no_beets(player: Path, module: str, tmp_path: Path) -> None:
    assert not imports(player / "python", module, tmp_path)


@pytest.mark.mopidy
def test_a_player_alone_has_the_extension(player: Path, tmp_path: Path) -> None:
    assert "[smartqueue]\nenabled = true" in run([str(player / "mopidy"), "config"], tmp_path, HOME=str(tmp_path))


@pytest.mark.mopidy
def test_a_player_alone_can_choose(player: Path, tmp_path: Path) -> None:
    assert imports(player / "python", "mopidy_smartqueue.frontend", tmp_path)


def test_beet_smartqueue_runs_from_any_folder(everything: Path, own_beets: Beets, tmp_path: Path) -> None:
    output = run([str(everything / "beet"), "smartqueue"], tmp_path, BEETSDIR=str(own_beets.folder))
    assert "0 of 6 tracks" in output


def test_beet_analyze_runs_from_any_folder(everything: Path, own_beets: Beets, tmp_path: Path) -> None:
    output = run([str(everything / "beet"), "analyze"], tmp_path, BEETSDIR=str(own_beets.folder))
    assert "6 analysed" in output


def test_without_an_extra_a_command_says_what_to_install(player: Path, own_beets: Beets, tmp_path: Path) -> None:
    run([str(player / "pip"), "install", "--quiet", "--target", str(tmp_path / "beets-alone"), "beets"], tmp_path)
    done = subprocess.run(
        [str(player / "python"), "-c", "from beets.ui import main; main(['analyze'])"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "beets-alone"), "BEETSDIR": str(own_beets.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "pip install 'mopidy-smartqueue[analysis]'" in done.stderr
