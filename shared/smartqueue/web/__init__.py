"""The pages: what the survey, Now, Learned and Map show and take, as handlers for Tornado.

The same handlers stand alone (`beet survey`) and inside Mopidy's web server. Nothing here knows beets or Mopidy: the
library is a `Store`, a player, where there is one, a `Player`.
"""

from __future__ import annotations

from typing import Any

from smartqueue.web.audio import Audio
from smartqueue.web.covers import Cover
from smartqueue.web.learned import Forget, Genres, History, Metrics, Remember, Triplets, UseMetric
from smartqueue.web.live import Audience, Live
from smartqueue.web.map import Feature, Map, Maps, Path
from smartqueue.web.now import MoreLike, NotThis, Now, Play, Switch
from smartqueue.web.pages import Nothing, Page, Start, Static, Token
from smartqueue.web.site import Site
from smartqueue.web.survey import rules as survey_rules

__all__ = ["Site", "rules"]

Rule = tuple[str, type, dict[str, Any]]


def rules(site: Site) -> list[Rule]:
    """What answers which path below the place where the pages are put; as Tornado's applications take them."""
    shared = {"site": site}
    mapped = {**shared, "maps": Maps()}
    return [
        (r"/", Start, shared),
        (r"/(survey|now|learned|map)", Page, shared),
        (r"/api/token", Token, shared),
        *survey_rules(site),
        (r"/api/now", Now, shared),
        (r"/api/not-this", NotThis, shared),
        (r"/api/more-like", MoreLike, shared),
        (r"/api/switch", Switch, shared),
        (r"/api/play", Play, shared),
        (r"/api/live", Live, {**shared, "audience": Audience()}),
        (r"/api/triplets", Triplets, shared),
        (r"/api/forget", Forget, shared),
        (r"/api/remember", Remember, shared),
        (r"/api/metrics", Metrics, shared),
        (r"/api/metric", UseMetric, shared),
        (r"/api/genres", Genres, shared),
        (r"/api/history", History, shared),
        (r"/api/map", Map, mapped),
        (r"/api/map/feature", Feature, mapped),
        (r"/api/path", Path, shared),
        (r"/audio/(.*)", Audio, shared),
        (r"/cover/(.*)", Cover, shared),
        (r"/static/([\w.-]+)", Static, shared),
        # Behind all others.
        (r"/.*", Nothing, shared),
    ]
