"""beet mix: tracks that go with those that match, that lead from one to another, or that match, in another order."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from optparse import Values
from pathlib import Path

import numpy as np
from beets import config as beets_config
from beets import logging
from beets.exceptions import UserError
from beets.library import Item, Library
from beets.ui import CommonOptionsParser, Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue.library import analysed, named, opened
from beetsplug.smartqueue.settings import has_relative_paths, mark_ignored, profile, wanted
from smartqueue import playlist_file
from smartqueue.candidates import Candidates, candidates, shut_out_in_words
from smartqueue.database.tracks import file_name
from smartqueue.explanation import explain
from smartqueue.preferences import Preferences
from smartqueue.selection import Choice, Context, Past
from smartqueue.selection.mix import mix, ordered, path

log = logging.getLogger("beets.smartqueue")

_USUAL_NUMBER, _MOST = 20, 500
# So many of the tracks that match, evenly spread, stand for all of them; so many of those to keep away from are enough.
_SEEDS, _AWAY = 100, 20
# How many tracks are named in one line.
_NAMED = 3

# Each track of a mix, and why it is there, if there is more to say than that it was asked for.
Steps = list[tuple[int, Choice | None]]


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    subcommand = Subcommand("mix", help="list a mix of tracks that go with those that match, in an order that flows")
    add_options(subcommand.parser)

    def run(lib: Library, options: Values, query: list[str]) -> None:
        _check(options)
        wishes = wanted(config)
        with opened(lib) as database:
            mark_ignored(lib, database, config)
            among = candidates(database, profile(config), wishes.rules)
        seeds, others = _matching(lib, among, query)
        if options.order:
            steps = _in_a_row(among, ordered(among.pool, seeds, wishes.taste))
        elif options.to is not None:
            steps = _from_to(lib, among, seeds[0], options, wishes)
        else:
            steps = _around(lib, among, seeds, options, wishes)
        found = [(_item(lib, among, row), why) for row, why in _explained(among, steps)]
        if options.order:
            # An order loses none; what cannot be compared comes last.
            found += [(item, "not analysed yet") for item in others]
        if options.output:
            _write(Path(options.output), [item for item, _ in found], relative=has_relative_paths(config))
        form = getattr(options, "format", None) or beets_config["format_item"].as_str()
        for item, why in found:
            print_(format(item, form))
            if options.explain:
                print_(f"    {why}")

    subcommand.func = run
    return subcommand


def add_options(parser: CommonOptionsParser) -> None:
    """The options of the command."""
    parser.set_usage(
        "%prog [options] QUERY\n"
        "One matching track: the mix begins with it. Several: it goes with all of them.\n"
        "Example: %prog --length 1:30 --not genres:metal -o evening.m3u8 artist:nina"
    )
    parser.add_option("-n", "--number", type="int", metavar="N", help=f"how many tracks (default: {_USUAL_NUMBER})")
    parser.add_option("--length", metavar="HH:MM", help="how long, in hours and minutes, instead of how many")
    parser.add_option("--to", metavar="QUERY", help="lead from the first match to that of this query, by even steps")
    parser.add_option("--not", dest="avoid", metavar="QUERY", help="keep away from the tracks that match this query")
    parser.add_option("--order", action="store_true", help="put the tracks that match in another order, adding none")
    parser.add_option("--explain", action="store_true", help="say under each track why it is there")
    parser.add_option("-o", "--output", metavar="FILE", help="write a playlist, such as evening.m3u8, too")
    parser.add_option(
        "--seed", type="int", metavar="N", help="another mix for each number (default: another one each day)"
    )
    parser.add_path_option()
    parser.add_format_option(target="item")


def _check(options: Values) -> None:
    """Names options that do not go together or are out of range."""
    given = {
        "-n": options.number is not None,
        "--length": options.length is not None,
        "--to": options.to is not None,
        "--not": options.avoid is not None,
        "--order": bool(options.order),
    }
    together = {("-n", "--length"), ("--to", "--length")} | {(name, "--order") for name in list(given)[:-1]}
    for first, second in sorted(together):
        if given[first] and given[second]:
            raise UserError(f"{first} and {second} do not go together")
    least = 2 if given["--to"] else 1
    if given["-n"] and not least <= options.number <= _MOST:
        raise UserError(f"-n must be from {least} to {_MOST}, not {options.number}")
    if given["--length"]:
        _seconds(options.length)
    if options.seed is not None and options.seed < 0:
        raise UserError(f"--seed must be 0 or more, not {options.seed}")


def _seconds(length: str) -> int:
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", length)
    seconds = 3600 * int(match[1]) + 60 * int(match[2]) if match else 0
    if not seconds:
        raise UserError(f"--length must be hours and minutes from 0:01 to 99:59, such as 1:30, not {length!r}")
    return seconds


def _matching(
    lib: Library, among: Candidates, query: list[str] | str, option: str = ""
) -> tuple[list[int], list[Item]]:
    """The rows that match, at least one, and those that match and have no vector, which are named."""
    rows, others = analysed(lib.items(query), among.library)
    if not rows and not others:
        raise UserError(f"no track of the library matches{f' {option} {query!r}' if option else ''}")
    told = ", ".join(map(named, others[:_NAMED])) + (f" and {len(others) - _NAMED} more" * (len(others) > _NAMED))
    if not rows:
        raise UserError(f"not analysed yet: {told}. Run beet analyze first")
    if others:
        log.warning("not analysed yet: {}. Run beet analyze", told)
    return rows, others


def _around(lib: Library, among: Candidates, seeds: list[int], options: Values, wishes: Preferences) -> Steps:
    """The seed and what goes with it; of several what goes with all of them, themselves among it."""
    avoided = _avoided(lib, among, options)
    unwanted = set(avoided)
    seeds = [seed for seed in seeds if seed not in unwanted]
    if not seeds:
        raise UserError("all tracks that match are among those to keep away from")
    first = seeds if len(seeds) == 1 else []
    enough = _enough(among, first, options)
    chosen = mix(
        among.pool,
        Context(seeds[:: -(-len(seeds) // _SEEDS)], away=avoided[:_AWAY], last=first[0] if first else None),
        _past(heard=first, never=[*first, *avoided]),
        windows=wishes.windows,
        taste=wishes.taste,
        generator=np.random.default_rng(date.today().toordinal() if options.seed is None else options.seed),  # noqa: DTZ011 - the listener's day
        is_enough=enough,
    )
    if not enough(chosen):
        _complain(among, len(first) + len(chosen), len(chosen), avoided, wishes)
    asked = set(seeds)
    return [(seed, None) for seed in first] + [
        (choice.row, None if choice.row in asked else choice) for choice in chosen
    ]


def _enough(among: Candidates, first: list[int], options: Values) -> Callable[[list[Choice]], bool]:
    if options.length is None:
        number = _USUAL_NUMBER if options.number is None else options.number
        return lambda chosen: len(first) + len(chosen) >= number
    seconds = _seconds(options.length)
    lengths = among.library.lengths
    return lambda chosen: lengths[[*first, *(choice.row for choice in chosen)]].sum() >= seconds


def _from_to(lib: Library, among: Candidates, first: int, options: Values, wishes: Preferences) -> Steps:
    """The way from one track to the first that matches another query, both ends included."""
    last = _matching(lib, among, options.to, "--to")[0][0]
    if among.pool.recordings[first] == among.pool.recordings[last]:
        raise UserError(f"the way begins and ends with {among.library.name(first)}: --to must match another track")
    avoided = _avoided(lib, among, options)
    between = (_USUAL_NUMBER if options.number is None else options.number) - 2
    past = _past(heard=[], never=avoided)
    found = path(among.pool, first, last, between, past, windows=wishes.windows, taste=wishes.taste)
    if len(found) < between:
        _complain(among, len(found) + 2, len(found), avoided, wishes)
    steps = _in_a_row(among, [first, *found, last])
    return [*steps[:-1], (last, None)]


def _avoided(lib: Library, among: Candidates, options: Values) -> list[int]:
    return [] if options.avoid is None else _matching(lib, among, options.avoid, "--not")[0]


def _past(heard: list[int], never: list[int]) -> Past:
    return Past(*(np.array(rows, dtype=np.int64) for rows in (heard, [], never)))


def _complain(among: Candidates, there: int, chosen: int, avoided: list[int], wishes: Preferences) -> None:
    """Says that there are fewer tracks than were wished for, and which rules left no more; none at all is an error."""
    today = date.today()  # noqa: DTZ011 - the listener's day
    rules = [shut_out_in_words(among.library, wishes.rules, today)]
    rules += [f"--not shuts out {len(avoided)}"] if avoided else []
    blame = ", ".join(filter(None, rules)) or "no other one is left"
    reason = f"of {len(among.library.ids)} analysed tracks {blame}"
    if not chosen:
        raise UserError(f"nothing is left to choose from: {reason}")
    log.warning("only {} tracks: {}", there, reason)


def _in_a_row(among: Candidates, rows: list[int]) -> Steps:
    """Tracks each of which is there because of the one before."""
    near = among.pool.near
    steps: Steps = [(row, None) for row in rows[:1]]
    for last, row in pairwise(rows):
        steps.append((row, Choice(row, last, float(near.between(last, row)), place=0)))
    return steps


def _explained(among: Candidates, steps: Steps) -> list[tuple[int, str]]:
    """Each track with the reason in words."""
    befores = [None, *(row for row, _ in steps)]
    return [
        (row, "you asked for it" if choice is None else explain(among, choice, before).in_words())
        for (row, choice), before in zip(steps, befores, strict=False)
    ]


def _item(lib: Library, among: Candidates, row: int) -> Item:
    item = lib.get_item(int(among.library.item_ids[row]))
    if item is None:
        raise UserError("the library was changed meanwhile: try again")
    return item


def _write(file: Path, items: list[Item], *, relative: bool) -> None:
    entries = [playlist_file.Entry(item.length, _called(item), item.path) for item in items]
    try:
        playlist_file.write(file, entries, relative=relative)
    except playlist_file.PlaylistFileError as error:
        raise UserError(str(error)) from error


def _called(item: Item) -> str:
    """What a track is called in a playlist: by its file's name where it has no title."""
    title = item.title or file_name(item.path)
    return f"{item.artist} - {title}" if item.artist else title
