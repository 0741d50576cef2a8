"""The two actors beside the frontend, made from Mopidy's settings. Loads NumPy, so imported only once Mopidy runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mopidy_smartqueue import Extension, identity
from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from mopidy_smartqueue.places import places
from mopidy_smartqueue.recorder import Recorder
from mopidy_smartqueue.translator import SCHEMES, Translator
from smartqueue.beets_configuration import ConfigurationError
from smartqueue.journal import Journal
from smartqueue.preferences import PreferenceError, preferences


class SettingsError(Exception):
    """A setting is not what it may be; the message says so in words."""


@dataclass(frozen=True)
class Helpers:
    """Proxies of the actors, and the folder that outlives Mopidy."""

    chooser: Any
    recorder: Any
    folder: Path


def start(config: dict[str, Any], complaints: Complaints) -> Helpers:
    """Starts them, so that Mopidy's start and core wait for no database. Raises SettingsError."""
    settings = config["smartqueue"]
    try:
        beets, wanted = places(settings), preferences(settings)
    except (ConfigurationError, PreferenceError) as error:
        raise SettingsError(str(error)) from error
    profile = settings["profile"]
    media_directory = (config.get("local") or {}).get("media_dir")
    schemes = tuple(scheme for scheme in SCHEMES if (config.get(scheme) or {}).get("enabled"))
    translator = Translator(media_directory, beets.music_directory)
    folder = _folder(config, complaints)
    player = identity.player(folder, str(config["core"]["data_dir"]))
    chooser = Chooser.start(beets, translator, complaints, player, profile, wanted, schemes).proxy()
    recorder = Recorder.start(
        beets,
        translator,
        complaints,
        Learner(beets, profile, settings["auto_learn"], complaints),
        Journal(folder / "plays.jsonl"),
        player.name,
        profile,
        count=settings["play_counts"],
    ).proxy()
    return Helpers(chooser, recorder, folder)


def _folder(config: dict[str, Any], complaints: Complaints) -> Path:
    """Where to keep what outlives Mopidy; where that cannot be made, the music goes on all the same."""
    try:
        return Path(Extension.get_data_dir(config))
    except OSError as error:
        complaints.say("folder", f"nothing can be kept over a restart of Mopidy: {error}")
        return Path(config["core"]["data_dir"]) / Extension.ext_name
