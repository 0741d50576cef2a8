"""beet analyze survives whatever the files are: every format is heard, and what cannot be is listed with a reason."""

from __future__ import annotations

import os
import subprocess
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from beets.library import Item, Library, ReadError
from numpy.typing import NDArray

from demonstration.programs import Beets
from demonstration.synthesis import CODECS, PIECES, SAMPLE_RATE, render, write
from smartqueue.database import Database
from smartqueue.features import NAMES
from smartqueue.metric import plain

Audio = NDArray[np.float32]

FORMATS = {extension[1:]: (extension, codec) for extension, codec in CODECS.items()} | {"alac": (".m4a", "alac")}

SECONDS = 8.0


@dataclass(frozen=True)
class Outcome:
    """What became of some files, after one `beet analyze` over all of them."""

    files: dict[str, bytes]
    run: subprocess.CompletedProcess[str]
    vectors: dict[bytes, NDArray[np.float32]]
    failures: dict[bytes, str]

    def vector(self, name: str) -> NDArray[np.float32]:
        """(features,) of a file; fails the test if it has none."""
        assert self.failures.get(self.files[name]) is None
        return self.vectors[self.files[name]]


def analysed(beets: Beets, files: dict[str, bytes]) -> Outcome:
    """Adds files to a library, as beets' import would if it took all of them, and analyses it."""
    library = Library(str(beets.library), str(beets.music))
    for name, file in files.items():
        library.add(item_of(name, file))
    run = beets.run("analyze", "-j", "2", check=False)
    with Database(beets.library, beets.music) as database:
        heard = database.vectors.library()
        items = database.tracks.items([item.id or 0 for item in library.items()])
        paths = {item.id: item.file for item in items}
        rows = database.tracks.of_items(paths)
        failures = {paths[row.item_id or 0]: row.failure for row in rows if row.failure}
    return Outcome(files, run, dict(zip(heard.files, heard.vectors, strict=True)), failures)


def item_of(name: str, file: bytes) -> Item:
    """An item as beets would make it, with what the tags say if they can be read."""
    if os.path.isfile(file):  # noqa: PTH113 - Path takes no bytes; and beets waits forever for a pipe
        try:
            return Item.from_path(file)
        except ReadError:
            pass
    return Item(path=file, title=name)


# What is analysed


def music(number: int = 0, seconds: float = SECONDS) -> Audio:
    return render(PIECES[number], seconds)


def noise(seconds: float = SECONDS, channels: int = 1) -> Audio:
    generator = np.random.default_rng(0)
    return generator.normal(0, 0.1, (int(seconds * SAMPLE_RATE), channels)).astype(np.float32)


def constant(value: float) -> Audio:
    return np.full((int(SECONDS * SAMPLE_RATE), 2), value, np.float32)


def full_scale() -> Audio:
    """A square wave as loud as can be."""
    return np.where(np.arange(int(SECONDS * SAMPLE_RATE)) // 50 % 2, 1, -1).astype(np.float32)[:, None]


def three_hours(path: Path) -> None:
    """A minute of music, again and again."""
    minute = render(PIECES[3], 60, 8000)[:, 0] * 127 + 128
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 1, 8000, 0, "NONE", ""))
        for _ in range(180):
            file.writeframesraw(minute.astype(np.uint8).tobytes())


def written(audio: Callable[[], Audio], sample_rate: int = SAMPLE_RATE) -> Callable[[Path], None]:
    return lambda path: write(path, audio(), sample_rate)


def wrong_extension(path: Path) -> None:
    write(path.with_suffix(".flac"), music(4))
    path.with_suffix(".flac").rename(path)


HEARD: dict[str, tuple[str, Callable[[Path], None]]] = {
    "silence": ("silence.flac", written(lambda: constant(0))),
    "digital full scale": ("full scale.wav", written(full_scale)),
    "a constant": ("constant.flac", written(lambda: constant(0.5))),
    "half a second": ("short.ogg", written(lambda: music(5, 0.5))),
    "a few samples": ("shortest.wav", written(lambda: music(5, 0.002))),
    "three hours": ("long.wav", three_hours),
    "one channel": ("mono.mp3", written(lambda: music(6)[:, :1])),
    "six channels": ("surround.m4a", written(lambda: noise(2, 6))),
    "8 kHz": ("8 kHz.wav", written(lambda: noise(2), 8000)),
    "192 kHz": ("192 kHz.flac", written(noise, 192_000)),
    "a wrong extension": ("really a flac.mp3", wrong_extension),
    "a new line": ("line 1\nline 2.flac", written(lambda: music(7))),
    "quotes": ("\"'`$(x) %s {0}.flac", written(lambda: music(8))),
    "bytes that are no UTF-8": (os.fsdecode(b"\xff\xfe\xe4.flac"), written(lambda: music(9))),
    "terminal escapes": ("\x1b[2J\x07.flac", written(lambda: music(10))),
}


