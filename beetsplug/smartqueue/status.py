"""beet smartqueue: the state at a glance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from optparse import Values

from beets.library import Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue.library import first_step, opened
from beetsplug.smartqueue.settings import profile
from smartqueue.database import LearnedMetric, State
from smartqueue.listening import SOURCES


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    status = Subcommand("smartqueue", help="show what smartqueue knows of the library")
    status.parser.add_option("--json", action="store_true", help="print one JSON object")

    def run(lib: Library, options: Values, _: list[str]) -> None:
        with opened(lib) as database:
            state, counts = database.state(), database.triplets.counts(profile(config))
            learned = database.metrics.in_use(profile(config))
        shown = _as_json if options.json else _in_words
        print_(shown(state, counts, learned))

    status.func = run
    return status


def _as_json(state: State, counts: Mapping[str, int], learned: LearnedMetric | None) -> str:
    found = {
        "analyzed": state.analyzed,
        "stale": state.stale,
        "failed": state.failed,
        "plays": state.plays,
        "triplets": {source: counts[source] for source in SOURCES},
        "metric": learned
        and {
            "id": learned.metric.id,
            "learner": learned.metric.learner,
            "accuracy": learned.accuracy,
            "plain_accuracy": learned.plain_accuracy,
        },
    }
    return json.dumps(found)


def _in_words(state: State, counts: Mapping[str, int], learned: LearnedMetric | None) -> str:
    triplets = ", ".join(f"{counts[source]} from {source}" for source in SOURCES)
    lines = {
        "analysed": f"{state.analyzed} of {state.items} tracks",
        "stale": f"{state.stale} (of an older version, in use until beet analyze has heard all of them anew)"
        if state.stale
        else "0",
        "failed": f"{state.failed} (beet analyze --failed says why)" if state.failed else "0",
        "plays": str(state.plays),
        "triplets": triplets,
        "metric": "plain (nothing learned is in use)",
    }
    if learned is not None:
        lines["metric"] = f"number {learned.metric.id}, {learned.metric.learner}"
        if learned.judged_by and learned.accuracy is not None and learned.plain_accuracy is not None:
            lines["metric"] += f": {learned.accuracy:.1%} right, without learning {learned.plain_accuracy:.1%}"
    if first := first_step(state):
        lines["next"] = first
    return "\n".join(f"{name + ':':<10}{value}" for name, value in lines.items())
