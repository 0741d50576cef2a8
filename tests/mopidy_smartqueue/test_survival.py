"""Whatever a message holds and whatever the disk does, the actors live, or say why they do not."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pykka
import pytest
from mopidy.core import CoreListener

from mopidy_smartqueue.backend import SmartqueueBackend
from mopidy_smartqueue.frontend import SmartqueueFrontend
from mopidy_smartqueue.player import ActorsPlayer
from smartqueue.web.player import PlayerError
from tests.mopidy_smartqueue.bench import Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy


def messages(actor_class: type[Any]) -> list[tuple[str, int]]:
    """The methods that answer nothing, so that others send them without waiting, and how many arguments each takes.

    Mopidy sends all its events by on_event alone.
    """
    return [
        (name, len(inspect.signature(method).parameters) - 1)
        for name, method in inspect.getmembers(actor_class, inspect.isfunction)
        if method.__module__.startswith("mopidy_smartqueue")
        and not name.startswith(("_", "on_st"))
        and (name == "on_event" or not hasattr(CoreListener, name))
        and inspect.signature(method).return_annotation == "None"
    ]


def test_no_message_kills_an_actor(open_bench: Opener) -> None:
    from mopidy_smartqueue.chooser import Chooser
    from mopidy_smartqueue.recorder import Recorder

    with open_bench() as bench:
        for actor_class in (SmartqueueFrontend, SmartqueueBackend, Chooser, Recorder):
            (actor,) = pykka.ActorRegistry.get_by_class(actor_class)
            assert len(messages(actor_class)) > 0
            for name, count in messages(actor_class):
                getattr(actor.proxy(), name).defer(*[object()] * count)
                bench.quiet()
                assert actor.is_alive(), name
        bench.play("A")
        assert len(bench.titles()) == 3


def test_a_page_that_cannot_be_told_costs_no_music(open_bench: Opener) -> None:
    def broken() -> None:
        raise OSError("no such page")

    with open_bench() as bench:
        bench.frontend.watch(broken).get()
        bench.play("A")
        assert len(bench.titles()) == 3


def test_a_disk_that_takes_nothing_costs_no_music(bench: Bench, folder: Path) -> None:
    bench.play("A")
    data = folder / "data" / "smartqueue"
    data.rename(folder / "away")
    data.write_text("no folder")
    for _ in range(3):
        bench.hear(10)
        bench.next()
    bench.hear(1)
    assert len(bench.titles()) == 6
    assert [outcome for _, outcome in bench.outcomes()] == ["skipped"] * 3


def test_where_nothing_can_be_kept_the_music_goes_on_and_the_log_says_so(
    open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "data").write_text("no folder")
    with open_bench() as bench:
        bench.play("A")
        bench.hear(10)
        bench.next()
        assert len(bench.titles()) > 3
        assert bench.outcomes() == [("A", "skipped")]
    assert caplog.text.count("nothing can be kept over a restart of Mopidy") == 1
    assert "Traceback" not in caplog.text


def test_why_it_did_not_start_is_logged_and_on_the_page(open_bench: Opener, caplog: pytest.LogCaptureFixture) -> None:
    with open_bench(smartqueue={"seasons": "never"}) as bench:
        with pytest.raises(PlayerError, match="seasons must be like"):
            asyncio.run(ActorsPlayer().now())
        bench.play("A")
        assert bench.titles() == ["A"]
    assert caplog.text.count("seasons must be like") == 1
