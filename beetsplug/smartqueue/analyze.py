"""beet analyze: features for each item that has none yet."""

from __future__ import annotations

import sys
from collections.abc import Collection, Generator, Iterable
from contextlib import closing
from optparse import Values
from pathlib import Path

from beets.exceptions import UserError
from beets.library import Item as BeetsItem
from beets.library import Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue import settings
from beetsplug.smartqueue.fields import fill
from beetsplug.smartqueue.library import EMPTY, missing_extra, opened, shown
from beetsplug.smartqueue.progress import Progress, duration
from smartqueue import vector_file
from smartqueue.analysis import Done, Plan, carry_out, plan, take_over
from smartqueue.database import Database, Item
from smartqueue.features import EXTRACTOR
from smartqueue.workers import PreparationError

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
    parser.add_option("--export", metavar="FILE", help="only write what was heard of the library to a file")
    parser.add_option(
        "--import", dest="take", metavar="FILE", help="only take what another machine heard of the same files"
    )

    def run(lib: Library, options: Values, query: list[str]) -> None:
        jobs = settings.jobs(config) if options.jobs is None else options.jobs
        if jobs < 1:
            raise UserError(f"-j must be 1 or more, not {jobs}")
        only = [name for name in ("failed", "pretend", "export", "take") if getattr(options, name)]
        if len(only) > 1:
            raise UserError("only one of --failed, --pretend, --export and --import can be done at a time")
        fields = settings.fields(config)
        matched = {item.id: item for item in lib.items(query) if item.id is not None}
        if not matched:
            print_("no track of the library matches: nothing to analyse" if lib.items() else EMPTY)
            return
        with opened(lib) as database:
            database.tracks.forget_missing_items()
            if options.export:
                _export(database, matched, Path(options.export))
                return
            work = plan(
                database.tracks.items(matched),
                database.tracks.of_items(matched),
                force=options.force,
                retry_failed=options.retry_failed,
            )
            if options.failed:
                _list_failures([*work.failed, *work.unreadable])
            elif options.pretend:
                for task in work.tasks:
                    print_(shown(task.item.file))
            elif options.take:
                stopped = _take(database, lib, work, Path(options.take), jobs, fields)
                _end(lib, database, config, stopped=stopped)
            else:
                stopped = _analyze(database, lib, work, jobs, fields, force=options.force)
                _end(lib, database, config, stopped=stopped)

    analyze.func = run
    return analyze


def _analyze(
    database: Database,
    lib: Library,
    work: Plan,
    jobs: int,
    fields: Collection[str],
    *,
    force: bool,
) -> bool:
    """Hears what there is to hear, and tells of it; whether the user stopped it."""
    if work.tasks:
        print_(_forecast(work, jobs))
        if database.vectors.extractor not in ("", EXTRACTOR):
            print_(
                "This version analyses music anew. The earlier analysis stays in use until every track is done; then"
                " what was learned is set aside until it is learned again, which Mopidy does by itself."
            )
        sys.stdout.flush()
    done, stopped = _watch(carry_out(work, database, jobs, force=force), len(work.tasks), lib, fields)
    heard = sum(not one.failure and not one.known for one in done)
    known = sum(one.known for one in done) + work.up_to_date + len(work.moved)
    failures = [*work.failed, *work.unreadable, *((one.item, one.failure) for one in done if one.failure)]
    print_(f"{heard} analysed, {known} up to date, {len(failures)} failed")
    _list_failures(failures)
    _change(database, {item.id for item, _ in work.unreadable})
    return stopped


def _take(
    database: Database,
    lib: Library,
    work: Plan,
    file: Path,
    jobs: int,
    fields: Collection[str],
) -> bool:
    """Takes what another machine heard, and tells of it; whether the user stopped it."""
    try:
        heard = vector_file.read(file)
    except vector_file.VectorFileError as error:
        raise UserError(str(error)) from error
    done, stopped = _watch(take_over(work, database, heard, jobs), len(work.tasks), lib, fields)
    print_(f"{len(done)} taken from {file}, {len(work.tasks) - len(done)} left for beet analyze")
    _change(database, {item.id for item, _ in work.unreadable})
    return stopped


def _watch(results: Generator[Done], total: int, lib: Library, fields: Collection[str]) -> tuple[list[Done], bool]:
    """What was done, with the fields filled, and whether the user stopped it."""
    done: list[Done] = []
    try:
        with Progress(total) as progress, closing(results):
            for one in results:
                item: BeetsItem | None = lib.get_item(one.item.id)  # as it is now, hours after the start
                if item is not None:
                    fill(item, one.scalars, fields, one.earlier)
                done.append(one)
                progress.update()
    except (ImportError, PreparationError) as error:
        raise missing_extra("analyze", "analysis", error) from error
    except KeyboardInterrupt:
        print_("stopped; the next beet analyze goes on from here")
        return done, True
    return done, False


def _end(lib: Library, database: Database, config: Subview, *, stopped: bool) -> None:
    settings.mark_ignored(lib, database, config)
    if stopped:
        # as of any program that Ctrl-C ends, so that a script does not go on
        sys.exit(130)


def _change(database: Database, away: Collection[int]) -> None:
    """Puts the vectors of this version in use in place of older ones once they are all there, and tells of it."""
    if database.vectors.change(EXTRACTOR, away):
        print_("all tracks were analysed anew, and that is in use from now on: run beet learnmetric to learn from it")
    elif database.vectors.extractor != EXTRACTOR and (waiting := database.vectors.waiting(EXTRACTOR)):
        missing = len(waiting & set(away))
        print_(
            f"{len(waiting)} tracks are still to be analysed anew ({missing} files are away); until then the earlier"
            " analysis stays in use. beet update forgets files that are gone for good."
        )


def _export(database: Database, matched: Collection[int], file: Path) -> None:
    wanted = {track.audio_hash for track in database.tracks.of_items(matched)}
    heard = {audio: one for audio, one in database.vectors.heard(EXTRACTOR).items() if audio in wanted}
    try:
        vector_file.write(file, heard)
    except vector_file.VectorFileError as error:
        raise UserError(str(error)) from error
    print_(f"what was heard of {len(heard)} tracks is in {file}")


def _forecast(work: Plan, jobs: int) -> str:
    minutes = sum(task.item.length for task in work.tasks) / 60
    about = duration(minutes * _PROCESSOR_SECONDS / min(jobs, len(work.tasks)))
    return f"{len(work.tasks)} to analyse, {minutes:.0f} minutes of music: that takes {about}"


def _list_failures(failures: Iterable[tuple[Item, str]]) -> None:
    for item, reason in sorted(failures, key=lambda failure: failure[0].file):
        print_(f"  {shown(item.file)}: {reason}")
