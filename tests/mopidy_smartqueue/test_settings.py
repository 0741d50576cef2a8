"""Settings in Mopidy's configuration that are not what they may be, as Mopidy names them when it starts."""

from __future__ import annotations

import configparser
from typing import Any

import pytest

from mopidy_smartqueue import Extension

pytestmark = pytest.mark.mopidy


def checked(**settings: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The defaults and these settings, as Mopidy reads them, and what it complains of."""
    parser = configparser.RawConfigParser()
    parser.read_string(Extension().get_default_config())
    found, errors = Extension().get_config_schema().deserialize({**parser["smartqueue"], **settings})
    return dict(found), dict(errors)


def test_the_defaults_are_right() -> None:
    assert checked()[1] == {}


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("profile", "a/b", "must be a name of up to 64 letters, digits, blanks and . @ - _, not 'a/b'"),
        ("allowed_hosts", "den.lan\nhttp://music.lan", "must be a name or an address alone, such as music.lan, not 'h"),
        ("allowed_hosts", "music.lan:6680", "must be a name or an address alone, such as music.lan, not 'music.lan:"),
        ("ahead", "0", "must be"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_may_be(name: str, value: str, words: str) -> None:
    errors = checked(**{name: value})[1]
    assert [*errors] == [name]
    assert words in errors[name]


def test_names_and_addresses_are_taken() -> None:
    found, errors = checked(profile="Anna and co", allowed_hosts="music.lan\nfd00::7\nden_2")
    assert not errors
    assert (found["profile"], list(found["allowed_hosts"])) == ("Anna and co", ["music.lan", "fd00::7", "den_2"])
