"""Finding beets' library without beets."""

from __future__ import annotations

from pathlib import Path

import pytest

from smartqueue.beets_configuration import ConfigurationError, beets_places


def write(folder: Path, text: str) -> dict[str, str]:
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    return {"BEETSDIR": str(folder)}


def test_the_library_and_directory_are_those_of_config_yaml(tmp_path: Path) -> None:
    places = beets_places(write(tmp_path, "library: /srv/beets.db\ndirectory: /srv/music\n"))
    assert (places.library, places.music_directory) == (Path("/srv/beets.db"), Path("/srv/music"))


def test_relative_paths_count_from_the_folder_of_config_yaml(tmp_path: Path) -> None:
    assert beets_places(write(tmp_path, "library: music.db\n")).library == tmp_path / "music.db"


def test_a_tilde_is_the_home_directory(tmp_path: Path) -> None:
    assert beets_places(write(tmp_path, "directory: ~/Tunes\n")).music_directory == Path.home() / "Tunes"


def test_without_a_configuration_beets_defaults_hold(tmp_path: Path) -> None:
    places = beets_places({"BEETSDIR": str(tmp_path)})
    assert (places.library, places.music_directory) == (tmp_path / "library.db", Path.home() / "Music")


def test_without_beetsdir_the_users_configuration_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "beets").mkdir()
    write(tmp_path / "beets", "library: here.db")
    assert beets_places({"XDG_CONFIG_HOME": str(tmp_path)}).library == tmp_path / "beets" / "here.db"


@pytest.mark.parametrize("text", ["library: [", "library: 7", "just words", "library:"])
def test_a_configuration_that_cannot_be_used_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"config\.yaml"):
        beets_places(write(tmp_path, text))
