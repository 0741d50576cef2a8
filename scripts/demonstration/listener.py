"""The part of the listener, played over MPD: hear one out, skip the next, keep the third."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import mpd

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.listening import Play, Triplet, is_kept, kept_after

# The second track is skipped after so many seconds.
SKIP_AFTER = 3.0
# How long to wait for something that should happen at once, in seconds.
PATIENCE = 15.0


class ListenerError(Exception):
    """What should have happened did not; the message says what."""


@dataclass(frozen=True)
class Evening:
    """What library.db holds after the listener has gone."""

    plays: list[Play]
    triplets: list[Triplet]
    names: dict[int, str]


def listen(client: mpd.MPDClient, beets: Beets, say: Callable[[str], None]) -> None:
    """Plays a track to its end, skips the next early, and hears the third until it counts as kept.

    Raises ListenerError when the music does not go on as it should.
    """
    first = next(entry["file"] for entry in client.lsinfo("Local media/Tracks") if "file" in entry)
    client.add(first)
    client.play(0)
    _until(lambda: int(client.status()["playlistlength"]) >= 3, "no tracks were queued after the first")
    say(f"playing {_name(client.currentsong())} to its end; queued after it:")
    for song in client.playlistinfo()[1:]:
        say(f"    {_name(song)}")
    length = float(client.currentsong()["time"])
    _until(lambda: client.status().get("song") == "1", "the second track did not follow the first", length + PATIENCE)
    say(f"playing {_name(client.currentsong())}, and pressing next after {SKIP_AFTER:.0f} seconds")
    _until(lambda: _elapsed(client) >= SKIP_AFTER, "the second track does not play", SKIP_AFTER + PATIENCE)
    skipped = client.currentsong()["id"]
    client.next()
    _until(lambda: client.currentsong().get("id", skipped) != skipped, "next led nowhere")
    enough = kept_after(float(client.currentsong()["time"]))
    say(f"playing {_name(client.currentsong())} until it counts as kept, after {enough:.0f} seconds")
    _until(lambda: _elapsed(client) > enough, "the third track does not play", enough + PATIENCE)
    _until(lambda: _has_skip_triplet(beets), "the skip made no triplet")
    client.stop()
    _until(lambda: len(remembered(beets).plays) == 3, "the plays were not all written down")


def remembered(beets: Beets) -> Evening:
    """Reads back what was kept of the listening."""
    with Database(beets.library, beets.music) as database:
        tracks = database.tracks.names()
        triplets = [triplet for triplet in database.triplets.of_profile("default") if triplet.source == "skip"]
        return Evening(database.plays.since(0.0), triplets, tracks)


def faults(evening: Evening) -> list[str]:
    """What did not happen that should have, in words; nothing if all of it did."""
    if len(evening.plays) != 3:
        return [f"{len(evening.plays)} plays were written down instead of 3"]
    first, second, third = evening.plays
    expected = Triplet(first.track, third.track, second.track, "skip", play=second.id)
    made = [(triplet.near_a, triplet.near_b, triplet.odd, triplet.play) for triplet in evening.triplets]
    checks = {
        "the first track did not count as finished": first.outcome == "finished" and is_kept(first),
        "the first track was not the listener's own": first.queued_by == "listener",
        "the second track did not count as skipped": second.outcome == "skipped" and not is_kept(second),
        "the third track did not count as kept": is_kept(third),
        "what followed was not queued by smartqueue, with a reason": all(
            play.queued_by == "smartqueue" and play.context.get("near") in evening.names for play in (second, third)
        ),
        "the skip did not make the one triplet that it should": made
        == [(expected.near_a, expected.near_b, expected.odd, expected.play)],
    }
    return [fault for fault, held in checks.items() if not held]


def table(evening: Evening) -> str:
    """The listening as a short table, with the triplets it made."""
    rows = [("played", "heard", "outcome", "queued by", "why")]
    for play in evening.plays:
        why = ""
        if play.queued_by == "smartqueue":
            near, distance, place = (play.context[name] for name in ("near", "distance", "place"))
            which = "the nearest" if place == 1 else f"number {place} by nearness"
            why = f"distance {distance:.1f} from {evening.names[near]}, {which}"
        outcome = f"{play.outcome}, kept" if is_kept(play) and play.outcome != "finished" else play.outcome
        heard = f"{play.listened:.0f} of {play.length or 0:.0f} s"
        rows.append((evening.names[play.track], heard, outcome, play.queued_by, why))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    for triplet in evening.triplets:
        near_a, near_b, odd = (evening.names[track] for track in (triplet.near_a, triplet.near_b, triplet.odd))
        lines += ["", f"triplet: {near_a} and {near_b} belong together, {odd} is the odd one out"]
    return "\n".join(lines)


def _has_skip_triplet(beets: Beets) -> bool:
    return bool(remembered(beets).triplets)


def _elapsed(client: mpd.MPDClient) -> float:
    return float(client.status().get("elapsed", 0.0))


def _name(song: dict[str, str]) -> str:
    return f"{song.get('artist', 'Unknown Artist')} – {song.get('title', song['file'])}"


def _until(happened: Callable[[], bool], complaint: str, seconds: float = PATIENCE) -> None:
    give_up = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > give_up:
            raise ListenerError(complaint)
        time.sleep(0.1)
