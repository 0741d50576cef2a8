"""The beets plugin: analyses the library, learns what is alike, and lists and mixes what is near."""

from __future__ import annotations

import os
from collections.abc import Sequence
from optparse import Values
from typing import ClassVar

from beets.dbcore import types
from beets.library import Library
from beets.plugins import BeetsPlugin
from beets.ui import Subcommand
from confuse import Subview

from beetsplug.smartqueue import analyze, learnmetric, mix, settings, similar, status, survey, triplets
from beetsplug.smartqueue.auto import ImportAnalysis
from beetsplug.smartqueue.changes import Changes
from beetsplug.smartqueue.fields import FIELDS


class SmartqueuePlugin(BeetsPlugin):
    """beets' door to smartqueue; each command stands in a file of its own."""

    item_types: ClassVar[dict[str, types.Type]] = {
        "bpm_confidence": types.FLOAT,
        "danceability": types.FLOAT,
        "distance": types.Float(2),
        "last_played": types.DATE,
        "loudness": types.FLOAT,
        "loudness_range": types.FLOAT,
        "onset_rate": types.FLOAT,
        "play_count": types.INTEGER,
        "rating": types.FLOAT,
        "skip_count": types.INTEGER,
    }
    album_types: ClassVar[dict[str, types.Type]] = {"distance": types.Float(2)}

    def __init__(self) -> None:
        super().__init__()
        self.config.add(
            {
                "auto": False,
                "jobs": os.cpu_count() or 1,
                "fields": list(FIELDS[:-1]),
                "profile": "default",
                "survey": survey.DEFAULTS,
                **settings.DEFAULTS,
            }
        )
        ImportAnalysis(self.config, self._log).listen(self)
        Changes(self.config, self._log).listen(self)

    def commands(self) -> Sequence[Subcommand]:
        """The commands analyze, learnmetric, mix, similar, survey, triplets and smartqueue."""
        modules = (analyze, learnmetric, mix, similar, survey, triplets, status)
        return [_checked(module.command(self.config), self.config) for module in modules]


def _checked(command: Subcommand, config: Subview) -> Subcommand:
    """The command, which first names a setting that is not what it may be."""
    run = command.func

    def checked(lib: Library, options: Values, arguments: list[str]) -> None:
        settings.check(config)
        run(lib, options, arguments)

    command.func = checked
    return command
