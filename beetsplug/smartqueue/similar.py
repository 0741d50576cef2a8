"""beet similar: the tracks or albums that sound most like the first match of a query, and what is there twice."""

from __future__ import annotations

from collections.abc import Iterable
from optparse import Values

from beets import config as beets_config
from beets import logging
from beets.exceptions import UserError
from beets.library import Album, Item, Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue.library import analysed, first_step, named, opened
from beetsplug.smartqueue.settings import mark_ignored, profile
from smartqueue.candidates import Candidates, albums, candidates
from smartqueue.duplicates import duplicates
from smartqueue.explanation import explain
from smartqueue.preferences import Rules
from smartqueue.selection import Choice

log = logging.getLogger("beets.smartqueue")

_USUAL_NUMBER = 10


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    similar = Subcommand("similar", help="list the tracks or albums that sound most like one, or what is there twice")
    parser = similar.parser
    parser.set_usage("%prog [options] QUERY\n       %prog --duplicates [QUERY]\nExample: %prog -n 5 title:yesterday")
    parser.add_option(
        "-n",
        "--number",
        type="int",
        metavar="N",
        help=f"how many to list (default: {_USUAL_NUMBER}; of --duplicates all)",
    )
    parser.add_option("--explain", action="store_true", help="say under each track why it is near")
    parser.add_option(
        "--duplicates", action="store_true", help="list the tracks that are the same recording twice, group by group"
    )
    parser.add_all_common_options()

    def run(lib: Library, options: Values, query: list[str]) -> None:
        if options.number is not None and options.number < 1:
            raise UserError(f"-n must be 1 or more, not {options.number}")
        if sum(map(bool, (options.explain, options.album, options.duplicates))) > 1:
            raise UserError("--explain, --album and --duplicates do not go together")
        kind = "album" if options.album else "item"
        form = getattr(options, "format", None) or f"$distance  {beets_config[f'format_{kind}'].as_str()}"
        with opened(lib) as database:
            mark_ignored(lib, database, config)
            among = candidates(database, profile(config), Rules())
            first = first_step(database.state()) if options.duplicates else ""
        if first:
            raise UserError(f"nothing was compared: {first}")
        if options.duplicates:
            _list_duplicates(lib, among, lib.items(query), options.number, form)
            return
        number = _USUAL_NUMBER if options.number is None else options.number
        seed = lib.items(query).get()
        if seed is None:
            raise UserError("no track of the library matches: nothing to compare with")
        rows, _ = analysed([seed], among.library)
        if not rows:
            raise UserError(f"not analysed yet: {named(seed)}. Run beet analyze first")
        if options.album:
            _list_albums(lib, among, rows[0], number, form)
        else:
            _list_tracks(lib, among, rows[0], number, form, why=options.explain)

    similar.func = run
    return similar


def _list_tracks(lib: Library, among: Candidates, seed: int, number: int, form: str, *, why: bool) -> None:
    near = among.pool.near
    for place, row in enumerate(near.nearest(seed, ~among.pool.barred, number).tolist(), 1):
        distance = float(near.between(seed, row))
        _print(lib.get_item(int(among.library.item_ids[row])), distance, form)
        if why:
            print_(f"    {explain(among, Choice(row, seed, distance, place), seed).in_words()}")


def _list_albums(lib: Library, among: Candidates, seed: int, number: int, form: str) -> None:
    there = albums(among.pool)
    own = there.of_track[seed]
    if own < 0:
        raise UserError(f"{among.library.name(seed)} is of no album")
    for row in there.near.nearest(own, there.allowed, number).tolist():
        tracks = among.library.item_ids[there.of_track == row].tolist()
        # Single tracks may name an album that beets does not have as one.
        members = (lib.get_item(item) for item in tracks)
        album = next((album for item in members if item is not None and (album := item.get_album())), None)
        _print(album, float(there.near.between(own, row)), form)


def _list_duplicates(lib: Library, among: Candidates, matching: Iterable[Item], number: int | None, form: str) -> None:
    """Lists so many groups, or all, and tells of what could not be compared."""
    found, others = analysed(matching, among.library)
    if not found and not others:
        raise UserError("no track of the library matches: nothing was compared")
    if not found:
        raise UserError(f"nothing was compared: not analysed yet: {named(others[0])}. Run beet analyze first")
    if others:
        log.warning("{} tracks were not compared, because they are not analysed yet: run beet analyze", len(others))
    item_ids = among.library.item_ids.tolist()
    groups = [rows for rows in duplicates(among.library) if not set(found).isdisjoint(rows)]
    if not groups:
        log.info("no track is there twice")
    for place, rows in enumerate(groups[:number]):
        if place:
            print_()
        for row in rows:
            _print(lib.get_item(item_ids[row]), float(among.pool.near.between(rows[0], row)), form)


def _print(found: Item | Album | None, distance: float, form: str) -> None:
    if found is not None:
        found["distance"] = distance
        print_(format(found, form))
