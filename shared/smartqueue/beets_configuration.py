"""Where beets keeps its library: read from beets' own config.yaml, without importing beets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import yaml


class ConfigurationError(Exception):
    """beets' configuration cannot be read; the message says why and what to do."""


@dataclass(frozen=True)
class BeetsPlaces:
    """The database file, and the music directory that paths in it are relative to."""

    library: Path
    music_directory: Path


def beets_places(environment: dict[str, str] | None = None) -> BeetsPlaces:
    """What beets itself would use, by BEETSDIR, else the user's configuration directory.

    Relative paths count from the folder of config.yaml; a missing file or setting means beets' defaults
    (library.db in that folder, ~/Music), as in beets' reference "Configuration".

    Raises ConfigurationError when config.yaml is there but cannot be used.
    """
    environment = dict(os.environ) if environment is None else environment
    folder = _configuration_folder(environment)
    settings = _settings(folder / "config.yaml")
    return BeetsPlaces(
        library=_path(settings, "library", "library.db", folder),
        music_directory=_path(settings, "directory", "~/Music", folder),
    )


def _configuration_folder(environment: dict[str, str]) -> Path:
    if environment.get("BEETSDIR"):
        return Path(environment["BEETSDIR"]).expanduser()
    home = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(home).expanduser() / "beets"


def _settings(file: Path) -> dict[object, object]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read ({error}): let this user read it, or set smartqueue/library"
        raise ConfigurationError(message) from error
    try:
        settings = yaml.safe_load(text)
    except yaml.YAMLError as error:
        message = f"{file} is not valid YAML: mend it, or set smartqueue/library ({error})"
        raise ConfigurationError(" ".join(message.split())) from error
    if settings is None:
        return {}
    if not isinstance(settings, dict):
        message = f"{file} holds no settings: mend it, or set smartqueue/library"
        raise ConfigurationError(message)
    return settings


def _path(settings: dict[object, object], name: str, default: str, folder: Path) -> Path:
    value = settings.get(name, default)
    if not isinstance(value, str) or not value:
        message = f"{folder / 'config.yaml'}: {name} must be a path, not {value!r}"
        raise ConfigurationError(message)
    return folder / Path(value).expanduser()
