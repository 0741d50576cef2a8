"""Keeps an actor alive whatever happens in one of its methods."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import pykka

from mopidy_smartqueue import generations

logger = generations.logger(__name__)

Arguments = ParamSpec("Arguments")
_logged: set[str] = set()


def survives(doing: str) -> Callable[[Callable[Arguments, None]], Callable[Arguments, None]]:
    """Logs an exception of a method, once each, with what was being done; Pykka would end the actor for it.

    That Mopidy's core has gone is no fault: it happens whenever Mopidy stops.
    """

    def decorate(method: Callable[Arguments, None]) -> Callable[Arguments, None]:
        @functools.wraps(method)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
            try:
                method(*args, **kwargs)
            except pykka.ActorDeadError:
                logger.debug("Smartqueue stopped while %s", doing)
            except Exception as error:
                if (fault := f"{doing}: {error!r}") not in _logged:
                    _logged.add(fault)
                    logger.exception("Smartqueue went wrong while %s", doing)

        return guarded

    return decorate
