"""scripts/demo: the whole loop on real music."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

from demonstration import listener, music
from demonstration.programs import Beets, Mopidy, ProgramError, free_port

FOLDER = Path(__file__).parents[2] / ".demo"


def main() -> int:
    """Sets the stage, and either plays the listener's part or leaves that to the user."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description="Smartqueue on real music, beside all else.")
    parser.add_argument("music", metavar="MUSIC_DIR", nargs="?", type=Path, help="your own music (it is only read)")
    parser.add_argument("--once", action="store_true", help="play the listener's part on excerpts, then end")
    options = parser.parse_args()
    if options.music is not None and not options.music.is_dir():
        parser.error(f"{options.music} is not a folder")
    # Ended from outside, it still takes Mopidy with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        return demonstrate(options.music, once=options.once)
    except (ProgramError, listener.ListenerError) as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def demonstrate(own_music: Path | None, *, once: bool) -> int:
    """The demonstration from the music to the end; returns the exit status."""
    if own_music is None:
        source, description = music.obtain(FOLDER / "soundtrack")
        step(f"Music: {description}")
    else:
        source = own_music.resolve()
        step(f"Music: {source}")
    stage = FOLDER / ("once" if once else "library")
    if once:
        shutil.rmtree(stage, ignore_errors=True)
        music.excerpts(source, stage / "music")
        source = stage / "music"
    stage.mkdir(parents=True, exist_ok=True)

    beets = Beets(stage / "beets", source)
    step("Importing it into a beets library: beet import")
    beets.run("import", "--quiet", "--noautotag", "--group-albums", "--incremental", str(source), check=True)
    step("Analysing what it sounds like: beet analyze")
    beets.run("analyze", show=True)
    step("Learning what is alike: beet learnmetric")
    beets.run("learnmetric", show=True)
    beets.run("smartqueue", show=True)

    step("Starting Mopidy with Mopidy-MPD, Mopidy-Local and smartqueue")
    mopidy = Mopidy(stage / "mopidy", source, beets.environment, output=audio_output(), port=free_port(6600))
    mopidy.run("local", "scan")
    with mopidy:
        if not once:
            print(
                f"\nPoint any MPD client to port {mopidy.port} of this machine, add one track and press play:\n"
                f"    mpc --port {mopidy.port} ls 'Local media/Albums'\n"
                f"The log is {mopidy.log}. Ctrl-C ends the demo."
            )
            mopidy.wait()
            return 0
        listener.listen(mopidy.client(), beets, print)
    evening = listener.remembered(beets)
    step("What library.db remembers")
    print(listener.table(evening))
    faults = listener.faults(evening)
    for fault in faults:
        print(f"demo: {fault}", file=sys.stderr)
    print("\nThe loop is closed: analysed, learned, played, skipped, played on." if not faults else "")
    return 1 if faults else 0


def audio_output() -> str:
    """The sound card where there is one, else silence in real time."""
    cards = Path("/proc/asound/cards")
    sound = cards.exists() and "no soundcards" not in cards.read_text()
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR", "/nonexistent"))
    sound = sound or (runtime / "pulse" / "native").exists() or (runtime / "pipewire-0").exists()
    return "autoaudiosink" if sound else "fakesink sync=true"


def step(words: str) -> None:
    """Tells what is being done."""
    print(f"\n== {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
