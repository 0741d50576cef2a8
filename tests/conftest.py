"""Music and libraries that the tests share. The music is synthesised: each piece has a variant, another take."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from demonstration import synthesis
from demonstration.programs import Beets

SECONDS = 8.0
# The takes come in the encodings that people have.
ENCODINGS = (".mp3", ".ogg", ".opus", ".m4a", ".wav", ".flac")


def pytest_addoption(parser: pytest.Parser) -> None:
    """A folder for pictures of the pages, such as docs/images."""
    parser.addoption("--screenshots", type=Path, help="leave pictures of the pages in this folder")


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of the pages go."""
    asked = request.config.getoption("--screenshots")
    return Path(asked) if asked else tmp_path_factory.mktemp("screenshots")


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve pieces and their variants, one folder an album."""
    folder = tmp_path_factory.mktemp("music")
    for number, piece in enumerate(synthesis.PIECES):
        take = synthesis.variant(piece)
        for version, extension in ((piece, ".flac"), (take, ENCODINGS[number % len(ENCODINGS)])):
            path = folder / version.album / f"{version.title}{extension}"
            path.parent.mkdir(exist_ok=True)
            tags = {"title": version.title, "artist": version.artist, "album": version.album}
            synthesis.write(path, synthesis.render(version, SECONDS), tags=tags)
    return folder


@pytest.fixture(scope="session")
def imported(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Beets:
    """A library of that music, with nothing analysed."""
    beets = Beets(tmp_path_factory.mktemp("imported"), music)
    beets.run("import", "-q", "-A", str(music))
    return beets


@pytest.fixture(scope="session")
def analysed(imported: Beets, tmp_path_factory: pytest.TempPathFactory) -> Beets:
    """The same, analysed; not to be changed."""
    beets = copied(imported, tmp_path_factory.mktemp("analysed"))
    beets.run("analyze")
    return beets


@pytest.fixture
def beets(analysed: Beets, tmp_path: Path) -> Beets:
    """An analysed library of the test's own; its music is everyone's."""
    return copied(analysed, tmp_path / "beets")


@pytest.fixture
def own_beets(music: Path, tmp_path: Path) -> Beets:
    """A library and music of the test's own, six tracks, with nothing analysed."""
    for path in sorted(music.rglob("*.flac"))[:6]:
        (tmp_path / "music" / path.parent.name).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "music" / path.parent.name)
    beets = Beets(tmp_path / "beets", tmp_path / "music")
    beets.run("import", "-q", "-A", str(tmp_path / "music"))
    return beets


def copied(beets: Beets, folder: Path) -> Beets:
    """A copy of a library, over the same music."""
    copy = Beets(folder, beets.music)
    shutil.copy(beets.library, copy.library)
    return copy
