"""Whether smartqueue adds music, kept over restarts; and two tracks that switch it when they are put on the list."""

from __future__ import annotations

import os
from pathlib import Path

from mopidy_smartqueue import generations

logger = generations.logger(__name__)

# Core does not tell a look at a playlist from its being loaded, but what is loaded comes onto the list. By URI, what
# each switches to.
MARKERS = {"smartqueue:switch:off": False, "smartqueue:switch:on": True}


class Switch:
    """A file in `folder` says that it is off."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "off"
        self.is_on = not os.path.exists(self._file)  # noqa: PTH110 - raises nothing

    def set(self, *, on: bool) -> None:
        """Adds no more, or adds again."""
        if on == self.is_on:
            return
        self.is_on = on
        word = "on" if on else "off"
        try:
            if on:
                self._file.unlink(missing_ok=True)
            else:
                self._file.touch()
            logger.info("Smartqueue is %s", word)
        except OSError as error:
            logger.warning("Smartqueue is %s, but only until Mopidy ends: %s", word, error)
