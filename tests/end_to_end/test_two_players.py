"""Two players over one library, at once: each has plays and triplets of its own, and none is lost or double."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest

from demonstration.programs import Beets
from smartqueue.listening import Play
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy

SKIPS = 6
# Over half of the eight seconds that the pieces last, so that they count as kept.
KEPT = 4.3


@dataclass
class Heard:
    """What the listener in a den heard, in order."""

    room: str
    den: Den
    titles: list[str]

    @property
    def tracks(self) -> list[int]:
        return [self.den.track(title) for title in self.titles]


def playing(den: Den) -> str:
    """The title that is playing, by its file's name: not every tag in a WAV file reaches Mopidy."""
    return PurePosixPath(unquote(den.client.currentsong()["file"])).stem


def listen(room: str, den: Den, first: str) -> Heard:
    """Keeps a track, skips the next few early, keeps the one after these, and stops."""
    den.play(first)
    den.until(lambda: len(den.titles()) == 3)
    titles = []
    for number in range(SKIPS + 1):
        current = den.current()
        titles.append(playing(den))
        den.until(lambda enough=0.7 if number else KEPT: den.elapsed() > enough)  # type: ignore[misc]
        den.client.next()
        den.until(lambda current=current: den.current() not in (None, current))  # type: ignore[misc]
    titles.append(playing(den))
    den.until(lambda: den.elapsed() > KEPT)
    den.client.stop()
    return Heard(room, den, titles)


@pytest.fixture
def both(open_den: Opener, beets: Beets) -> Iterator[list[Heard]]:
    with open_den(beets, name="kitchen") as kitchen, open_den(beets, name="study") as study:
        with ThreadPoolExecutor(2) as at_once:
            heard = list(at_once.map(listen, ("kitchen", "study"), (kitchen, study), ("Weir", "Copper Parade")))
        kitchen.until(lambda: len(kitchen.plays()) >= sum(len(one.titles) for one in heard), 40)
        yield heard
        for den in (kitchen, study):
            assert "Traceback" not in den.log()


def test_two_players_at_once_lose_nothing_and_keep_apart(both: list[Heard]) -> None:
    plays: list[Play] = both[0].den.plays()
    for one in both:
        name = one.den.mopidy.log.with_name("data_dir") / "smartqueue" / "player"
        own = [play for play in plays if play.player == name.read_text(encoding="utf-8").strip()]
        assert [play.track for play in own] == one.tracks
        assert [play.outcome for play in own] == ["skipped"] * (SKIPS + 1) + ["stopped"]
        assert [play.queued_by for play in own] == ["listener"] + ["smartqueue"] * (SKIPS + 1)
    assert len(plays) == sum(len(one.titles) for one in both)
    assert len({play.player for play in plays}) == 2

    by_number = {play.id: play for play in plays}
    expected = {(frozenset((one.tracks[0], one.tracks[-1])), odd) for one in both for odd in one.tracks[1:-1]}
    skips = both[0].den.skips()
    assert {(frozenset((skip.near_a, skip.near_b)), skip.odd) for skip in skips} == expected
    assert len(skips) == len(expected)
    assert [by_number[skip.play].track for skip in skips] == [skip.odd for skip in skips]
