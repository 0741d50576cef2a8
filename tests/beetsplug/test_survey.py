"""beet survey."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demonstration.programs import BIN, Beets, free_port
from smartqueue.database import Database


@dataclass
class Served:
    """A running beet survey."""

    process: subprocess.Popen[str]
    address: str
    port: int

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A request as the page makes it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            headers = {} if body is None else {"X-Smartqueue-Token": self.ask("/api/token")["token"]}
            connection.request("GET" if body is None else "POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            assert response.status == 200
            return json.loads(response.read())

    def answer(self) -> list[int]:
        """Answers the question with its first track, and returns it."""
        tracks = [track["id"] for track in self.ask("/api/question")["question"]]
        assert self.ask("/api/answer", {"tracks": tracks, "odd": tracks[0]})["new"]
        return tracks

    def end(self, how: signal.Signals) -> str:
        """Sends a signal; what was printed after the address."""
        self.process.send_signal(how)
        return self.process.communicate(timeout=60)[0]


@contextlib.contextmanager
def served(beets: Beets, *arguments: str) -> Iterator[Served]:
    """`beet survey`, once it serves."""
    process = beets.start("survey", *arguments)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://\S+:(\d+)/", said)
        assert address, said + process.stdout.read()
        yield Served(process, address[0], int(address[1]))
    finally:
        process.kill()
        process.wait()


def said(beets: Beets, profile: str = "default") -> list[tuple[set[int], int]]:
    """The survey's triplets: the two that are near, and the odd one out."""
    with Database(beets.library, beets.music) as database:
        found = database.triplets.of_profile(profile)
    return [({t.near_a, t.near_b}, t.odd) for t in found if t.source == "survey"]


def configured(beets: Beets, **survey: object) -> Beets:
    """The same library, with settings."""
    return Beets(beets.folder, beets.music, {"smartqueue": {"survey": survey}})


# Served


def test_a_killed_survey_has_lost_no_answer_and_asks_none_again(beets: Beets) -> None:
    asked: list[list[int]] = []
    for _ in range(3):
        with served(beets, "--no-browser", "--port", "0") as survey:
            asked += [survey.answer(), survey.answer()]
            survey.end(signal.SIGKILL)
    assert said(beets) == [({second, third}, first) for first, second, third in asked]
    assert len({tuple(sorted(tracks)) for tracks in asked}) == 6


def test_two_surveys_at_once_double_nothing(beets: Beets) -> None:
    with served(beets, "--no-browser", "--port", "0") as one, served(beets, "--no-browser", "--port", "0") as another:
        tracks = [track["id"] for track in one.ask("/api/question")["question"]]
        with ThreadPoolExecutor(8) as clients:
            body = {"tracks": tracks, "odd": tracks[2]}
            answers = list(clients.map(lambda survey: survey.ask("/api/answer", body), [one, another] * 4))
    assert sum(answer["new"] for answer in answers) == 1
    assert said(beets) == [(set(tracks[:2]), tracks[2])]


def test_ctrl_c_ends_it_in_words(beets: Beets) -> None:
    with served(beets, "--no-browser", "--port", "0") as survey:
        survey.answer()
        assert survey.end(signal.SIGINT).strip() == "stopped; every answer is kept"
        assert survey.process.returncode == 130


def test_it_serves_this_machine_alone_unless_told_otherwise(beets: Beets) -> None:
    with served(beets, "--no-browser", "--port", "0") as survey:
        assert survey.address.startswith("http://127.0.0.1:")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", survey.port), timeout=5)
    with served(beets, "--no-browser", "--port", "0", "--host", "0.0.0.0") as survey:  # noqa: S104 - as told
        socket.create_connection(("127.0.0.2", survey.port), timeout=5).close()


def test_it_serves_where_it_is_told(beets: Beets) -> None:
    port = free_port()
    with served(beets, "--no-browser", "--port", str(port)) as survey:
        assert survey.port == port
    with served(configured(beets, port=port), "--no-browser") as survey:
        assert survey.port == port


def test_a_port_that_was_asked_for_and_is_taken_is_an_error_in_words(beets: Beets) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = beets.run("survey", "--no-browser", "--port", str(port), check=False)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_where_the_usual_port_is_taken_another_is_found(beets: Beets) -> None:
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", 8338)))
        survey = stack.enter_context(served(beets, "--no-browser"))
        assert survey.port != 8338
        assert len(survey.ask("/api/question")["question"]) == 3


def test_a_listener_is_named(beets: Beets) -> None:
    with served(beets, "--no-browser", "--port", "0", "--profile", "Zoë") as survey:
        survey.answer()
    assert (len(said(beets, "Zoë")), said(beets)) == (1, [])
    refused = beets.run("survey", "--no-browser", "--profile", "a/b", check=False)
    assert (refused.returncode, "profile" in refused.stderr) == (1, True)


def test_a_host_that_a_setting_allows_is_served(beets: Beets) -> None:
    with served(configured(beets, allowed_hosts=["music.example"]), "--no-browser", "--port", "0") as survey:
        statuses = []
        for host in ("music.example", "other.example"):
            connection = http.client.HTTPConnection("127.0.0.1", survey.port, timeout=30)
            connection.request("GET", "/survey", headers={"Host": host})
            statuses.append(connection.getresponse().status)
            connection.close()
    assert statuses == [200, 403]


