"""The pages in Mopidy's web server, at /smartqueue/."""

from __future__ import annotations

import os
from typing import Any

from mopidy_smartqueue import generations


def factory(config: dict[str, Any], core: Any) -> list[Any]:  # noqa: ANN401, ARG001 - as Mopidy calls it
    """What answers below /smartqueue/; called on the web server's own thread, so that nothing waits for what it loads.

    Nothing answers where the settings are wrong, of which the frontend tells.
    """
    # As in the frontend: whichever comes first loads NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from mopidy_smartqueue.places import places
    from mopidy_smartqueue.player import ActorsPlayer
    from smartqueue.beets_configuration import ConfigurationError
    from smartqueue.preferences import PreferenceError, preferences
    from smartqueue.web import Site, rules
    from smartqueue.web.store import Store

    settings = config["smartqueue"]
    try:
        found, wanted = places(settings), preferences(settings)
    except (ConfigurationError, PreferenceError):
        return []
    # All that the pages log.
    generations.logger("smartqueue.web.handler")
    store = Store(found.library, found.music_directory, wanted.rules)
    player, learns = ActorsPlayer(), bool(settings["auto_learn"])
    return list(rules(Site.of(store, settings["profile"], player, settings["allowed_hosts"], learns=learns)))
