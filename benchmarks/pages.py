"""How quick the survey is, what a page loads at first, and what axe-core finds, in headless Chromium.

    python -m benchmarks.pages [--tracks N ...] [--answers N]

A library.db of so many tracks is made as in benchmarks/selection.py, each file a hard link to one piece, and served as
`beet survey` does. "Answer" is from the press of a key until the next question shows, as the page itself measures it.
"Loaded" are the bytes of the page and of all that it asks for until it rests, in so many requests, without headers,
covers and sounds. axe-core looks at each page at 360 and 1280 pixels, in light and dark. Every track is a transaction,
so let TMPDIR be in memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Request

from benchmarks.selection import path, store

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
from demonstration import synthesis  # noqa: E402 - only now can it be found
from smartqueue.database import Database  # noqa: E402
from smartqueue.preferences import DEFAULTS, preferences  # noqa: E402
from smartqueue.web.server import serving  # noqa: E402
from smartqueue.web.site import Site  # noqa: E402
from smartqueue.web.store import Store  # noqa: E402
from tests.end_to_end.browser import DESKTOP, PHONE, launched, tab  # noqa: E402

TRACKS, ANSWERS = (133, 20_000), 60
PAGES = {"survey": "#song-3", "learned": "#verdict", "map": "#atlas"}
PATIENCE = 300_000  # milliseconds


def answered(browser: Browser, address: str, answers: int) -> list[float]:
    """Milliseconds from the press of a key to the next question, of each answer."""
    with tab(browser, f"{address}/survey") as found:
        for number in range(answers):
            found.page.locator("#song-3").wait_for()
            found.page.keyboard.press(f"Shift+Digit{number % 3 + 1}")
            count = "n => performance.getEntriesByName('next question').length > n"
            found.page.wait_for_function(count, arg=number)
        entries = "performance.getEntriesByName('next question').map(entry => entry.duration)"
        return [float(duration) for duration in found.page.evaluate(entries)]


def loaded(browser: Browser, address: str, name: str) -> tuple[int, int]:
    """The bytes of a page's first load, and in how many answers."""
    context = browser.new_context()
    page = context.new_page()
    sizes: list[int] = []

    def finished(request: Request) -> None:
        response = request.response()
        if response is not None and response.ok and not any(part in request.url for part in ("/cover/", "/audio/")):
            sizes.append(len(response.body()))

    page.on("requestfinished", finished)
    page.goto(f"{address}/{name}")
    page.locator(PAGES[name]).wait_for(timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    context.close()
    return sum(sizes), len(sizes)


def findings(browser: Browser, address: str, name: str) -> int:
    """How much axe-core finds, of whatever weight, in all four looks together."""
    count = 0
    for size in (PHONE, DESKTOP):
        for scheme in ("light", "dark"):
            with tab(browser, f"{address}/{name}", size=size, scheme=scheme) as found:
                found.page.locator(PAGES[name]).wait_for(timeout=PATIENCE)
                count += len(Axe().run(found.page).response["violations"])
    return count


def measured(browser: Browser, folder: Path, tracks: int, answers: int) -> None:
    """Prints what was measured over a library of so many tracks."""
    file, music = folder / f"{tracks}.db", folder / "music"
    piece = folder / "piece.flac"
    if not piece.exists():
        synthesis.write(piece, synthesis.render(synthesis.PIECES[0], 20.0), tags={})
    for number in range(tracks):
        link = music / path(number).decode()
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.hardlink_to(piece)
    store(file, tracks)
    with Database(file, music) as database:
        database.migrate()
    site = Site.of(Store(file, music, preferences(DEFAULTS).rules), "default")
    with serving(site, "127.0.0.1", 0) as port:
        address = f"http://127.0.0.1:{port}"
        waits = np.array(answered(browser, address, answers))
        words = [
            f"{waits.size}",
            *(f"{value:.0f}" for value in (np.median(waits), np.percentile(waits, 95), waits.max())),
        ]
        print(f"| {tracks:,} | {' | '.join(words)} |", flush=True)
        for name in PAGES:
            size, count = loaded(browser, address, name)
            print(
                f"| {name}, {tracks:,} tracks | {size:,} | {count} | {findings(browser, address, name)} |", flush=True
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, nargs="+", default=TRACKS, help="how many tracks")
    parser.add_argument("--answers", type=int, default=ANSWERS, help=f"how many answers ({ANSWERS})")
    arguments = parser.parse_args()
    print("Rows of four: tracks, answers, milliseconds in the median, 95 %, longest.")
    print("Rows of three: page, bytes loaded, in so many answers, what axe-core finds.\n")
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        for tracks in arguments.tracks:
            measured(browser, Path(folder), tracks, arguments.answers)


if __name__ == "__main__":
    main()
