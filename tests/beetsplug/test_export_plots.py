"""beet survey --export-plots."""

from __future__ import annotations

import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.listening import Play, Triplet

NAMES = ("map", "genres", "history")
PNG = b"\x89PNG\r\n\x1a\n"
# Each would break a picture that took it for more than a name.
HOSTILE = "_$\\frac{<script>&"


@pytest.fixture
def listened(beets: Beets) -> Beets:
    """A library with two genres, plays and an answer."""
    beets.run("modify", "-y", "-W", "genres=Ambient")
    beets.run("modify", "-y", "-W", "title:Otter", f"genres={HOSTILE}")
    beets.run("modify", "-y", "-W", "artist::^[A-M]", "genres=Rock")
    with Database(beets.library, beets.music) as database:
        database.migrate()
        ids = database.vectors.library().ids.tolist()
        for number, track in enumerate(ids[:4]):
            database.plays.add(Play(track, "player", "default", time.time() - 900 + 200 * number, 200, 200, "finished"))
        database.triplets.add([Triplet(ids[0], ids[1], ids[2], "survey", created=time.time())])
    return beets


def text(file: Path) -> str:
    """All text in an SVG file, which must be one."""
    root = ET.parse(file).getroot()  # noqa: S314 - our own file
    assert root.tag.endswith("svg")
    return " ".join(root.itertext())


def test_map_and_plots_are_written_as_png_and_svg(listened: Beets, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "plots"
    told = listened.run("survey", "--export-plots", str(folder)).stdout.split()
    assert told == [str(folder / f"{name}.{kind}") for name in NAMES for kind in ("png", "svg")]
    for name in NAMES:
        assert (folder / f"{name}.png").read_bytes().startswith(PNG)
    assert "near sounds alike" in text(folder / "map.svg")
    assert "Tonight's path" in text(folder / "map.svg")
    assert "between genres" in text(folder / "genres.svg")
    assert "answers" in text(folder / "history.svg")


def test_names_are_written_as_they_are(listened: Beets, tmp_path: Path) -> None:
    listened.run("survey", "--export-plots", str(tmp_path))
    assert HOSTILE in text(tmp_path / "map.svg")
    assert "Ambient" in text(tmp_path / "genres.svg")


def test_where_nothing_is_known_the_plots_say_so(beets: Beets, tmp_path: Path) -> None:
    beets.run("survey", "--export-plots", str(tmp_path))
    assert "No genre known" in text(tmp_path / "map.svg")
    assert "two genres" in text(tmp_path / "genres.svg")
    assert "Nothing said yet" in text(tmp_path / "history.svg")


def test_a_folder_that_cannot_be_is_refused_in_words(analysed: Beets, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = analysed.run("survey", "--export-plots", str(tmp_path / "file" / "plots"), check=False)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
