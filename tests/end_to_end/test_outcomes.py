"""What became of each track that played, on a real core: the listener's commands say it, and smartqueue must find out.

What `next` would have led to counts as skipped, even where it was chosen; previous, or the same again, is back.
"""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from demonstration import synthesis
from demonstration.programs import Beets, Mopidy
from smartqueue.database import Database
from smartqueue.listening import Play
from tests.conftest import SECONDS
from tests.end_to_end.conftest import Den, Opener
from tests.end_to_end.watched import WATCHED, Client

pytestmark = pytest.mark.mopidy

# How long a track is listened to where nothing depends on it, and by how much the time listened may be off, in seconds.
A_WHILE, TOLERANCE = 0.2, 0.5
# Far enough from a track's end that core has not begun to prepare for it, in seconds.
BEFORE_THE_END = SECONDS - 3.0
TITLES = [piece.title for piece in synthesis.PIECES]
EVERY_OPTION: list[tuple[str, ...]] = [(), ("consume",), ("random",), ("repeat",), ("single",)]


def named(options: tuple[str, ...]) -> str:
    """What a case with these options is called."""
    return "+".join(options) or "none"


Command = str | tuple[str | int | float, ...]


@dataclass(frozen=True)
class Heard:
    """A listening as the commands say it was; "a or b" where core gives no way to tell.

    What is fleeting may have been too short for core to tell of it at all.
    """

    title: str
    outcome: str
    seconds: float
    queued_by: str
    fleeting: bool


@dataclass
class Listener:
    """Somebody with an MPD client, who knows what they did."""

    den: Den
    uris: dict[str, str]
    titles: dict[int, str]
    options: tuple[str, ...] = ()
    since: float = 0.0
    logged: int = 0
    leapt_over: float = 0.0
    queued: set[str] = field(default_factory=set)
    heard: list[Heard] = field(default_factory=list)

    def begin(self, *options: str) -> None:
        """Silence, an empty list, and these options alone."""
        if not self.den.mopidy.runs:
            # It hung by itself in the case before.
            self.den.mopidy.start()
            self.den.client = Client(self.den.mopidy)
        self.send("stop", "clear", *((option, int(option in options)) for (option,) in EVERY_OPTION[1:]))
        self.den.until(lambda: self.den.state() == "stop" and not self.den.titles())
        self.options, self.since, self.logged = options, time.time(), len(self.den.log())
        self.leapt_over, self.queued, self.heard = 0.0, set(), []

    def send(self, *commands: Command) -> None:
        """Sends commands in one go."""
        client = self.den.client
        client.command_list_ok_begin()
        for name, *arguments in ((command,) if isinstance(command, str) else command for command in commands):
            getattr(client, str(name))(*arguments)
        client.command_list_end()

    def add(self, title: str) -> None:
        """Puts a track on the list."""
        self.queued |= {self.den.client.addid(self.uris[title]), self.uris[title]}

    def queue(self, count: int = 5, play: int = 0) -> None:
        """Puts so many tracks on the list, and plays one of them for a while."""
        for title in TITLES[:count]:
            self.add(title)
        self.send(("play", play))
        self.hear()

    def hear(self, seconds: float = A_WHILE) -> None:
        """Listens until the playing track is so many seconds old."""
        self.den.until(lambda: self.den.state() == "play" and self.den.elapsed() >= seconds)

    def seek(self, position: float) -> None:
        """Leaps within the playing track."""
        before = self.den.elapsed()
        self.send(("seekcur", position))
        self.den.until(lambda: self.den.elapsed() >= position)
        self.leapt_over += position - before

    def now(self) -> str:
        """The title that plays."""
        return self.den.current() or ""

    def ahead(self) -> str:
        """The title that `next` would lead to."""
        following = self.den.client.status().get("nextsongid")
        return "" if following is None else str(self.den.client.playlistid(following)[0]["title"])

    def ends(self, outcome: str, *commands: Command) -> None:
        """The playing track ends so, by commands sent in one go or else by itself."""
        status, song = self.den.client.status(), self.den.client.currentsong()
        self.send(*commands)

        def is_over() -> bool:
            now = self.den.client.status()
            another = (now["state"], now.get("songid")) != (status["state"], status.get("songid"))
            return another or float(now["elapsed"]) < float(status["elapsed"])

        self.den.until(is_over)
        seconds = (float(status["elapsed"]) if commands else SECONDS) - self.leapt_over
        queued_by = "listener" if song.get("id", song["file"]) in self.queued else "smartqueue"
        # Mopidy-Local reads no tags of WAV files, and calls them by their names.
        self.note(song["title"].removesuffix(".wav"), outcome, seconds, queued_by)

    def note(
        self, title: str, outcome: str, seconds: float, queued_by: str = "listener", *, fleeting: bool = False
    ) -> None:
        """Remembers a listening that is over."""
        self.heard.append(Heard(title, outcome, seconds, queued_by, fleeting))
        self.leapt_over = 0.0

    def check(self) -> None:
        """Stops what still plays; what was written down must be what was heard."""
        if self.den.state() != "stop":
            self.hear()
            self.ends("stopped", "stop")
        lasting = [heard for heard in self.heard if not heard.fleeting]
        last = lasting[-1]

        def is_written() -> bool:
            plays = self.plays()
            return len(plays) >= len(lasting) and self.titles[plays[-1].track] == last.title

        with contextlib.suppress(AssertionError):
            self.den.until(is_written, 3)
        plays = self.plays()
        found = [Heard(self.titles[play.track], play.outcome, play.listened, play.queued_by, False) for play in plays]
        titles = [heard.title for heard in found]
        expected = [heard for heard in self.heard if not heard.fleeting or heard.title in titles]
        for play, heard in zip(found, expected, strict=False):
            assert (play.title, play.queued_by) == (heard.title, heard.queued_by)
            assert play.outcome in heard.outcome.split(" or "), heard
        assert [play.seconds for play in found] == pytest.approx([heard.seconds for heard in expected], abs=TOLERANCE)
        for row in plays:
            assert (set(row.context) >= {"near", "distance", "place"}) == (row.queued_by == "smartqueue")
        assert "Traceback" not in self.den.log()[self.logged :]

    def plays(self) -> list[Play]:
        """What was written down since the case began."""
        with Database(self.den.beets.library, self.den.beets.music) as database:
            return database.plays.since(self.since)


