"""The pages in a real browser: what a listener does there, and what is written down afterwards.

Pictures of the pages are left in the folder that `pytest --screenshots FOLDER` names.
"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from demonstration.programs import Beets, Mopidy, free_port
from smartqueue.database import Database
from smartqueue.features import FEATURE_GROUPS
from tests.conftest import copied
from tests.end_to_end.browser import DESKTOP, PHONE, launched, tab
from tests.end_to_end.conftest import Den
from tests.end_to_end.watched import WATCHED, Client

# Three tracks, and the odd one out of them, or None.
Answer = tuple[frozenset[int], int | None]
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@dataclass
class Survey:
    """`beet survey`, the real program, over a library of its own."""

    beets: Beets
    port: int
    process: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/survey"

    def start(self) -> None:
        self.process = self.beets.start("survey", "--no-browser", "--port", str(self.port))
        assert self.process.stdout is not None
        while str(self.port) not in (line := self.process.stdout.readline()):
            assert line, "beet survey ended"

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.communicate(timeout=60)

    def answers(self) -> set[Answer]:
        """What was answered, each beside the triplet that it made."""
        with Database(self.beets.library, self.beets.music) as database:
            triplets = [one for one in database.triplets.of_profile("default") if one.source == "survey"]
            asked = database.questions.asked("default")
        odd = {frozenset({one.near_a, one.near_b, one.odd}): one.odd for one in triplets}
        assert len(odd) == len(triplets)
        return {(frozenset(three), odd.get(frozenset(three))) for three in asked}


@pytest.fixture
def survey(beets: Beets) -> Iterator[Survey]:
    survey = Survey(beets, free_port())
    survey.start()
    yield survey
    survey.stop()


def shown(page: Page) -> list[int]:
    """The three tracks that the survey shows."""
    expect(page.locator("#song-3")).to_be_visible()
    return [int(page.locator(f"#song-{number}").get_attribute("data-track") or 0) for number in (1, 2, 3)]


def after(page: Page, before: list[int]) -> list[int]:
    """The three that the survey shows once they are not those of before."""
    page.wait_for_function(
        "before => [1, 2, 3].some(n => document.getElementById(`song-${n}`).dataset.track != before[n - 1])", arg=before
    )
    return shown(page)


def test_answers_by_keyboard_and_mouse_are_kept_as_they_were_given(browser: Browser, survey: Survey) -> None:
    given: list[Answer] = []
    with tab(browser, survey.address) as found:
        page = found.page
        three = shown(page)
        for number in range(10):
            if number == 4:
                page.reload()
                assert shown(page) == three
            if number == 6:
                page.keyboard.press("s")
                given.append((frozenset(three), None))
            else:
                page.keyboard.press(f"Shift+Digit{number % 3 + 1}")
                given.append((frozenset(three), three[number % 3]))
            three = after(page, three)
        for number in range(10):
            page.locator(f"#song-{number % 3 + 1} .odd").click()
            given.append((frozenset(three), three[number % 3]))
            three = after(page, three)
        page.locator("#undo").click()
        three = after(page, three)
        assert frozenset(three) == given.pop()[0]
        assert survey.answers() == set(given)
        page.locator("#song-1 .odd").click()
        given.append((frozenset(three), three[0]))
        after(page, three)
        expect(page.locator("#all")).to_have_text("20")
        assert not found.complaints
    assert survey.answers() == set(given)


def test_two_tabs_keep_one_answer_to_the_same_question(browser: Browser, survey: Survey) -> None:
    with tab(browser, survey.address) as one, tab(browser, survey.address) as other:
        three = shown(one.page)
        assert shown(other.page) == three
        one.page.locator("#song-1 .odd").click()
        after(one.page, three)
        other.page.locator("#song-2 .odd").click()
        after(other.page, three)
        expect(other.page.locator("#said")).to_contain_text("already")
    assert survey.answers() == {(frozenset(three), three[0])}


def test_a_program_that_is_killed_and_started_again_goes_on_with_the_page_that_is_open(
    browser: Browser, survey: Survey
) -> None:
    with tab(browser, survey.address) as found:
        first = shown(found.page)
        found.page.locator("#song-1 .odd").click()
        second = after(found.page, first)
        survey.stop(signal.SIGKILL)
        found.page.locator("#song-2 .odd").click()
        expect(found.page.locator("#said")).to_contain_text("does not answer")
        survey.start()
        three = shown(found.page)
        found.page.locator("#song-3 .odd").click()
        after(found.page, three)
    assert survey.answers() == {(frozenset(first), first[0]), (frozenset(three), three[2])}
    assert second


def test_a_song_sounds_from_its_middle_and_leaps_where_it_is_told(browser: Browser, survey: Survey) -> None:
    heard = "window.heard = []; const play = HTMLMediaElement.prototype.play;"
    heard += "HTMLMediaElement.prototype.play = function () { window.heard.push(this); return play.call(this); }"
    with tab(browser, survey.address) as found:
        page = found.page
        page.add_init_script(heard)
        page.reload()
        shown(page)
        for number in (1, 2, 3):
            page.keyboard.press(f"Digit{number}")
            page.wait_for_function("() => heard.length && !heard.at(-1).paused && heard.at(-1).currentTime > 0")
            begun = page.evaluate("heard.at(-1).currentTime")
            assert begun > 1
            page.wait_for_function("begun => heard.at(-1).currentTime > begun + 0.3", arg=begun)
            expect(page.locator(".song.playing")).to_have_id(f"song-{number}")
            page.locator(f"#song-{number} .position").fill("1")
            page.wait_for_function("() => heard.at(-1).currentTime >= 1 && heard.at(-1).currentTime < 2.9")
        assert not found.complaints


def test_a_title_is_text_whatever_it_holds(browser: Browser, beets: Beets) -> None:
    beets.run("modify", "-y", "-W", f"title={HOSTILE}", f"artist={HOSTILE}", f"album={HOSTILE}")
    survey = Survey(beets, free_port())
    survey.start()
    with tab(browser, survey.address) as found:
        dialogs: list[str] = []
        found.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        shown(found.page)
        expect(found.page.locator("#song-1 .title")).to_have_text(HOSTILE)
        found.page.goto(survey.address.replace("survey", "map"))
        found.page.locator("#find").fill("script")
        expect(found.page.locator("#found")).to_contain_text(HOSTILE)
        assert not dialogs
        assert not found.complaints
    survey.stop()


@dataclass
class Room:
    """A listener's den whose Mopidy serves the pages."""

    den: Den
    port: int

    def address(self, page: str) -> str:
        return f"http://127.0.0.1:{self.port}/smartqueue/{page}"


