"""Settings in beets' configuration that are not what they may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from demonstration.programs import Beets

COMMANDS = ("analyze", "learnmetric", "mix", "similar", "survey", "triplets", "smartqueue")


def complaint(folder: Path, settings: dict[str, object], *command: str) -> str:
    """What a command is refused with, over an empty library."""
    done = Beets(folder, folder, {"smartqueue": settings}).run(*command, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_a_wrong_setting(tmp_path: Path, command: str) -> None:
    assert "smartqueue: fields must be some of bpm, " in complaint(tmp_path, {"fields": ["nope"]}, command)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"auto": "maybe"}, "auto must be yes or no, not 'maybe'"),
        ({"jobs": 0}, "jobs must be 1 or more, not 0"),
        ({"jobs": "many"}, "smartqueue.jobs: must be"),
        ({"fields": ["bpm", "nope"]}, "onset_rate and bpm_confidence, not 'nope'"),
        ({"profile": "a/b"}, "profile must be a name of up to 64 letters, digits, blanks and . @ - _, not 'a/b'"),
        ({"ignore": "added:yesterday"}, "ignore: "),
        ({"playlist_paths": "sideways"}, "playlist_paths"),
        (
            {"survey": {"host": "http://0.0.0.0"}},
            "survey: host must be a name or an address alone, such as music.lan, ",
        ),
        ({"survey": {"port": 70000}}, "survey: port must be from 0 to 65535, not 70000"),
        ({"survey": {"allowed_hosts": ["music.lan:8338"]}}, "survey: allowed_hosts must be a name or an address alone"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_with_what_it_may_be(tmp_path: Path, settings: dict[str, object], words: str) -> None:
    assert words in complaint(tmp_path, settings, "smartqueue")


def test_an_import_that_would_analyse_names_a_wrong_setting_before_it_begins(music: Path, tmp_path: Path) -> None:
    wrong: list[dict[str, object]] = [{"auto": "maybe"}, {"auto": True, "fields": ["nope"]}]
    for settings in wrong:
        assert "must be" in complaint(tmp_path, settings, "import", "-q", "-A", str(music))
    assert not Beets(tmp_path, tmp_path).run("ls").stdout


def test_an_import_that_analyses_nothing_goes_on(music: Path, tmp_path: Path) -> None:
    beets = Beets(tmp_path, music, {"smartqueue": {"fields": ["nope"]}})
    beets.run("import", "-q", "-A", str(next(music.iterdir())))
    assert Beets(tmp_path, music).run("ls").stdout


@pytest.mark.parametrize(
    "command", [["learnmetric", "--profile", "a/b"], ["triplets", "--profile", "a/b"], ["survey", "--profile", "a/b"]]
)
def test_an_option_that_names_no_profile_is_refused(tmp_path: Path, command: list[str]) -> None:
    assert "--profile must be a name of up to 64 letters" in complaint(tmp_path, {}, *command)
