"""The sound of a track: whole or in parts, as its file is or as WAV, and of files in the library alone."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import io
import json
import os
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demonstration.synthesis import write
from smartqueue.web.byte_ranges import UnsatisfiableError, wanted
from tests.smartqueue.web.conftest import Answer, Pages, opened
from tests.smartqueue.web.placing import execute, file_of, place, track_with

TYPES = {
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
}
SOUND = (0.1 * np.sin(np.arange(3 * 44100) / 20))[:, None].repeat(2, axis=1).astype(np.float32)


@pytest.fixture
def track(pages: Pages) -> int:
    return track_with(pages, ".mp3")


@pytest.fixture
def contents(pages: Pages, track: int) -> bytes:
    return file_of(pages, track).read_bytes()


def part(pages: Pages, track: int, range_: str, **headers: str) -> Answer:
    return pages.ask(f"/audio/{track}", headers={"Range": range_, **headers})


@contextlib.contextmanager
def begun(pages: Pages, track: int) -> Iterator[http.client.HTTPResponse]:
    """A request whose answer has begun, and of which nothing was taken yet but the headers."""
    connection = http.client.HTTPConnection("127.0.0.1", pages.port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", f"/audio/{track}")
        yield connection.getresponse()


@pytest.mark.parametrize(("extension", "expected"), TYPES.items())
def test_what_browsers_know_is_sent_as_it_is(pages: Pages, extension: str, expected: str) -> None:
    track = track_with(pages, extension)
    answer = pages.ask(f"/audio/{track}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, expected)
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.body == file_of(pages, track).read_bytes()


@pytest.mark.parametrize(
    ("range_", "begin", "end"),
    [
        ("bytes=0-", 0, None),
        ("bytes=0-0", 0, 1),
        ("bytes=1000-1999", 1000, 2000),
        ("bytes=5000-", 5000, None),
        ("bytes=-500", -500, None),
        ("bytes=-99999999999", 0, None),
        ("bytes=7-99999999999999999999999999", 7, None),
        ("BYTES=1-2", 1, 3),
    ],
)
def test_a_part_is_sent_alone(
    pages: Pages, track: int, contents: bytes, range_: str, begin: int, end: int | None
) -> None:
    answer = part(pages, track, range_)
    expected = contents[begin:end]
    first = begin % len(contents)
    assert answer.status == 206
    assert answer.body == expected
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(contents)}"


@pytest.mark.parametrize(
    "range_",
    [
        "bytes=abc",
        "bytes=5-2",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=--1",
        "bytes=-0",
        "bytes=1-2-3",
        "bytes=0x10-",
        "bytes=1.5-",
        "bytes=²-",
        "bytes=999999999-",
        "bytes=9999999999999999999999999999-",
        f"bytes={'9' * 5000}-",
        "bytes=0-1,abc",
    ],
)
def test_what_is_no_part_is_refused(pages: Pages, track: int, contents: bytes, range_: str) -> None:
    answer = part(pages, track, range_)
    assert answer.status == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(contents)}"
    assert answer.json == {"error": "the track has no such part"}


@pytest.mark.parametrize("range_", ["bytes=0-1,5-6", "bytes=0-,0-,0-", "seconds=1-2", ""])
def test_several_parts_and_other_units_bring_the_whole(pages: Pages, track: int, contents: bytes, range_: str) -> None:
    answer = part(pages, track, range_)
    assert (answer.status, answer.body) == (200, contents)


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_range_is_cut_to_the_file(size: int, first: int, length: int) -> None:
    header = f"bytes={first}-{first + length}"
    if first >= size:
        with pytest.raises(UnsatisfiableError):
            wanted(header, size)
    else:
        assert list(wanted(header, size) or ()) == [byte for byte in range(first, first + length + 1) if byte < size]


@given(st.text())
def test_any_range_is_a_part_the_whole_or_refused(header: str) -> None:
    with contextlib.suppress(UnsatisfiableError):
        found = wanted(header, 100)
        assert found is None or (0 <= found.start < found.stop <= 100)


def test_parts_of_the_same_file_fit_together(pages: Pages, track: int) -> None:
    whole = pages.ask(f"/audio/{track}")
    assert part(pages, track, "bytes=5-9", **{"If-Range": whole.headers["Etag"]}).status == 206
    assert part(pages, track, "bytes=5-9", **{"If-Range": whole.headers["Last-Modified"]}).status == 206


def test_of_another_file_the_whole_is_sent(pages: Pages, track: int, contents: bytes, tmp_path: Path) -> None:
    (tmp_path / "own.mp3").write_bytes(contents)
    place(pages, track, tmp_path / "own.mp3")
    before = pages.ask(f"/audio/{track}").headers
    (tmp_path / "own.mp3").write_bytes(contents + b"\0")
    os.utime(tmp_path / "own.mp3", (1e9, 1e9))
    for validator in (before["Etag"], before["Last-Modified"], 'W/"x"', "nonsense"):
        assert part(pages, track, "bytes=5-9", **{"If-Range": validator}).status == 200
    assert pages.ask(f"/audio/{track}").headers["Last-Modified"] == email.utils.formatdate(1e9, usegmt=True)


def test_what_has_not_changed_is_not_sent_again(pages: Pages, track: int) -> None:
    etag = pages.ask(f"/audio/{track}").headers["Etag"]
    answer = pages.ask(f"/audio/{track}", headers={"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")


def test_the_headers_alone_can_be_asked_for(pages: Pages, track: int, contents: bytes) -> None:
    answer = pages.ask(f"/audio/{track}", "HEAD", headers={"Range": "bytes=0-4"})
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(contents)


@pytest.mark.parametrize(
    ("extension", "codec"),
    [(".aiff", None), (".wma", None), (".wv", None), (".m4a", "alac"), (".wav", "adpcm_ima_wav")],
)
def test_what_browsers_do_not_know_becomes_wav(
    pages: Pages, track: int, tmp_path: Path, extension: str, codec: str | None
) -> None:
    write(tmp_path / f"own{extension}", SOUND, codec=codec)
    place(pages, track, tmp_path / f"own{extension}")
    answer = pages.ask(f"/audio/{track}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
    with wave.open(io.BytesIO(answer.body)) as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(3, abs=0.1)
    third = part(pages, track, "bytes=100001-200000")
    assert third.status == 206
    assert third.headers["Content-Range"] == f"bytes 100001-200000/{len(answer.body)}"
    assert len(third.body) == 100_000
    assert part(pages, track, "bytes=5-9", **{"If-Range": answer.headers["Etag"]}).status == 206


def test_a_track_whose_file_is_gone_says_so(pages: Pages, track: int, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    for file in (tmp_path / "gone.mp3", tmp_path, tmp_path / "pipe.mp3"):
        place(pages, track, file)
        answer = pages.ask(f"/audio/{track}")
        assert answer.status == 404
        assert answer.json == {"error": "the file of this track is gone, or cannot be read"}


def test_a_track_that_beets_does_not_have_is_not_there(pages: Pages, track: int) -> None:
    execute(pages, "DELETE FROM items WHERE id = (SELECT item_id FROM smartqueue_track WHERE id = ?)", track)
    for number in (track, 987_654, 10**17):
        assert pages.ask(f"/audio/{number}").status == 404


@pytest.mark.parametrize("contents", [b"root:x:0:0:root:/root:/bin/bash\n" * 100, b"", b"#EXTM3U\n/etc/passwd\n"])
def test_a_file_that_is_no_audio_is_not_sent(pages: Pages, track: int, tmp_path: Path, contents: bytes) -> None:
    (tmp_path / "own.mp3").write_bytes(contents)
    place(pages, track, tmp_path / "own.mp3")
    for range_ in ("", "bytes=0-10"):
        answer = part(pages, track, range_)
        assert answer.status == 415
        assert b"passwd" not in answer.body
        assert b"root:" not in answer.body
        assert str(tmp_path) not in json.dumps(answer.json)


def test_what_was_not_analysed_is_not_decoded(pages: Pages, track: int, tmp_path: Path) -> None:
    write(tmp_path / "own.aiff", SOUND)
    place(pages, track, tmp_path / "own.aiff")
    execute(pages, "UPDATE smartqueue_track SET vector = NULL WHERE id = ?", track)
    assert pages.ask(f"/audio/{track}").status == 415


def test_listeners_that_take_nothing_keep_nobody_waiting(
    pages: Pages, track: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "long.wav", np.zeros((44100 * 120, 2), np.float32))
    write(tmp_path / "long.aiff", np.zeros((44100 * 120, 2), np.float32))
    for file in (tmp_path / "long.wav", tmp_path / "long.aiff"):
        place(pages, track, file)
        with contextlib.ExitStack() as stack:
            answers = [stack.enter_context(begun(pages, track)) for _ in range(20)]
            assert {answer.status for answer in answers} == {200}
            other = track_with(pages, ".ogg")
            assert pages.ask(f"/audio/{other}").body == file_of(pages, other).read_bytes()
            assert pages.ask("/api/question").status == 200
            # One that takes it gets it whole.
            assert len(answers[7].read()) == int(answers[7].headers["Content-Length"])
    # That they went away is no event.
    assert not caplog.records


def test_two_hundred_at_once_are_answered(pages: Pages, track: int, contents: bytes, tmp_path: Path) -> None:
    other = track_with(pages, ".opus")
    write(tmp_path / "own.aiff", SOUND)
    place(pages, other, tmp_path / "own.aiff")
    paths = [f"/audio/{track}", f"/audio/{other}", f"/cover/{track}", "/api/question", "/survey"] * 40
    with ThreadPoolExecutor(200) as threads:
        answers = list(threads.map(pages.ask, paths))
    assert {path: answer.status for path, answer in zip(paths, answers, strict=True)} == {
        paths[0]: 200,
        paths[1]: 200,
        paths[2]: 204,
        paths[3]: 200,
        paths[4]: 200,
    }
    assert {answer.body for answer in answers[::5]} == {contents}
    assert len({answer.body for answer in answers[1::5]}) == 1


@pytest.mark.parametrize("extension", [".wav", ".aiff"])
def test_the_server_ends_while_it_sends(
    pages: Pages, track: int, tmp_path: Path, extension: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / f"long{extension}", np.zeros((44100 * 120, 2), np.float32))
    place(pages, track, tmp_path / f"long{extension}")
    with contextlib.ExitStack() as stack:
        with opened(pages.beets) as other:
            answers = [stack.enter_context(begun(other, track)) for _ in range(5)]
            assert answers[0].read(1000)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answers[1].read()
    assert not caplog.records


def test_a_file_that_shrinks_meanwhile_ends_the_answer(pages: Pages, track: int, tmp_path: Path) -> None:
    write(tmp_path / "long.wav", np.zeros((44100 * 120, 2), np.float32))
    place(pages, track, tmp_path / "long.wav")
    with begun(pages, track) as answer:
        os.truncate(tmp_path / "long.wav", 44)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    assert pages.ask("/survey").status == 200
