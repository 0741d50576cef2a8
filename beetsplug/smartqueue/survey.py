"""beet survey: three songs, which is the odd one out? On pages for a browser, or in the terminal."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from optparse import OptionParser, Values
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue import settings
from beetsplug.smartqueue.library import missing_extra, opened
from smartqueue.names import check_host

if TYPE_CHECKING:
    from smartqueue.web.site import Site

_PORT = 8338
DEFAULTS: dict[str, Any] = {"host": "127.0.0.1", "port": _PORT, "player": "", "allowed_hosts": []}
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - it is told what these mean
# Of fewer tracks none is the odd one out.
_FEWEST = 3


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    survey = Subcommand("survey", help="tell which of three songs is the odd one out, and see what was learned")
    add_options(survey.parser)

    def run(lib: Library, options: Values, _: list[str]) -> None:
        # A tenth of a second to load, which other commands need not wait for.
        from beetsplug.smartqueue import survey_terminal
        from smartqueue.web.site import Site
        from smartqueue.web.store import Store

        profile, wanted = settings.profile(config, options.profile), settings.survey(config)
        with opened(lib) as database:
            settings.mark_ignored(lib, database, config)
            analysed = database.state().analyzed
        if analysed < _FEWEST:
            raise UserError(
                f"a survey needs {_FEWEST} analysed tracks, and there are {analysed}: run beet analyze first"
            )
        if options.export_plots:
            _export(lib, profile, Path(options.export_plots))
            return
        store = Store(lib.path, lib.directory, settings.wanted(config).rules)
        if options.terminal:
            survey_terminal.ask(lib, store, profile, wanted.player)
        else:
            site = Site.of(store, profile, allowed_hosts=wanted.allowed_hosts)
            _serve(site, wanted, options)

    survey.func = run
    return survey


def add_options(parser: OptionParser) -> None:
    """The options of the command."""
    parser.add_option(
        "--host", metavar="ADDRESS", help="serve at this address (default: 127.0.0.1, this machine alone)"
    )
    parser.add_option(
        "--port", type="int", metavar="PORT", help=f"serve at this port (default: {_PORT}, or a free one)"
    )
    parser.add_option("--no-browser", action="store_true", help="only print the address")
    parser.add_option("--profile", metavar="NAME", help="the answers are this listener's")
    parser.add_option("--terminal", action="store_true", help="ask here, in the terminal")
    parser.add_option("--export-plots", metavar="DIR", help="only write map and plots there, as PNG and SVG")


def _export(lib: Library, profile: str, folder: Path) -> None:
    """Writes the map and the plots."""
    try:
        from smartqueue.plots import export
    except ImportError as error:
        raise missing_extra("survey --export-plots", "plots", error) from error
    with opened(lib) as database:
        try:
            files = export(database, profile, folder)
        except OSError as error:
            raise UserError(f"the plots cannot be written to {folder}: {error.strerror or error}") from error
    for file in files:
        print_(str(file))


def _serve(site: Site, wanted: settings.SurveySettings, options: Values) -> None:
    """Serves the pages until Ctrl-C."""
    host = wanted.host if options.host is None else options.host
    port = wanted.port if options.port is None else options.port
    try:
        check_host(host)
    except ValueError as error:
        raise UserError(f"--host {error}") from error
    if not 0 <= port < 65536:
        raise UserError(f"--port must be from 0 to 65535, not {port}")
    # Another one will do where nobody asked for this one.
    ports = (port, 0) if port == _PORT and options.port is None else (port,)
    with contextlib.ExitStack() as stack:
        found = _begun(stack, site, host, ports)
        everywhere = host in _EVERYWHERE
        address = f"http://{'localhost' if everywhere else _in_brackets(host)}:{found}/"
        print_(f"the survey is at {address} until you press Ctrl-C")
        if everywhere:
            print_(f"from other machines, it is at http://{socket.gethostname()}:{found}/")
        sys.stdout.flush()
        try:
            if not options.no_browser and _has_browser():
                webbrowser.open(address)
            threading.Event().wait()
        except KeyboardInterrupt:
            print_("stopped; every answer is kept")
    # as of any program that Ctrl-C ends
    sys.exit(130)


def _begun(stack: contextlib.ExitStack, site: Site, host: str, ports: Sequence[int]) -> int:
    """Serves at the first of the ports that can be had; which that is."""
    from smartqueue.web.server import serving

    for port in ports:
        try:
            return stack.enter_context(serving(site, host, port))
        except OSError as error:
            trouble = error
    raise UserError(f"the pages cannot be served at {host}, port {ports[0]}: {trouble.strerror or trouble}")


def _in_brackets(host: str) -> str:
    """As it stands in an address."""
    return f"[{host}]" if ":" in host else host


def _has_browser() -> bool:
    """Whether a browser would show where the listener sits."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True
    return sys.platform in ("darwin", "win32") and "SSH_CONNECTION" not in os.environ
