"""beet analyze: features for each item that has none yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from optparse import Values
from typing import TYPE_CHECKING

from beets.exceptions import UserError
from beets.library import Item as BeetsItem
from beets.library import Library
from beets.ui import Subcommand, print_
from beets.util import displayable_path
from confuse import Subview

from beetsplug.smartqueue.library import missing_extra, opened
from smartqueue.features import EXTRACTOR

if TYPE_CHECKING:
    from smartqueue.analysis import Plan
    from smartqueue.database import Database, Item

# Processor seconds for a minute of audio, for a first guess at how long the work takes.
_PROCESSOR_SECONDS = 0.4


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    analyze = Subcommand("analyze", help="hear what tracks sound like, for smartqueue", aliases=("analyse",))
    parser = analyze.parser
    parser.set_usage("%prog [options] [QUERY]")
    parser.add_option("-j", "--jobs", type="int", metavar="N", help="how many files to analyse at the same time")
    parser.add_option("-f", "--force", action="store_true", help="analyse again what is up to date")
    parser.add_option("--retry-failed", action="store_true", help="try again what failed and has not changed since")
    parser.add_option("--failed", action="store_true", help="only list what failed, and why")
    parser.add_option("-p", "--pretend", action="store_true", help="only list what would be analysed")

    def run(lib: Library, options: Values, query: list[str]) -> None:
        jobs = config["jobs"].get(int) if options.jobs is None else options.jobs
        if jobs < 1:
            raise UserError(f"jobs must be 1 or more, not {jobs}")
        fields = config["fields"].as_str_seq()
        matched = {item.id: item for item in lib.items(query) if item.id is not None}
        if not matched:
            print_("no track of the library matches: nothing to analyse")
            return
        with opened(lib) as database:
            database.tracks.forget_missing_items()
            work = _plan(database, matched, options)
            if options.failed:
                _list_failures([*work.failed, *work.unreadable])
            elif options.pretend:
                for task in work.tasks:
                    print_(displayable_path(task.item.file))
            else:
                _analyze(database, matched, work, jobs, fields, force=options.force)

    analyze.func = run
    return analyze


def _plan(database: Database, matched: Collection[int], options: Values) -> Plan:
    try:
        from smartqueue.analysis import plan
    except ImportError as error:
        raise missing_extra("analyze", "analysis", error) from error
    return plan(
        database.tracks.items(matched),
        database.tracks.all(),
        force=options.force,
        retry_failed=options.retry_failed,
    )


def _analyze(
    database: Database,
    matched: Mapping[int, BeetsItem],
    work: Plan,
    jobs: int,
    fields: Collection[str],
    *,
    force: bool,
) -> None:
    from tqdm import tqdm

    from smartqueue.analysis import KnownAudio, analyse

    tracks = database.tracks
    for track, item, state in work.moved:
        tracks.store_move(track.id, item, state)
    for item, reason in work.unreadable:
        tracks.store_failure(item, None, reason)
    known = frozenset() if force else tracks.audio_hashes(EXTRACTOR)
    failures = [*work.failed, *work.unreadable]
    done = 0
    recognised = work.up_to_date + len(work.moved)
    if work.tasks:
        print_(_forecast(work, jobs))
    try:
        with tqdm(total=len(work.tasks), desc="analysing", unit="track", disable=None) as progress:
            for task, found in analyse(work.tasks, jobs, known):
                if isinstance(found, str):
                    failures.append((task.item, found))
                    tracks.store_failure(task.item, task.state, found)
                elif isinstance(found, KnownAudio):
                    recognised += 1
                    vector, scalars = tracks.heard_before(found.audio_hash, EXTRACTOR)
                    tracks.store_vector(task.item, task.state, found.audio_hash, EXTRACTOR, vector, scalars)
                    _write_fields(matched[task.item.id], scalars, fields)
                else:
                    done += 1
                    tracks.store_vector(task.item, task.state, found.audio_hash, EXTRACTOR, found.vector, found.scalars)
                    _write_fields(matched[task.item.id], found.scalars, fields)
                progress.update()
    except KeyboardInterrupt:
        print_("stopped; the next beet analyze goes on from here")
    print_(f"{done} analysed, {recognised} up to date, {len(failures)} failed")
    _list_failures(failures)


def _forecast(work: Plan, jobs: int) -> str:
    minutes = sum(task.item.length for task in work.tasks) / 60
    seconds = minutes * _PROCESSOR_SECONDS / min(jobs, len(work.tasks))
    about = "less than a minute" if seconds < 60 else f"{seconds / 60:.0f} minutes"
    if seconds > 5400:
        about = f"{seconds / 3600:.0f} hours"
    return f"{len(work.tasks)} to analyse, {minutes:.0f} minutes of music: that takes about {about}"


def _write_fields(item: BeetsItem, scalars: Mapping[str, float | str], fields: Collection[str]) -> None:
    """Fills the item's fields that are empty; what stands there already is the user's."""
    new = {name: value for name, value in scalars.items() if name in fields and _is_empty(item, name)}
    if new:
        item.update(new)
        item.store()


def _is_empty(item: BeetsItem, name: str) -> bool:
    # beets gives 0 for a tempo that it does not have; of all other fields 0 is a value.
    return item.get(name) in ((None, "", 0) if name == "bpm" else (None, ""))


def _list_failures(failures: Iterable[tuple[Item, str]]) -> None:
    for item, reason in sorted(failures, key=lambda failure: failure[0].file):
        print_(f"  {displayable_path(item.file)}: {reason}")
