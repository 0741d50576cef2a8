"""beet similar."""

from __future__ import annotations

import pytest

from demonstration import synthesis
from demonstration.programs import Beets


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
