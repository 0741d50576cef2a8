"""The pages: what the survey, Now, Learned and Map show and take, as handlers for Tornado.

The same handlers stand alone (`beet survey`) and inside Mopidy's web server. Nothing here knows beets or Mopidy: the
library is a `Store`, a player, where there is one, a `Player`.
"""

from __future__ import annotations

from typing import Any

from smartqueue.web.pages import Page, Start, Static, Token
from smartqueue.web.site import Site

__all__ = ["Site", "rules"]

Rule = tuple[str, type, dict[str, Any]]


def rules(site: Site) -> list[Rule]:
    """What answers which path below the place where the pages are put; as Tornado's applications take them."""
    shared = {"site": site}
    return [
        (r"/", Start, shared),
        (r"/(survey|now|learned|map)", Page, shared),
        (r"/api/token", Token, shared),
        (r"/static/(.*)", Static, shared),
    ]
