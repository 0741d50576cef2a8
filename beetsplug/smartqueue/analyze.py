"""beet analyze: features for each item that has none yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from optparse import Values
from typing import TYPE_CHECKING

from beets.exceptions import UserError
from beets.library import Item as BeetsItem
from beets.library import Library
from beets.ui import Subcommand, print_
from beets.util import displayable_path
from confuse import Subview

from beetsplug.smartqueue.library import missing_extra, opened

if TYPE_CHECKING:
    from smartqueue.analysis import Plan
    from smartqueue.database import Database


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    analyze = Subcommand("analyze", help="hear what tracks sound like, for smartqueue", aliases=("analyse",))
    analyze.parser.set_usage("%prog [options] [QUERY]")
    analyze.parser.add_option(
        "-j", "--jobs", type="int", metavar="N", help="how many files to analyse at the same time"
    )

    def run(lib: Library, options: Values, query: list[str]) -> None:
        jobs = config["jobs"].get(int) if options.jobs is None else options.jobs
        if jobs < 1:
            raise UserError(f"jobs must be 1 or more, not {jobs}")
        fields = config["fields"].as_str_seq()
        with opened(lib) as database:
            _analyze(lib, database, query, jobs, fields)

    analyze.func = run
    return analyze


def _analyze(lib: Library, database: Database, query: list[str], jobs: int, fields: Collection[str]) -> None:
    try:
        from tqdm import tqdm

        from smartqueue.analysis import analyse, plan
        from smartqueue.features import EXTRACTOR
    except ImportError as error:
        raise missing_extra("analyze", "analysis", error) from error

    matched = {item.id: item for item in lib.items(query) if item.id is not None}
    if not matched:
        print_("no track of the library matches: nothing to analyse")
        return
    database.tracks.forget_missing_items()
    work = plan(database.tracks.items(matched), database.tracks.all())
    for track, item, state in work.moved:
        database.tracks.store_move(track.id, item, state)
    failures = {item.file: reason for item, reason in work.unreadable}
    for item, reason in work.unreadable:
        database.tracks.store_failure(item, None, reason)

    done = 0
    try:
        with tqdm(total=len(work.to_analyse), desc="analysing", unit="track", disable=None) as progress:
            for index, found in analyse([item.file for item, _ in work.to_analyse], jobs):
                item, state = work.to_analyse[index]
                if isinstance(found, str):
                    failures[item.file] = found
                    database.tracks.store_failure(item, state, found)
                else:
                    done += 1
                    database.tracks.store_vector(item, state, found.audio_hash, EXTRACTOR, found.vector)
                    _write_fields(matched[item.id], found.scalars, fields)
                progress.update()
    except KeyboardInterrupt:
        print_("stopped; the next beet analyze goes on from here")
    _summarise(work, done, failures)


def _write_fields(item: BeetsItem, scalars: Mapping[str, float | str], fields: Collection[str]) -> None:
    """Fills the item's fields that are empty; what stands there already is the user's."""
    new = {name: value for name, value in scalars.items() if name in fields and not item.get(name)}
    if new:
        item.update(new)
        item.store()


def _summarise(work: Plan, done: int, failures: Mapping[bytes, str]) -> None:
    known = work.up_to_date + len(work.moved)
    print_(f"{done} analysed, {known} up to date, {len(failures)} failed")
    for file, reason in sorted(failures.items()):
        print_(f"  {displayable_path(file)}: {reason}")