@pytest.fixture(scope="module")
def house(analysed: Beets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    """One Mopidy for all cases, over a library and music of its own."""
    folder = tmp_path_factory.mktemp("outcomes")
    shutil.copytree(analysed.music, folder / "music")
    beets = Beets(folder / "beets", folder / "music")
    shutil.copy(analysed.library, beets.library)
    mopidy = Mopidy(folder / "mopidy", beets.music, beets.environment, program=WATCHED)
    mopidy.run("local", "scan")
    with Database(beets.library, beets.music) as database:
        titles = {track: name.partition(" – ")[2] for track, name in database.tracks.names().items()}
    with mopidy:
        den = Den(mopidy, Client(mopidy), beets)
        yield Listener(den, {title: den.uri(title) for title in TITLES}, titles)
        den.client.disconnect()


@pytest.fixture(params=EVERY_OPTION, ids=named)
def listener(house: Listener, request: pytest.FixtureRequest) -> Listener:
    """A listener with each option, and with none."""
    house.begin(*request.param)
    return house


@pytest.fixture
def plain(house: Listener) -> Listener:
    """A listener with no option set."""
    house.begin()
    return house


def test_next_while_paused(listener: Listener) -> None:
    listener.queue()
    listener.send(("pause", 1))
    ahead = listener.ahead()
    listener.ends("skipped", "next")
    # Core holds the new track a moment after it has begun.
    time.sleep(0.2)
    assert (listener.den.state(), listener.now()) == ("pause", ahead)
    listener.send(("pause", 0))
    listener.check()


@pytest.mark.parametrize("seconds_between", [0.0, 0.05])
def test_next_twice_at_once(listener: Listener, seconds_between: float) -> None:
    """Core does not tell of the track between when it had no time to begin; under random it then is the next still.

    Under consume Mopidy 3 may take the new track off its list at once, and know of no playing track then.
    """
    listener.queue()
    ahead = listener.ahead()
    if seconds_between:
        listener.ends("skipped", "next")
        time.sleep(seconds_between)
        listener.send("next")
    else:
        listener.ends("skipped", "next", "next")
    time.sleep(0.1)
    if listener.now() != ahead:
        listener.note(ahead, "skipped", seconds_between, fleeting=True)
    if listener.options == ("consume",) and not listener.now():
        listener.note(TITLES[2], "removed", 0.0)
        listener.send("stop")
    listener.check()


def test_next_through_all_that_follows_the_first_track_at_once(plain: Listener) -> None:
    """Core stops then as it does at `previous`; the music goes on all the same."""
    plain.queue(3)
    plain.send("next", "next", "next")
    plain.hear()
    assert plain.now() != TITLES[0]
    plain.den.until(lambda: [play.outcome for play in plain.plays()][:1] == ["skipped"])


def test_previous_on_the_first_track(listener: Listener) -> None:
    """Where there is none before it, core stops."""
    listener.queue()
    listener.ends("back", "previous")
    stops = listener.options in ((), ("single",))
    time.sleep(0.7 * stops)
    assert (listener.den.state() == "stop") == stops
    listener.check()


def test_previous_twice_at_once(plain: Listener) -> None:
    plain.queue(play=3)
    plain.ends("back", "previous", "previous")
    plain.note(TITLES[2], "back", 0.0, fleeting=True)
    plain.hear()
    assert plain.now() == TITLES[1]
    plain.check()


@pytest.mark.parametrize("options", [*EVERY_OPTION, ("repeat", "single")], ids=named)
def test_the_end_after_a_leap_near_to_it(house: Listener, options: tuple[str, ...]) -> None:
    """What was leapt over was not listened to. Single is silence then, and with repeat the same again."""
    house.begin(*options)
    house.queue()
    house.seek(BEFORE_THE_END)
    following = {("single",): "", ("repeat", "single"): TITLES[0]}.get(options, house.ahead())
    house.ends("finished")
    assert house.now() == following
    if options == ("single",):
        time.sleep(0.7)
        assert house.den.state() == "stop"
    house.check()


def test_a_whole_track_and_the_one_that_follows_by_itself(plain: Listener) -> None:
    plain.queue()
    plain.ends("finished")
    plain.hear()
    plain.ends("skipped", "next")
    plain.check()


def test_a_whole_track_that_was_held_near_its_end(plain: Listener) -> None:
    plain.queue()
    plain.seek(BEFORE_THE_END)
    plain.send(("pause", 1))
    time.sleep(1)
    plain.send(("pause", 0))
    plain.ends("finished")
    plain.check()


def test_stop_and_another_track_at_once(listener: Listener) -> None:
    listener.queue()
    listener.ends("stopped", "stop", ("play", 3))
    listener.check()


def test_the_playing_track_is_removed_and_another_chosen_at_once(listener: Listener) -> None:
    listener.queue()
    listener.ends("removed", ("delete", 0), ("play", 2))
    listener.hear()
    assert listener.now() == TITLES[3]
    listener.check()


def test_next_into_a_file_that_is_gone(listener: Listener) -> None:
    """Core goes on to the one behind it; under consume to the list's first, which is the same again, as if chosen."""
    listener.queue()
    ahead = listener.ahead()
    (file,) = listener.den.beets.music.rglob(f"{ahead}.flac")
    file.rename(file.with_suffix(".gone"))
    try:
        listener.ends("skipped or back" if listener.options == ("consume",) else "skipped", "next")
        listener.hear()
        assert listener.now() not in ("", ahead)
        listener.check()
    finally:
        file.with_suffix(".gone").rename(file)


@pytest.mark.parametrize("options", [(), ("consume",)], ids=named)
def test_the_end_before_a_file_that_is_no_music(house: Listener, options: tuple[str, ...]) -> None:
    """Core hangs there, and smartqueue goes on. Nobody can tell how much of the end was cut off."""
    house.begin(*options)
    house.queue()
    ahead = house.ahead()
    (file,) = house.den.beets.music.rglob(f"{ahead}.flac")
    music = file.read_bytes()
    file.write_text("no music", encoding="utf-8")
    try:
        house.leapt_over = BEFORE_THE_END - house.den.elapsed()
        house.send(("seekcur", BEFORE_THE_END))
        house.ends("finished")
        house.note(ahead, "failed", 0.0)
        house.hear()
        assert house.now() not in (TITLES[0], ahead)
        house.check()
    finally:
        file.write_bytes(music)


@pytest.mark.parametrize("options", [(), ("consume",), ("random",)], ids=named)
def test_next_before_anything_follows_and_stop_soon_after(house: Listener, options: tuple[str, ...]) -> None:
    """In single smartqueue adds nothing. The music goes on as soon as it may, and a stop is heeded then."""
    house.begin("single", *options)
    house.queue(1)
    house.send(("single", 0), "next")
    house.note(TITLES[0], "skipped", A_WHILE)
    house.den.until(lambda: house.now() not in ("", TITLES[0]) and house.den.elapsed() > 0)
    house.ends("stopped", "stop")
    time.sleep(0.7)
    assert house.den.state() == "stop"
    house.check()


def test_the_end_before_anything_follows(plain: Listener) -> None:
    """Where single is lifted too late for the change, smartqueue's track is played after a silence."""
    plain.begin("single")
    plain.queue(1)
    plain.seek(BEFORE_THE_END)
    time.sleep(2.4)
    plain.send(("single", 0))
    plain.note(TITLES[0], "finished", A_WHILE + SECONDS - BEFORE_THE_END)
    plain.den.until(lambda: plain.now() not in ("", TITLES[0]))
    plain.check()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_mopidy(open_den: Opener, beets: Beets, how: signal.Signals) -> None:
    """What a killed Mopidy heard last is only known so far as it was written down: here, that it had begun."""
    with open_den(beets) as den:
        den.play(*TITLES[:3])
        den.until(lambda: den.elapsed() > A_WHILE)
        den.client.next()
        den.until(lambda: den.current() == TITLES[1] and den.elapsed() > 1)
        den.mopidy.stop(how)
    with open_den(beets, scan=False) as den:
        den.until(lambda: len(den.plays()) == 2)
        assert [play.outcome for play in den.plays()] == ["skipped", "interrupted"]
        assert den.plays()[1].listened == pytest.approx(1 if how == signal.SIGTERM else 0, abs=TOLERANCE)
