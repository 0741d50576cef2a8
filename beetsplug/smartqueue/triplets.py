"""beet triplets: what was said about which track of three is the odd one out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from optparse import Values
from pathlib import Path

from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, input_yn, print_
from confuse import Subview

from beetsplug.smartqueue import settings
from beetsplug.smartqueue.library import opened
from smartqueue import triplet_file
from smartqueue.database import Database
from smartqueue.listening import SOURCES, Triplet
from smartqueue.stories import stories


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    triplets = Subcommand("triplets", help="list what smartqueue learns from, or have it forgotten")
    parser = triplets.parser
    parser.set_usage("%prog [options] [QUERY]\n       %prog --forget ID...")
    parser.add_option("--source", choices=SOURCES, help="only those from survey, skip or library")
    parser.add_option("--profile", metavar="NAME", help="those of this listener")
    parser.add_option("--json", action="store_true", help="print one JSON object a line")
    parser.add_option("--forget", action="store_true", help="forget the triplets with these ids")
    parser.add_option("--forget-source", choices=SOURCES, help="forget all from survey, skip or library")
    parser.add_option("-f", "--force", action="store_true", help="do not ask before forgetting")
    parser.add_option("--rebuild", action="store_true", help="derive those from skips anew from all that was played")
    parser.add_option("--export", metavar="FILE", help="write answers and skips to a file, one a line")
    parser.add_option("--import", dest="take", metavar="FILE", help="take answers and skips from such a file")

    def run(lib: Library, options: Values, arguments: list[str]) -> None:
        profile = settings.profile(config, options.profile)
        with opened(lib) as database:
            every = database.triplets.of_profile(profile)
            # A skip has several triplets, and is told by its first. The listener's own come before the library's.
            entries = [triplet for triplet in every if triplet.id == triplet.entry]
            found = sorted(entries, key=lambda triplet: triplet.source == "library")
            try:
                if options.forget:
                    _forget(database, _with_ids(found, arguments), force=options.force)
                elif options.forget_source:
                    wanted = [triplet for triplet in found if triplet.source == options.forget_source]
                    _forget(database, wanted, force=options.force)
                elif options.rebuild:
                    _rebuild(database)
                elif options.export:
                    count = triplet_file.write(Path(options.export), every, database)
                    print_(f"{count} answers and skips are in {options.export}")
                elif options.take:
                    _take(database, Path(options.take))
                else:
                    chosen = [triplet for triplet in found if options.source in (None, triplet.source)]
                    about = _about(lib, database, chosen, arguments)
                    if options.json or options.source:
                        _list(database, about, as_json=options.json)
                    else:
                        _list_own(database, about)
            except triplet_file.TripletFileError as error:
                raise UserError(str(error)) from error

    triplets.func = run
    return triplets


def _about(lib: Library, database: Database, triplets: Sequence[Triplet], query: list[str]) -> Sequence[Triplet]:
    """The triplets in which a track of the query stands."""
    if not query:
        return triplets
    items = [item.id for item in lib.items(query) if item.id is not None]
    tracks = {track.id for track in database.tracks.of_items(items)}
    return [triplet for triplet in triplets if tracks & {triplet.near_a, triplet.near_b, triplet.odd}]


def _list(database: Database, triplets: Sequence[Triplet], *, as_json: bool) -> None:
    for story in stories(database, triplets):
        triplet, names = story.triplet, story.names
        if as_json:
            near = [names["near_a"], names["near_b"]]
            print_(json.dumps({**vars(triplet), "near": near, "odd_one_out": names["odd"]}))
            continue
        when = datetime.fromtimestamp(triplet.created or 0.0).astimezone()
        print_(f"{triplet.id:>5}  {when:%Y-%m-%d %H:%M}  {story.in_words()}")


def _list_own(database: Database, triplets: Sequence[Triplet]) -> None:
    """Lists what the listener said; of the library's, which are many, tells how many there are."""
    own = [triplet for triplet in triplets if triplet.source != "library"]
    _list(database, own, as_json=False)
    if others := len(triplets) - len(own):
        print_(f"and {others} from albums and artists: beet triplets --source library")


def _with_ids(triplets: Sequence[Triplet], ids: list[str]) -> list[Triplet]:
    known = {str(triplet.id): triplet for triplet in triplets}
    unknown = [id_ for id_ in ids if id_ not in known]
    if unknown or not ids:
        raise UserError(f"there is no triplet {', '.join(unknown)}" if unknown else "which triplets? Give their ids")
    return [known[id_] for id_ in ids]


def _forget(database: Database, triplets: Sequence[Triplet], *, force: bool) -> None:
    if not triplets:
        print_("there is nothing to forget")
        return
    _list(database, triplets[:10], as_json=False)
    if len(triplets) > 10:
        print_(f"       and {len(triplets) - 10} more")
    if not force and not input_yn(f"Forget {len(triplets)} for good (Y/n)?"):
        return
    print_(f"{database.triplets.forget([triplet.id or 0 for triplet in triplets])} forgotten; run beet learnmetric")


def _rebuild(database: Database) -> None:
    plays, skips = database.derive_skips()
    print_(f"{skips} skips teach, of {plays} plays; run beet learnmetric")


def _take(database: Database, file: Path) -> None:
    taken = triplet_file.take(file, database)
    there = taken.total - taken.new - taken.unknown
    print_(
        f"{taken.new} taken from {file}, {there} were there already,"
        f" {taken.unknown} speak of tracks that are not in the library"
    )
