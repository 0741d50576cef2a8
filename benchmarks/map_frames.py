"""How smoothly a large map moves, in headless Chromium without a graphics processor.

    python -m benchmarks.map_frames [--tracks N] [--chromium PROGRAM]

A library.db of so many tracks is made as in benchmarks/selection.py and served as `beet survey` does. The map is
dragged, and zoomed by the wheel and by its buttons, with the line of an evening on it; of every frame in which it was
drawn, the time since the frame before counts (16.7 ms where nothing holds Chromium up). "Drawing" is what the page's
own code took of it. Every track is a transaction, so let TMPDIR be in memory.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.selection import store
from smartqueue.database import Database
from smartqueue.listening import Play
from smartqueue.preferences import DEFAULTS, preferences
from smartqueue.web.server import serving
from smartqueue.web.site import Site
from smartqueue.web.store import Store

TRACKS = 20_000
STEPS = 150
PATIENCE = 900_000  # milliseconds
PLAYED = 30

# Told by every call of requestAnimationFrame, the page's own and one a frame of ours.
WATCH = """() => {
  const frames = [];
  let before = performance.now(), drawing = 0;
  const asked = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (work) => asked((now) => {
    const began = performance.now();
    work(now);
    drawing += performance.now() - began;
  });
  const frame = (now) => {
    if (drawing) frames.push([now - before, drawing]);
    before = now;
    drawing = 0;
    asked(frame);
  };
  asked(frame);
  window.framesSeen = () => frames.splice(0);
}"""


@dataclass(frozen=True)
class Screen:
    """What someone looks at: a name, CSS pixels, and the screen's pixels to one of them."""

    name: str
    width: int
    height: int
    ratio: int


SCREENS = (Screen("laptop", 1280, 900, 1), Screen("phone", 360, 800, 3), Screen("large and sharp", 1920, 1080, 2))


def gestures(page: Page) -> None:
    """Drags to and fro, and zooms in and out."""
    box = page.locator("#map").bounding_box()
    if box is None:
        raise SystemExit("the map does not show")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for zoomed in range(3):
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(STEPS):
            turn = 2 * np.pi * step / STEPS
            page.mouse.move(x + 100 * np.sin(turn), y + 100 * np.sin(2 * turn))
        page.mouse.up()
        for _ in range(STEPS // 10):
            page.mouse.wheel(0, -60 if zoomed < 2 else 120)
            page.wait_for_timeout(20)
    for button in ("#closer", "#closer", "#wider", "#whole"):
        page.click(button)
        page.wait_for_timeout(50)


def measured(browser: Browser, address: str, screen: Screen) -> str:
    context = browser.new_context(
        viewport={"width": screen.width, "height": screen.height}, device_scale_factor=screen.ratio
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#atlas:not([hidden])", timeout=PATIENCE)
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    gestures(page)
    frames = np.array(page.evaluate("framesSeen()"))
    canvas = page.evaluate("[document.querySelector('#map').width, document.querySelector('#map').height]")
    context.close()
    times = (f"{np.percentile(frames[:, part], share):.1f}" for part in (0, 1) for share in (50, 95))
    return f"| {screen.name}, {canvas[0]} × {canvas[1]} | {len(frames)} | {' | '.join(times)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tracks", type=int, default=TRACKS, help=f"how many points ({TRACKS:,})")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "library.db"
        store(file, arguments.tracks)
        with Database(file, file.parent / "music") as database:
            for number in range(PLAYED):
                track, began = 1 + number * (arguments.tracks // PLAYED), time.time() - 200 * (PLAYED - number)
                database.plays.add(Play(track, "benchmark", "default", began, 190, 200, "finished"))
        site = Site.of(Store(file, file.parent / "music", preferences(DEFAULTS).rules), "default")
        with serving(site, "127.0.0.1", 0) as port, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=arguments.chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            address = f"http://127.0.0.1:{port}/map"
            page = browser.new_page()
            sizes: list[int] = []
            page.on(
                "response", lambda answer: sizes.append(len(answer.body())) if answer.url.endswith("/map") else None
            )
            began = time.perf_counter()
            page.goto(address)
            page.wait_for_selector("#atlas:not([hidden])", timeout=PATIENCE)
            waited = time.perf_counter() - began
            page.close()
            print(f"{arguments.tracks:,} tracks; the first map after {waited:.1f} s, {max(sizes) / 1e6:.2f} MB\n")
            print("| canvas, pixels | frames | frame, ms: median | 95 % | drawing, ms: median | 95 % |")
            print("|---|---|---|---|---|---|")
            for screen in SCREENS:
                print(measured(browser, address, screen), flush=True)
            browser.close()


if __name__ == "__main__":
    main()