@pytest.mark.parametrize(
    ("environment", "opens"),
    [({"DISPLAY": ":9"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True), ({"SSH_CONNECTION": "a 1 b 2"}, False)],
)
def test_the_browser_opens_where_there_is_one(
    beets: Beets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], opens: bool
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/opened\n')
    browser.chmod(0o755)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"BROWSER": str(browser), **environment}.items():
        monkeypatch.setenv(name, value)
    with served(beets, "--port", "0") as survey:
        until = time.monotonic() + 30
        while opens and not (tmp_path / "opened").exists() and time.monotonic() < until:
            time.sleep(0.05)
        survey.ask("/api/question")
        survey.end(signal.SIGINT)
        found = (tmp_path / "opened").read_text().strip() if opens else (tmp_path / "opened").exists()
        assert found == (survey.address if opens else False)


def test_a_library_that_is_too_small_is_one_line(own_beets: Beets) -> None:
    for arguments in (["--no-browser"], ["--terminal"]):
        done = own_beets.run("survey", *arguments, check=False)
        assert done.returncode == 1
        assert done.stderr.splitlines() == [
            "error: a survey needs 3 analysed tracks, and there are 0: run beet analyze first"
        ]


# In the terminal


def terminal(beets: Beets, typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`beet survey --terminal`, to which somebody types."""
    return subprocess.run(
        [BIN / "beet", "survey", "--terminal", *arguments],
        env=beets.environment,
        input=typed,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_the_terminal_stores_what_is_answered(beets: Beets) -> None:
    told = terminal(beets, "1\ns\n3\nq\n").stdout
    assert told.count("Which one is the odd one out?") == 4
    assert "3 answered today" in told
    assert len(said(beets)) == 2


def test_the_terminal_takes_an_answer_back(beets: Beets) -> None:
    told = terminal(beets, "u\n1\nu\n2\n").stdout
    assert "there is nothing to take back" in told
    assert "taken back" in told
    assert len(said(beets)) == 1


def test_the_terminal_goes_on_where_it_was(beets: Beets) -> None:
    first = terminal(beets, "1\n").stdout
    second = terminal(beets, "").stdout
    assert "(1 answered today, 1 in all)" in second
    assert first.split("Which one")[1].partition("\n")[2] != second.split("Which one")[1].partition("\n")[2]


def test_what_is_no_answer_stores_nothing(beets: Beets) -> None:
    told = terminal(beets, "4\n\np4\nhello\n\x00\n").stdout
    assert told.count("please answer with one of these") == 5
    assert said(beets) == []


def test_the_terminal_plays_from_the_middle_of_a_track(beets: Beets, tmp_path: Path) -> None:
    player = tmp_path / "a player"
    player.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/part && mv {tmp_path}/part {tmp_path}/heard\nexec sleep 600\n'
    )
    player.chmod(0o755)
    with typing(configured(beets, player=f"'{player}' -s {{start}} {{file}}")) as (process, typed):
        typed("p2\n")
        until = time.monotonic() + 60
        while not (tmp_path / "heard").exists() and time.monotonic() < until:
            time.sleep(0.05)
        # Its end is the player's end; else this would wait for the ten minutes that it plays.
        told, _ = process.communicate("q\n", timeout=60)
    second = re.search(r"^  2  .* – (.*) \(", told, re.MULTILINE)
    assert second is not None
    assert re.fullmatch(rf"-s 3 /.*/{re.escape(second[1])}\.\w+\n", (tmp_path / "heard").read_text())


def test_a_player_that_is_not_there_is_one_line(beets: Beets) -> None:
    with pytest.raises(subprocess.CalledProcessError) as ended:
        terminal(configured(beets, player="no-such-player"), "p1\n")
    assert ended.value.stderr.splitlines() == ["error: no-such-player cannot be started: No such file or directory"]


def test_nothing_that_a_terminal_obeys_is_printed(beets: Beets) -> None:
    beets.run("modify", "-y", "-W", "-M", "title=\x1b[2Jgone\r", "album=\x1b]0;x\x07")
    assert not re.search("[\x00-\x09\x0b-\x1f]", terminal(beets, "q\n").stdout)


def test_ctrl_c_in_the_terminal_keeps_what_was_answered(beets: Beets) -> None:
    with typing(beets) as (process, typed):
        typed("1\n")
        assert process.stdout is not None
        while "1 in all" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert "Traceback" not in output
    assert output.endswith("1 answered today; beet learnmetric learns from them\n")
    assert process.returncode == 130
    assert len(said(beets)) == 1


@contextlib.contextmanager
def typing(beets: Beets) -> Iterator[tuple[subprocess.Popen[str], Callable[[str], None]]]:
    """`beet survey --terminal`, and how to type a line."""
    process = subprocess.Popen(
        [BIN / "beet", "survey", "--terminal"],
        env={**beets.environment, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )

    def typed(line: str) -> None:
        assert process.stdin is not None
        process.stdin.write(line)
        process.stdin.flush()

    try:
        yield process, typed
    finally:
        process.kill()
        process.wait()
