"""The system's Chromium, headless, and what it finds wrong with a page."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

# Widths in pixels of a phone and of a desktop, with their heights.
PHONE, DESKTOP = (360, 780), (1280, 900)
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# How long something on a page may take, in milliseconds; machines are shared.
_PATIENCE = 30_000


def chromium() -> str:
    """Where the browser is; skips the test where there is none, and fails it where one was asked for."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "there is no Chromium, and none could be installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser, for as long as the context lasts."""
    path = chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [], timeout=60_000
        )
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page that is open, and what the browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Remembers errors in the console and in scripts from now on."""

        def said(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(f"{message.text} ({message.location.get('url')})")

        self.page.on("console", said)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @property
    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))

    def barriers(self) -> list[str]:
        """What keeps people out, of axe-core's findings those that are serious or critical."""
        found = Axe().run(self.page).response["violations"]
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0].get('failureSummary', '')}"
            for one in found
            if one["impact"] in ("serious", "critical")
        ]


@contextlib.contextmanager
def tab(browser: Browser, address: str, *, size: tuple[int, int] = DESKTOP, scheme: str = "light") -> Iterator[Tab]:
    """A tab of its own, with nothing remembered of others, at an address."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(_PATIENCE)
    found = Tab(context.new_page())
    found.listen()
    found.page.goto(address)
    yield found
    context.close()
