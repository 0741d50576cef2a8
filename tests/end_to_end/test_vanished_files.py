"""Files that vanish while Mopidy runs: core would fall silent before them, and the music goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from demonstration.programs import Beets
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy


def file_of(den: Den, title: str) -> Path:
    return Path(den.beets.run("ls", "-p", f"title:={title}").stdout.strip())


@pytest.fixture
def own_analysed(own_beets: Beets) -> Beets:
    own_beets.run("analyze")
    return own_beets


def test_the_listeners_own_track_that_is_gone_failed_and_the_music_goes_on(
    open_den: Opener, own_analysed: Beets
) -> None:
    titles = sorted(own_analysed.run("ls", "-f", "$title").stdout.splitlines())[:3]
    with open_den(own_analysed) as den:
        den.play(*titles)
        file_of(den, titles[1]).unlink()
        den.until(lambda: den.current() == titles[2], 30)
        den.until(lambda: den.elapsed() > 0.5)
        assert titles[1] in den.titles()
        den.until(lambda: len(den.plays()) == 2)
        plays = {play.track: play for play in den.plays()}
        assert plays[den.track(titles[0])].outcome == "finished"
        assert plays[den.track(titles[0])].listened == pytest.approx(8, abs=0.5)
        assert (plays[den.track(titles[1])].outcome, plays[den.track(titles[1])].listened) == ("failed", 0)
        assert not den.skips()