@pytest.fixture(scope="module")
def room(analysed: Beets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A Mopidy that plays, over a library of which something was learned."""
    folder = tmp_path_factory.mktemp("room")
    beets = copied(analysed, folder / "beets")
    answer_by_ear(beets, 60)
    beets.run("learnmetric")
    port = free_port()
    http = {"enabled": "true", "hostname": "127.0.0.1", "port": str(port)}
    mopidy = Mopidy(folder / "mopidy", beets.music, beets.environment, settings={"http": http}, program=WATCHED)
    mopidy.run("local", "scan")
    with mopidy:
        den = Den(mopidy, Client(mopidy), beets)
        den.play("Weir")
        den.until(lambda: len(den.titles()) == 3)
        yield Room(den, port)
        den.client.disconnect()


def answer_by_ear(beets: Beets, count: int) -> None:
    """Answers of a listener who hears timbre and tonality."""
    generator = np.random.default_rng(0)
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
        heard = np.isin(FEATURE_GROUPS, ["timbre", "tonality"])
        points = database.metric("default", library).standardise(library.vectors)[:, heard]
        for _ in range(count):
            three = generator.choice(len(points), 3, replace=False)
            apart = np.linalg.norm(points[three[[1, 0, 0]]] - points[three[[2, 2, 1]]], axis=1)
            odd = int(library.ids[three[apart.argmin()]])
            database.questions.answer(library.ids[three].tolist(), odd, "default", at_random=True)


PAGES = {
    "survey": "#song-3",
    "now": "#coming .track",
    "learned": "#triplets li",
    "map": "#atlas",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_keeps_nobody_out_and_complains_of_nothing(
    browser: Browser, room: Room, name: str, size: tuple[int, int], scheme: str, screenshots: Path
) -> None:
    with tab(browser, room.address(name), size=size, scheme=scheme) as found:
        expect(found.page.locator(PAGES[name]).first).to_be_visible()
        found.page.wait_for_load_state("networkidle") if name != "now" else found.page.wait_for_timeout(500)
        picture = screenshots / f"{name}-{'phone' if size == PHONE else 'desktop'}-{scheme}.png"
        found.page.screenshot(path=picture)
        assert found.overflow <= 0
        assert not found.barriers()
        assert not found.complaints


# Where on the page a point of the fourth artist's colour is drawn; null before it is.
POINT = """() => {
  const canvas = document.querySelector("#map");
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--group-4").trim();
  const wanted = [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
  if (!canvas.width || !canvas.height) return null;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  for (let byte = 0; byte < data.length; byte += 4) {
    if (wanted.every((value, part) => data[byte + part] === value)) {
      const { left, top, width } = canvas.getBoundingClientRect();
      const ratio = width / canvas.width;
      return [left + ratio * ((byte / 4) % canvas.width), top + ratio * Math.floor(byte / 4 / canvas.width)];
    }
  }
  return null;
}"""


def test_a_click_on_a_point_of_the_map_plays_its_track(browser: Browser, room: Room) -> None:
    client = room.den.client
    with tab(browser, room.address("map")) as found:
        page = found.page
        page.wait_for_function(POINT)
        x, y = page.evaluate(POINT)
        page.mouse.move(x, y)
        expect(page.locator("#tip")).to_be_visible()
        named, before = page.locator("#tip").inner_text(), client.status()["songid"]
        page.mouse.click(x, y)
        room.den.until(lambda: bool(client.status().get("songid", before) != before))
        assert named.endswith(room.den.current() or "nothing")
        assert not found.complaints


def test_a_track_that_is_searched_for_on_the_map_plays_too(browser: Browser, room: Room) -> None:
    with tab(browser, room.address("map")) as found:
        found.page.locator("#find").fill("Tin Hats")
        found.page.locator("#found button").first.click()
        expect(found.page.locator("#track h2")).to_contain_text("Tin Hats")
        found.page.locator("#play").click()
        room.den.until(lambda: room.den.current() in ("Tin Hats", "Tin Hats (another take)"))
        assert not found.complaints


def test_what_is_not_wanted_leaves_the_list_and_another_comes(browser: Browser, room: Room) -> None:
    with tab(browser, room.address("now")) as found:
        own = found.page.locator("#coming .own")
        expect(own.first).to_be_visible()
        tlid = own.first.get_attribute("data-tlid")
        own.first.locator(".not-this").click()
        expect(found.page.locator(f"#coming [data-tlid='{tlid}']")).to_have_count(0)
        expect(own).to_have_count(2)
        assert str(tlid) not in [song["id"] for song in room.den.client.playlistinfo()]


def test_the_switch_on_the_page_is_the_one_of_the_playlists(browser: Browser, room: Room) -> None:
    with tab(browser, room.address("now")) as found:
        switch = found.page.locator("#on")
        expect(switch).to_be_checked()
        switch.click()
        expect(switch).not_to_be_checked()
        room.den.client.load("Smartqueue: on")
        expect(switch).to_be_checked()


def test_what_is_forgotten_is_so_in_the_library_and_can_be_had_again(browser: Browser, room: Room) -> None:
    def count() -> int:
        with Database(room.den.beets.library, room.den.beets.music) as database:
            return sum(triplet.source == "survey" for triplet in database.triplets.of_profile("default"))

    with tab(browser, room.address("learned")) as found:
        before = count()
        first = found.page.locator("#triplets li").first
        first.get_by_role("button", name="Forget").click()
        expect(first.get_by_role("button", name="Undo")).to_be_visible()
        assert count() == before - 1
        first.get_by_role("button", name="Undo").click()
        expect(first.get_by_role("button", name="Forget")).to_be_visible()
        assert count() == before
