"""beet learnmetric: what is near to what, learned from the triplets there are; and which metric is in use."""

from __future__ import annotations

import json
from datetime import datetime
from math import isfinite
from optparse import OptionParser, Values
from typing import TYPE_CHECKING

from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, print_
from beets.util.color import ColorName, colorize
from confuse import Subview

from beetsplug.smartqueue import settings
from beetsplug.smartqueue.library import first_step, missing_extra, opened
from smartqueue.database import Database, Kept, MetricError
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.listening import SOURCES
from smartqueue.survey import RANDOM_EVERY

if TYPE_CHECKING:
    from smartqueue.learning import Learned
    from smartqueue.teaching import Lesson

# How many of the features that became heavier, and lighter, are named.
_NAMED = 5
# In what a learner was right or not.
_JUDGED_BY = {
    "survey": "in answers that learning had not seen, to questions of any three songs",
    "skip": "in skips that learning had not seen",
    "library": "in albums and artists that learning had not seen, while your own answers and skips are few",
}
# How long the bar of a group is that counts twice as much as in the plain metric, in characters.
_TWICE = 30


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    learnmetric = Subcommand("learnmetric", help="learn from survey answers, skips and albums what sounds alike to you")
    add_options(learnmetric.parser)

    def run(lib: Library, options: Values, _: list[str]) -> None:
        _check(options)
        profile = settings.profile(config, options.profile)
        with opened(lib) as database:
            if options.history:
                _show_history(database.metrics.history(profile), as_json=options.json)
            elif options.use is not None:
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
    parser.add_option(
        "--use", metavar="ID", help="only put a metric of the history in use to stay, or 'plain'; 'auto' for the best"
    )
    parser.add_option("--json", action="store_true", help="print JSON")


def _check(options: Values) -> None:
    """Names options that do not go together."""
    given = {
        "--history": options.history,
        "--use": options.use is not None,
        "--dry-run": options.dry_run,
        "--source": options.source,
    }
    first, second, *_ = [*(name for name, is_given in given.items() if is_given), "", ""]
    if first in ("--history", "--use") and second:
        raise UserError(f"{first} and {second} do not go together")


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
        first = first_step(database.state())
        reason = f"{first}; nothing changes until then" if first else str(error)
        print_(json.dumps({"in_use": False, "reason": reason}) if options.json else reason)
        return
    print_(json.dumps(_as_json(lesson)) if options.json else _in_words(lesson))


def _in_words(lesson: Lesson) -> str:
    from smartqueue.teaching import verdict

    learned = lesson.learned
    words = verdict(lesson)
    lines = [*_candidates(learned), "", f"{words[0].upper()}{words[1:]}."]
    if learned.judged_by != "survey" and learned.missing and not lesson.judged_by_library:
        missing = learned.missing * RANDOM_EVERY
        lines.append(
            f"How often it is right for any three songs can be told after {missing} more answers: beet survey."
        )
    if learned.better:
        lines += ["", *_bars(lesson), "", *_features(lesson)]
    return "\n".join(lines).strip("\n")


def _candidates(learned: Learned) -> list[str]:
    """How often each learner is right; nothing where that cannot be told."""
    if learned.judged_by not in _JUDGED_BY:
        return []
    lines = [f"{'learner':<18}{'right':>8}{'gain':>22}", f"{'without learning':<18}{learned.plain_accuracy:>8.1%}"]
    for candidate in learned.candidates:
        if candidate.name != "plain":
            more = f"{100 * candidate.difference:+.1f} ± {100 * candidate.uncertainty:.1f} points"
            mark = "  chosen" if candidate.name == learned.learner else ""
            lines.append(f"{candidate.name:<18}{candidate.accuracy:>8.1%}{more:>22}{mark}")
    return [*lines, f"(right: the odd one out found {_JUDGED_BY[learned.judged_by]}; guessing: 33.3%)"]


def _bars(lesson: Lesson) -> list[str]:
    """A bar a group, as long as the group counts."""
    lines = ["what counts (1: as without learning):"]
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
        "judged_by": learned.judged_by,
        "missing": learned.missing,
        "plain_accuracy": _number(learned.plain_accuracy),
        "candidates": [
            {
                "learner": candidate.name,
                "accuracy": _number(candidate.accuracy),
                "difference": _number(candidate.difference),
                "uncertainty": _number(candidate.uncertainty),
            }
            for candidate in learned.candidates
        ],
        "learner": learned.learner,
        "settings": learned.settings,
        "accuracy": _number(learned.accuracy),
        "uncertainty": _number(learned.uncertainty),
        "likelier": None if learned.likelier is None else vars(learned.likelier),
        "odds": _number(learned.odds),
        "better": learned.better,
        "improves": learned.improves,
        "outcome": lesson.outcome,
        "id": lesson.number,
        "in_use": lesson.number is not None and (lesson.pin is None or lesson.pin.lapsed),
        "groups": lesson.metric.group_weights(FEATURE_GROUPS),
        "features": dict(zip(NAMES, lesson.metric.weights.tolist(), strict=True)),
    }


def _number(value: float) -> float | None:
    """What is no number in JSON is nothing."""
    return value if isfinite(value) else None


def _show_history(history: list[Kept], *, as_json: bool) -> None:
    if as_json:
        print_(json.dumps([vars(kept) for kept in history]))
        return
    if not history:
        print_("no metric was learned yet")
        return
    print_(f"{'id':>4}  {'learned':<17}{'learner':<10}{'answers and skips':>17}{'right':>8}{'without':>9}  judged by")
    for kept in history:
        when = datetime.fromtimestamp(kept.created).astimezone()
        right, plain = ("–" if value is None else format(value, ".1%") for value in _accuracies(kept))
        # What they counted had albums in it.
        count = kept.triplets if kept.judged_by else "–"
        mark = "  in use" if kept.in_use else ""
        print_(
            f"{kept.id:>4}  {when:%Y-%m-%d %H:%M} {kept.learner:<10}{count:>17}{right:>8}{plain:>9}"
            f"  {kept.judged_by or '–':<9}{mark}".rstrip()
        )


def _use(database: Database, profile: str, wanted: str) -> None:
    """Pins a metric or plain, or with auto lets learning decide again."""
    if wanted == "auto":
        database.metrics.unpin(profile)
        learned = database.metrics.in_use(profile)
        now = f"metric {learned.metric.id} is in use" if learned else "nothing that was learned is in use"
        print_(f"learning decides again: {now}")
        return
    if wanted == "plain":
        database.metrics.pin(profile, None)
        print_("no learning is in use, and stays so until beet learnmetric --use auto")
        return
    found = {str(kept.id): kept for kept in database.metrics.history(profile)}.get(wanted)
    if found is None:
        raise UserError(f"there is no metric {wanted} of the profile {profile}: see beet learnmetric --history")
    try:
        database.metrics.pin(profile, found.id)
    except MetricError as error:
        raise UserError(str(error)) from error
    print_(f"metric {found.id}, '{found.learner}', is in use, and stays so until beet learnmetric --use auto")
    right, plain = _accuracies(found)
    if right is not None and plain is not None and right < plain:
        print_(f"it was right less often than no learning is: {right:.1%}, without learning {plain:.1%}")


def _accuracies(kept: Kept) -> tuple[float | None, float | None]:
    """How often a metric was right, and how often no learning is, in the same questions."""
    # Earlier versions judged by questions that were chosen to teach, which says little of others.
    return (kept.accuracy, kept.plain_accuracy) if kept.judged_by else (None, None)
