"""The beets plugin: analyses the library, learns what is alike, and lists what is near."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar

from beets.dbcore import types
from beets.plugins import BeetsPlugin
from beets.ui import Subcommand

from beetsplug.smartqueue import analyze, learnmetric, similar, status, triplets
from beetsplug.smartqueue.auto import ImportAnalysis
from beetsplug.smartqueue.changes import Changes


class SmartqueuePlugin(BeetsPlugin):
    """beets' door to smartqueue; each command stands in a file of its own."""

    item_types: ClassVar[dict[str, types.Type]] = {
        "bpm_confidence": types.FLOAT,
        "danceability": types.FLOAT,
        "distance": types.FLOAT,
        "last_played": types.DATE,
        "loudness": types.FLOAT,
        "loudness_range": types.FLOAT,
        "onset_rate": types.FLOAT,
        "play_count": types.INTEGER,
        "rating": types.FLOAT,
        "skip_count": types.INTEGER,
    }

    def __init__(self) -> None:
        super().__init__()
        self.config.add(
            {
                "auto": False,
                "jobs": os.cpu_count() or 1,
                "fields": ["bpm", "initial_key", "loudness", "loudness_range", "danceability", "onset_rate"],
                "profile": "default",
            }
        )
        ImportAnalysis(self.config, self._log).listen(self)
        Changes().listen(self)

    def commands(self) -> Sequence[Subcommand]:
        """The commands analyze, learnmetric, similar, triplets and smartqueue."""
        return [module.command(self.config) for module in (analyze, learnmetric, similar, triplets, status)]
