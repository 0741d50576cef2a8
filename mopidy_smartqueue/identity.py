"""Which player this is among those that share a library: a name of its own that outlives the machine's."""

from __future__ import annotations

import socket
import uuid
from pathlib import Path

from smartqueue.listening import Player


def player(folder: Path, data_directory: str) -> Player:
    """The player, by the name that is kept in `folder`, or was made there now.

    data_directory: Mopidy's, by which earlier versions named a player, together with the machine.
    """
    earlier = f"{socket.gethostname()}:{data_directory}"
    file = folder / "player"
    try:
        name = file.read_text(encoding="utf-8").strip() if file.exists() else ""
        if not name:
            name = uuid.uuid4().hex
            file.write_text(name + "\n", encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        # Without a file of its own it goes by the machine's name.
        name = earlier
    return Player(name, earlier)
