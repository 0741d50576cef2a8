"""beet similar: the tracks that sound most like the first match of a query."""

from __future__ import annotations

from optparse import Values

import numpy as np
from beets import config as beets_config
from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue.library import opened
from smartqueue.selection import nearest


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    similar = Subcommand("similar", help="list the tracks that sound most like one track")
    similar.parser.set_usage("%prog [options] QUERY\nExample: %prog -n 5 title:yesterday")
    similar.parser.add_option("-n", "--number", type="int", default=10, metavar="N", help="how many tracks to list")
    similar.parser.add_path_option()
    similar.parser.add_format_option(target="item")

    def run(lib: Library, options: Values, query: list[str]) -> None:
        if options.number < 1:
            raise UserError(f"-n must be 1 or more, not {options.number}")
        form = getattr(options, "format", None) or f"$distance  {beets_config['format_item'].as_str()}"
        _similar(lib, query, options.number, form, config["profile"].as_str())

    similar.func = run
    return similar


def _similar(lib: Library, query: list[str], number: int, form: str, profile: str) -> None:
    seed = lib.items(query).get()
    if seed is None:
        raise UserError("no track of the library matches: nothing to compare with")
    with opened(lib) as database:
        library = database.vectors.library()
        metric = database.metric(profile, library)
    rows = np.flatnonzero(library.item_ids == seed.id)
    if not len(rows):
        raise UserError(f"not analysed yet: {seed}. Run beet analyze first")
    for choice in nearest(metric.points(library.vectors), int(rows[0]))[:number]:
        item = lib.get_item(int(library.item_ids[choice.row]))
        if item is not None:
            item["distance"] = choice.distance
            print_(format(item, form))
