"""beet learnmetric: what is near to what, learned from the triplets there are; and which metric is in use."""

from __future__ import annotations

import json
import math
from datetime import datetime
from optparse import OptionParser, Values
from typing import TYPE_CHECKING

from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, print_
from beets.util.color import ColorName, colorize
from confuse import Subview

from beetsplug.smartqueue.library import missing_extra, opened
from smartqueue.database import Database, Kept, MetricError
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.listening import SOURCES

if TYPE_CHECKING:
    from smartqueue.learning import Learned
    from smartqueue.teaching import Lesson

# How many of the features that became heavier, and lighter, are named.
_NAMED = 5
# How long the bar of a group is that counts twice as much as in the plain metric, in characters.
_TWICE = 30


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    learnmetric = Subcommand("learnmetric", help="learn from survey answers, skips and albums what is alike")
    add_options(learnmetric.parser)

    def run(lib: Library, options: Values, _: list[str]) -> None:
        profile = options.profile or config["profile"].as_str()
        with opened(lib) as database:
            if options.history:
                _show_history(database.metrics.history(profile), as_json=options.json)
            elif options.use:
                _use(database, profile, options.use)
            else:
                _learn(database, profile, options)

    learnmetric.func = run
    return learnmetric


def add_options(parser: OptionParser) -> None:
    """The options of the command."""
    parser.add_option("--dry-run", action="store_true", help="learn and tell, but keep nothing and use nothing else")
    parser.add_option(
        "--source",
        action="append",
        choices=SOURCES,
        help="learn from this source alone: survey, skip or library; may be given more than once",
    )
    parser.add_option("--profile", metavar="NAME", help="learn for this listener")
    parser.add_option("--history", action="store_true", help="only list every metric so far")
    parser.add_option("--use", metavar="ID", help="only put a metric of the history in use, or 'plain'")
    parser.add_option("--json", action="store_true", help="print JSON")


def _learn(database: Database, profile: str, options: Values) -> None:
    try:
        from smartqueue.teaching import LessonError, OldVectorsError, teach
    except ImportError as error:
        raise missing_extra("learnmetric", "learning", error) from error
    try:
        lesson = teach(database, profile, sources=options.source or SOURCES, keep=not options.dry_run)
    except OldVectorsError as error:
        raise UserError(str(error)) from error
    except LessonError as error:
        if options.json:
            print_(json.dumps({"in_use": False, "reason": str(error)}))
        else:
            print_(str(error))
        return
    print_(json.dumps(_as_json(lesson)) if options.json else _in_words(lesson))


def _in_words(lesson: Lesson) -> str:
    from smartqueue.teaching import verdict

    learned = lesson.learned
    counts = ", ".join(f"{count} {source}" for source, count in lesson.counts.items())
    lines = [f"triplets: {counts}", "", f"{'learner':<12}{'right':>8}{'more than plain':>24}"]
    lines.append(f"{'plain':<12}{learned.plain_accuracy:>8.1%}")
    for candidate in learned.candidates:
        if candidate.name != "plain":
            more = f"{100 * candidate.difference:+.1f} ± {100 * candidate.uncertainty:.1f} points"
            mark = "  chosen" if candidate.name == learned.learner else ""
            lines.append(f"{candidate.name:<12}{candidate.accuracy:>8.1%}{more:>24}{mark}")
    judge = "that learning had not seen"
    if lesson.judged_by_library:
        judge += ", of albums and artists while your own answers and skips are few"
    lines += [f"(right: the odd one out found in triplets {judge}; chance is 33.3%)", ""]
    lines.append(verdict(lesson))
    if learned.better:
        lines += ["", *_bars(lesson), "", *_features(lesson)]
    return "\n".join(lines)


def _bars(lesson: Lesson) -> list[str]:
    """A bar a group, as long as the group counts."""
    lines = ["what counts (1 as in the plain metric):"]
    for group, weight in lesson.metric.group_weights(FEATURE_GROUPS).items():
        bar = "█" * min(round(weight * _TWICE / 2), 2 * _TWICE)
        colour: ColorName = "text_success" if weight > 1 else "text_faint"
        lines.append(f"  {group:<11}{weight:5.2f} {colorize(colour, bar)}")
    return lines


def _features(lesson: Lesson) -> list[str]:
    """The features that count most and least."""
    weights = list(lesson.metric.feature_weights().items())
    chosen = {"heavier": weights[:_NAMED], "lighter": weights[::-1][:_NAMED]}
    return [
        f"{word}: " + ", ".join(f"{feature} {weight:.2f}" for feature, weight in features)
        for word, features in chosen.items()
    ]


def _as_json(lesson: Lesson) -> dict[str, object]:
    learned: Learned = lesson.learned
    return {
        "triplets": lesson.counts,
        "judged_by": "library" if lesson.judged_by_library else "listener",
        "plain_accuracy": learned.plain_accuracy,
        "candidates": [
            {
                "learner": candidate.name,
                "accuracy": candidate.accuracy,
                "difference": candidate.difference,
                "uncertainty": candidate.uncertainty,
            }
            for candidate in learned.candidates
        ],
        "learner": learned.learner,
        "settings": learned.settings,
        "accuracy": learned.accuracy,
        "uncertainty": learned.uncertainty,
        "likelier": None if learned.likelier is None else vars(learned.likelier),
        "better": learned.better,
        "id": lesson.number,
        "in_use": learned.better and lesson.number is not None,
        "groups": lesson.metric.group_weights(FEATURE_GROUPS),
        "features": dict(zip(NAMES, lesson.metric.weights.tolist(), strict=True)),
    }


def _show_history(history: list[Kept], *, as_json: bool) -> None:
    if as_json:
        print_(json.dumps([vars(kept) for kept in history]))
        return
    if not history:
        print_("no metric was learned yet")
        return
    print_(f"{'id':>4}  {'learned':<17}{'learner':<10}{'triplets':>8}{'right':>8}{'plain':>8}")
    for kept in history:
        when = datetime.fromtimestamp(kept.created).astimezone()
        figures = "".join(
            f"{'–' if value is None or math.isnan(value) else format(value, '.1%'):>8}"
            for value in (kept.accuracy, kept.plain_accuracy)
        )
        mark = "  in use" if kept.in_use else ""
        print_(f"{kept.id:>4}  {when:%Y-%m-%d %H:%M} {kept.learner:<10}{kept.triplets:>8}{figures}{mark}")


def _use(database: Database, profile: str, wanted: str) -> None:
    if wanted == "plain":
        database.metrics.use(profile, None)
        print_("the plain metric is in use")
        return
    found = {str(kept.id): kept for kept in database.metrics.history(profile)}.get(wanted)
    if found is None:
        raise UserError(f"there is no metric {wanted} of the profile {profile}: see beet learnmetric --history")
    try:
        database.metrics.use(profile, found.id)
    except MetricError as error:
        raise UserError(str(error)) from error
    print_(f"metric {found.id}, '{found.learner}', is in use")
