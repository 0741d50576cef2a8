"""beet similar."""

from __future__ import annotations

import pytest

from demonstration import synthesis
from demonstration.programs import Beets
from tests.conftest import SECONDS


@pytest.mark.parametrize("piece", synthesis.PIECES, ids=lambda piece: piece.title)
def test_the_nearest_to_a_piece_is_another_take_of_it(analysed: Beets, piece: synthesis.Piece) -> None:
    nearest = analysed.run("similar", "-n", "1", "-f", "$title", f"title:={piece.title}").stdout.strip()
    assert nearest == synthesis.variant(piece).title


def test_the_tracks_come_with_growing_distances(analysed: Beets) -> None:
    distances = [float(line) for line in analysed.run("similar", "-f", "$distance", "title:Weir").stdout.split()]
    assert len(distances) == 10
    assert distances == sorted(distances)


def test_the_list_looks_as_beets_lists_do(analysed: Beets) -> None:
    line = analysed.run("similar", "-n", "1", "title:=Weir").stdout.strip()
    distance, _, rest = line.partition("  ")
    assert float(distance) > 0
    assert rest == "The Water Wheels - River Songs - Weir (another take)"


def test_no_first_match_is_an_error(analysed: Beets) -> None:
    done = analysed.run("similar", "title:nosuchtitle", check=False)
    assert (done.returncode, "no track of the library matches" in done.stderr) == (1, True)


def test_a_track_without_a_vector_says_what_to_do(own_beets: Beets) -> None:
    done = own_beets.run("similar", "title:Otter Run", check=False)
    assert (done.returncode, "beet analyze" in done.stderr) == (1, True)


def test_each_track_says_why_it_is_near(analysed: Beets) -> None:
    lines = analysed.run("similar", "--explain", "-n", "2", "-f", "$title", "title:=Weir").stdout.splitlines()
    assert lines[0] == "Weir (another take)"
    assert all(line.startswith("    near The Water Wheels – Weir in ") for line in lines[1::2])
    assert len(lines) == 4


def test_the_nearest_albums_come_with_growing_distances_and_without_the_album_itself(analysed: Beets) -> None:
    lines = analysed.run("similar", "--album", "-f", "$distance $album", "title:=Weir").stdout.splitlines()
    distances, albums = zip(*(line.split(" ", 1) for line in lines), strict=True)
    assert list(map(float, distances)) == sorted(map(float, distances))
    assert set(albums) == {piece.album for piece in synthesis.PIECES} - {"River Songs"}


def test_a_track_of_no_album_has_no_albums_near(beets: Beets) -> None:
    beets.run("modify", "-y", "-W", "-M", "title:=Weir", "album=")
    done = beets.run("similar", "--album", "title:=Weir", check=False)
    assert (done.returncode, "The Water Wheels – Weir is of no album" in done.stderr) == (1, True)


def test_what_is_there_twice_is_listed_group_by_group(own_beets: Beets) -> None:
    copy_in_other_formats(own_beets, "Otter Run", ".mp3", ".wav")
    copy_in_other_formats(own_beets, "Morning Mill", ".m4a")
    own_beets.run("analyze")
    assert groups(own_beets) == [["Morning Mill", "copy"], ["Otter Run", "copy", "copy"]]
    assert groups(own_beets, "title:Mill") == [["Morning Mill", "copy"]]


def test_where_nothing_is_there_twice_nothing_is_listed(analysed: Beets) -> None:
    done = analysed.run("similar", "--duplicates")
    assert (done.stdout, "no track is there twice" in done.stderr) == ("", True)


def test_so_many_groups_of_what_is_there_twice_are_listed(own_beets: Beets) -> None:
    copy_in_other_formats(own_beets, "Otter Run", ".wav")
    copy_in_other_formats(own_beets, "Morning Mill", ".wav")
    own_beets.run("analyze")
    assert len(groups(own_beets, "-n", "1")) == 1
    assert len(groups(own_beets, "-n", "3")) == 2


def test_what_is_not_analysed_is_not_said_to_be_there_once(own_beets: Beets) -> None:
    copy_in_other_formats(own_beets, "Otter Run", ".wav")
    done = own_beets.run("similar", "--duplicates", check=False)
    words = "nothing was compared: no track is analysed yet: run beet analyze first"
    assert (done.returncode, words in done.stderr, "twice" in done.stderr) == (1, True, False)
    own_beets.run("analyze", "title:Mill")
    assert "6 tracks were not compared" in own_beets.run("similar", "--duplicates").stderr
    done = own_beets.run("similar", "--duplicates", "title:Otter", check=False)
    assert (done.returncode, "nothing was compared: not analysed yet: " in done.stderr) == (1, True)


def test_where_nothing_matches_nothing_is_said_to_be_there_once(analysed: Beets) -> None:
    done = analysed.run("similar", "--duplicates", "title:nosuchtitle", check=False)
    assert (done.returncode, "no track of the library matches" in done.stderr) == (1, True)


def test_a_list_is_of_one_kind(analysed: Beets) -> None:
    done = analysed.run("similar", "--album", "--duplicates", check=False)
    assert (done.returncode, "do not go together" in done.stderr) == (1, True)


def groups(beets: Beets, *query: str) -> list[list[str]]:
    listed = beets.run("similar", "--duplicates", "-f", "$title", *query).stdout
    return sorted(sorted(group.splitlines()) for group in listed.strip().split("\n\n"))


def copy_in_other_formats(beets: Beets, title: str, *extensions: str) -> None:
    """Adds the same take in other encodings, under another name."""
    (piece,) = (piece for piece in synthesis.PIECES if piece.title == title)
    folder = beets.music / "copies"
    folder.mkdir(exist_ok=True)
    for extension in extensions:
        file = folder / f"{title}{extension}"
        synthesis.write(file, synthesis.render(piece, SECONDS), tags={"title": "copy", "artist": "copy"})
    beets.run("import", "-q", "-A", "-s", str(folder))
