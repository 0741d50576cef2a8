"""The Mopidy extension: the music goes on, well chosen, and learns from what is skipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mopidy import config, ext
from mopidy.config.schemas import ConfigSchema

from smartqueue import __version__
from smartqueue.names import check_host, check_profile
from smartqueue.ranges import RANGES


class Extension(ext.Extension):
    """What Mopidy asks of an extension."""

    dist_name = "mopidy-smartqueue"
    ext_name = "smartqueue"
    version = __version__

    def get_default_config(self) -> str:
        """The defaults of every setting, as they stand in ext.conf."""
        return (Path(__file__).parent / "ext.conf").read_text(encoding="utf-8")

    def get_config_schema(self) -> ConfigSchema:
        """What each setting may be."""
        schema = super().get_config_schema()
        schema["library"] = config.Path(optional=True)
        schema["music_directory"] = config.Path(optional=True)
        schema["ahead"] = config.Integer(minimum=1, maximum=100)
        schema["profile"] = _Checked(check_profile)
        schema["allowed_hosts"] = config.List(optional=True, subtype=_Checked(check_host))
        schema["play_counts"] = config.Boolean()
        schema["auto_learn"] = config.Integer(minimum=0)
        schema["keep_played"] = config.Integer(minimum=0)
        for name, (low, high) in RANGES.items():
            whole = name.endswith("_window")
            schema[name] = (config.Integer if whole else config.Float)(minimum=low, maximum=high)
        for name in ("genres", "not_genres", "seasons"):
            schema[name] = config.List(optional=True)
        return schema

    def setup(self, registry: ext.Registry) -> None:
        """Registers the frontend, the playlists and the pages; nothing is loaded before they start."""
        from mopidy_smartqueue import web
        from mopidy_smartqueue.backend import SmartqueueBackend
        from mopidy_smartqueue.frontend import SmartqueueFrontend

        registry.add("backend", SmartqueueBackend)
        registry.add("frontend", SmartqueueFrontend)
        app: Any = {"name": self.ext_name, "factory": web.factory}  # which Mopidy's types do not foresee
        registry.add("http:app", app)


class _Checked(config.String):
    """A text that `check` finds right; what it raises ValueError for, Mopidy names with the setting when it starts."""

    def __init__(self, check: Callable[[str], None]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Mopidy 3 has no types
        self._check = check

    def deserialize(self, value: Any) -> Any:  # noqa: ANN401 - Mopidy 3 and 4 differ in its type
        """As Mopidy calls it."""
        found = super().deserialize(value)  # type: ignore[no-untyped-call]  # likewise
        self._check(found)
        return found