OTHER_MUSIC = ("three hours", "one channel", "a wrong extension", "a new line", "quotes", "terminal escapes")


# What is not


def text(path: Path) -> None:
    path.write_text("not music at all, only words, however many of them there are")


def link_to_itself(path: Path) -> None:
    path.symlink_to(path)


# A file with a size, whose reading fails for the superuser, too.
FAILS = Path("/sys/class/net/lo/speed")


def unreadable(path: Path) -> None:
    write(path, noise(1))
    path.chmod(0)


def failing_disk(path: Path) -> None:
    path.symlink_to(FAILS)


REFUSED: dict[str, tuple[str, Callable[[Path], None], str]] = {
    "a text": ("text.mp3", text, "it is no audio that can be read"),
    "an empty file": ("empty.ogg", Path.touch, "the file is empty"),
    "a directory": ("x.flac", Path.mkdir, "it is not a file but a directory, a pipe or a device"),
    "a pipe": ("pipe.wav", os.mkfifo, "it is not a file but a directory, a pipe or a device"),
    "a dead link": ("dead link.mp3", lambda path: path.symlink_to("nowhere"), "the file is missing"),
    "a link to itself": ("link.mp3", link_to_itself, "Too many levels of symbolic links"),
    "a file that nobody may read": ("secret.flac", unreadable, "Permission denied"),
    "a disk that fails": ("failing.flac", failing_disk, "it is no audio that can be read: Invalid argument"),
    "a text with a new line in its name": ("text\nof two\x1b[2J lines.mp3", text, "it is no audio that can be read"),
    "a text with a name that is no UTF-8": (os.fsdecode(b"text \xff.mp3"), text, "it is no audio that can be read"),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Every kind of file there is, in one library."""
    folder = tmp_path_factory.mktemp("any")
    same, another = music(), music(1)
    files = {}
    for name, (extension, codec) in FORMATS.items():
        path = folder / f"{name}{extension}"
        write(path, same, codec=codec)
        files[name] = path
        cut = folder / f"truncated {name}{extension}"
        write(cut, another, codec=codec)
        os.truncate(cut, cut.stat().st_size // 2)
        files[f"truncated {name}"] = cut
    for name, (file, make, *_) in (HEARD | REFUSED).items():
        make(folder / file)
        files[name] = folder / file
    beets = Beets(tmp_path_factory.mktemp("beets"), folder)
    return analysed(beets, {name: os.fsencode(path) for name, path in files.items()})


def test_the_run_ends_well(outcome: Outcome) -> None:
    assert outcome.run.returncode == 0
    assert "Traceback" not in outcome.run.stderr


def test_a_name_takes_one_line_and_moves_no_cursor(outcome: Outcome) -> None:
    assert "text\\nof two\\x1b[2J lines.mp3: it is no audio" in outcome.run.stdout
    assert not set(outcome.run.stdout.replace("\n", "")) & set(map(chr, range(32)))


def test_each_file_is_analysed_or_has_a_reason(outcome: Outcome) -> None:
    assert outcome.vectors.keys() | outcome.failures.keys() == set(outcome.files.values())
    assert not outcome.vectors.keys() & outcome.failures.keys()


def test_every_number_of_every_vector_is_finite(outcome: Outcome) -> None:
    assert np.isfinite(np.array(list(outcome.vectors.values()))).all()


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_that_people_have_is_analysed(outcome: Outcome, name: str) -> None:
    assert outcome.vector(name).any()


def test_the_format_matters_less_than_the_music(outcome: Outcome) -> None:
    metric = plain(NAMES, np.array(list(outcome.vectors.values())))
    same, others = (
        metric.points(np.array([outcome.vector(name) for name in names])) for names in (FORMATS, OTHER_MUSIC)
    )
    farthest_of_the_same = np.linalg.norm(same[:, None] - same, axis=2).max()
    assert farthest_of_the_same < np.linalg.norm(same[:, None] - others, axis=2).min()


@pytest.mark.parametrize("name", HEARD)
def test_an_unusual_file_is_analysed(outcome: Outcome, name: str) -> None:
    assert len(outcome.vector(name)) == len(NAMES)


# without its end an M4A file has no index
@pytest.mark.parametrize("name", [name for name, (extension, _) in FORMATS.items() if extension != ".m4a"])
def test_the_beginning_of_a_truncated_file_is_analysed(outcome: Outcome, name: str) -> None:
    assert outcome.vector(f"truncated {name}").any()


def test_a_file_whose_tags_tell_of_an_endless_length_is_analysed(tmp_path: Path) -> None:
    path = tmp_path / "music" / "endless.ogg"
    path.parent.mkdir()
    write(path, music())
    data = bytearray(path.read_bytes())
    place = data.rindex(b"OggS") + 6
    data[place : place + 8] = (2**62).to_bytes(8, "little")  # how many samples there are up to the last page
    path.write_bytes(data)
    endless = analysed(Beets(tmp_path, path.parent), {"endless": os.fsencode(path)})
    assert endless.run.stderr == ""
    assert endless.vector("endless").any()


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_music_is_listed_with_a_reason(outcome: Outcome, name: str) -> None:
    if name == "a file that nobody may read" and os.access(outcome.files[name], os.R_OK):
        pytest.skip("the superuser may read everything")
    if name == "a disk that fails" and not FAILS.exists():
        pytest.skip(f"there is no {FAILS}")
    *_, reason = REFUSED[name]
    failure = outcome.failures[outcome.files[name]]
    assert failure.startswith(reason)
    assert f": {failure}" in outcome.run.stdout


# Damage


HEADER = 4096
"""Bytes at a file's beginning, where its headers stand."""

RATES = (1e-5, 1e-4, 1e-3, 1e-2)
"""Shares of bytes that are turned into others."""


def damaged(data: bytes, seed: int) -> bytes:
    """A file with at least one byte that is another, in its header, in its body, or anywhere."""
    generator = np.random.default_rng(seed)
    begin, end = generator.choice([(0, HEADER), (HEADER, len(data)), (0, len(data))])
    count = max(1, int(generator.choice(RATES) * (end - begin)))
    result = np.frombuffer(data, np.uint8).copy()
    result[generator.integers(begin, end, count)] ^= generator.integers(1, 256, count, np.uint8)
    return result.tobytes()


@pytest.fixture(scope="module", params=[30, pytest.param(300, marks=pytest.mark.long)])
def damage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Damaged files of all formats, among the good ones that they were."""
    folder = tmp_path_factory.mktemp("damage")
    audio = music(seconds=3)
    files = {}
    for name, (extension, codec) in FORMATS.items():
        files[name] = folder / f"{name}{extension}"
        write(files[name], audio, codec=codec, tags={"title": name})
    for seed in range(request.param):
        good = files[list(FORMATS)[seed % len(FORMATS)]]
        files[f"{seed}"] = good.with_stem(f"{good.stem} {seed}")
        files[f"{seed}"].write_bytes(damaged(good.read_bytes(), seed))
    beets = Beets(tmp_path_factory.mktemp("beets"), folder)
    return analysed(beets, {name: os.fsencode(path) for name, path in files.items()})


def test_no_damage_ends_the_run(damage: Outcome) -> None:
    assert damage.run.returncode == 0
    assert "Traceback" not in damage.run.stderr


def test_damaged_files_are_analysed_or_have_a_reason(damage: Outcome) -> None:
    assert damage.vectors.keys() | damage.failures.keys() == set(damage.files.values())
    assert not [failure for failure in damage.failures.values() if "please report" in failure]


def test_what_is_heard_of_damaged_files_is_finite(damage: Outcome) -> None:
    assert np.isfinite(np.array(list(damage.vectors.values()))).all()


def test_good_files_among_damaged_ones_are_analysed(damage: Outcome) -> None:
    assert all(damage.vector(name).any() for name in FORMATS)
