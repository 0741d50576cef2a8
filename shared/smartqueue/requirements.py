"""What learning needs and is not installed, in words; nothing of it is imported to find out."""

from __future__ import annotations

from importlib.util import find_spec

_LEARNING = ("metric_learn", "scipy", "sklearn")


def missing_for_learning() -> str:
    """What to install before Mopidy can learn by itself; empty where all of it is there."""
    missing = [name for name in _LEARNING if find_spec(name) is None]
    if not missing:
        return ""
    return (
        f"Mopidy cannot learn, because packages for that are not installed ({', '.join(missing)}):"
        " run pip install 'mopidy-smartqueue[learning]' where Mopidy is installed, or set auto_learn = 0"
    )
