"""What does hearing music cost? beet analyze, decoding alone, essentia's MusicExtractor and bliss on the same files.

    python -m benchmarks.analysis_speed CORPUS [--formats] [--minutes N] [--long] [--json FILE]

CORPUS is a folder of audio files, in any folders below it. Of each format some minutes of whole tracks are drawn,
the same at every run; with --formats the drawn tracks are encoded in every format instead. Each contender hears
them in fresh processes, one file at a time and with OPENBLAS_NUM_THREADS=1; MusicExtractor about half of them, and
bliss-audio where it imports.

Processor time is that of a process and of all that it waited for, and the peak of memory that of the largest among
them, both by wait4 on Linux. The costs of a minute of audio are those beyond the start-up, which is measured on a few
seconds of sound; "as a whole" counts it, too. Then `beet analyze -j 2` against `-j 1`, on twenty times as much music.
--long measures beet analyze on a file of three hours, too.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import mediafile
import numpy as np
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]
from benchmarks.retrieval import SUFFIXES  # noqa: E402 - only now can they be found
from demonstration import synthesis  # noqa: E402
from demonstration.programs import Beets  # noqa: E402
from smartqueue import decoding  # noqa: E402

ANALYZE = "beet analyze"
SHORT_SECONDS = 5
LONG_MINUTES = 180


@dataclass(frozen=True)
class Cost:
    """What hearing so many minutes of audio took: processor and wall seconds, and the peak of memory in MB."""

    minutes: float
    cpu: float
    wall: float
    peak: float

    def beyond(self, start_up: Cost) -> tuple[float, float]:
        """Processor and wall seconds for a minute of audio beyond the start-up."""
        minutes = max(self.minutes - start_up.minutes, 1e-9)
        return (self.cpu - start_up.cpu) / minutes, (self.wall - start_up.wall) / minutes


def measured(minutes: float, start: Callable[[], subprocess.Popen[str]]) -> tuple[Cost, str]:
    """The cost of a process from its start to its end, and what it printed."""
    begin = time.perf_counter()
    with start() as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{process.args!r} ended with {process.returncode}: {output}")
    return Cost(minutes, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024 / 1e6), output


def hear(contender: str, tracks: dict[Path, float], jobs: int = 1) -> Cost:
    """What a contender takes for tracks of so many minutes each; jobs count for beet analyze alone."""
    minutes = sum(tracks.values())
    if contender != ANALYZE:
        command = [sys.executable, "-m", "benchmarks.contender", contender, *map(str, tracks)]
        return measured(minutes, lambda: subprocess.Popen(command, cwd=ROOT, text=True))[0]
    with tempfile.TemporaryDirectory() as folder:
        beets = Beets(Path(folder), Path(folder) / "music")
        beets.run("import", "--singletons", *map(str, tracks))
        cost, output = measured(minutes, partial(beets.start, "analyze", "--jobs", str(jobs)))
    if f"{len(tracks)} analysed" not in output:
        print(output, file=sys.stderr)
    return cost


def sample(tracks: Iterable[Path], minutes: float = math.inf) -> dict[Path, float]:
    """Tracks drawn at random, the same at every run, with their minutes, until these are enough."""
    drawn: dict[Path, float] = {}
    order = sorted(tracks)
    random.Random(0).shuffle(order)
    for track in order:
        if sum(drawn.values()) >= minutes:
            break
        try:
            drawn[track] = mediafile.MediaFile(track).length / 60
        except mediafile.UnreadableFileError as error:
            print(f"left out: {error}", file=sys.stderr)
        else:
            shutil.copyfile(track, os.devnull)  # nobody shall wait for the disk
    return drawn


def encode(tracks: Collection[Path], folder: Path) -> None:
    """Writes the tracks in every format."""
    for number, track in enumerate(tqdm(tracks, desc="encoding", disable=None)):
        blocks = list(decoding.blocks(os.fsencode(track)))
        audio = np.concatenate([block.channels[:2].T for block in blocks])
        for suffix in synthesis.CODECS:
            synthesis.write(folder / f"{number}{suffix}", audio, blocks[0].sample_rate)


def write_short(file: Path) -> None:
    synthesis.write(file, synthesis.render(synthesis.PIECES[0], SHORT_SECONDS))


def write_long(file: Path) -> None:
    """Writes three hours of FLAC, a minute after the other."""
    minute = (synthesis.render(synthesis.PIECES[0], 60) * 32767).astype(np.int16).reshape(1, -1)
    with av.open(str(file), "w") as container:
        stream = container.add_stream("flac", rate=synthesis.SAMPLE_RATE)
        stream.format, stream.layout = "s16", "stereo"
        resampler = av.AudioResampler("s16", "stereo", synthesis.SAMPLE_RATE, frame_size=stream.frame_size)
        for number in range(LONG_MINUTES):
            frame = av.AudioFrame.from_ndarray(minute, "s16", "stereo")
            frame.sample_rate = synthesis.SAMPLE_RATE
            frame.pts, frame.time_base = number * frame.samples, Fraction(1, frame.sample_rate)
            for part in resampler.resample(frame):
                container.mux(stream.encode(part))
        for part in resampler.resample(None):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))


def print_table(costs: dict[str, dict[str, Cost]], start_up: dict[str, Cost]) -> None:
    print("| format | minutes | contender | CPU s/min | over decoding | MusicExtractor over it | ", end="")
    print("wall s/min | CPU s/min as a whole | peak MB |\n|---|---|---|---|---|---|---|---|---|")
    for suffix, heard in costs.items():
        decoding_alone, _ = heard["decoding"].beyond(start_up["decoding"])
        music_extractor, _ = heard["MusicExtractor"].beyond(start_up["MusicExtractor"])
        for contender, cost in heard.items():
            cpu, wall = cost.beyond(start_up[contender])
            ratios = f"{cpu / decoding_alone:.1f} | {music_extractor / cpu:.1f}"
            figures = f"{cpu:.3f} | {ratios} | {wall:.3f} | {cost.cpu / cost.minutes:.3f} | {cost.peak:.0f}"
            print(f"| {suffix} | {cost.minutes:.1f} | {contender} | {figures} |")
    for contender, cost in start_up.items():
        print(f"\nstart-up of {contender}: {cost.cpu:.2f} CPU s, {cost.wall:.2f} s, {cost.peak:.0f} MB")


def over_all(costs: Collection[Cost], start_up: Cost) -> Cost:
    """The sum of several costs, as if there had been one start-up."""
    more = len(costs) - 1
    return Cost(
        sum(cost.minutes for cost in costs) - more * start_up.minutes,
        sum(cost.cpu for cost in costs) - more * start_up.cpu,
        sum(cost.wall for cost in costs) - more * start_up.wall,
        max(cost.peak for cost in costs),
    )


def as_dicts(costs: dict[str, Cost]) -> dict[str, dict[str, float]]:
    return {contender: asdict(cost) for contender, cost in costs.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a folder of audio files")
    parser.add_argument("--formats", action="store_true", help="hear the drawn tracks encoded in every format")
    parser.add_argument("--minutes", type=float, default=10, help="of each format (default: %(default)s)")
    parser.add_argument("--long", action="store_true", help="hear a file of three hours, too")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    arguments = parser.parse_args()

    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    contenders = ["decoding", ANALYZE, "MusicExtractor"]
    if importlib.util.find_spec("bliss_audio"):
        contenders.append("bliss")
    else:
        print("bliss-audio does not import and is left out", file=sys.stderr)
    corpus = [file for file in arguments.corpus.resolve().rglob("*") if file.suffix.lower() in SUFFIXES]
    if not corpus:
        parser.error(f"{arguments.corpus} holds no audio files")

    # What is made is made in another process: the peak of one that is started is never below that of its starter.
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1, mp_context=spawn) as maker:
        folder = Path(name)
        short, long = folder / "short.wav", folder / "long.flac"
        maker.submit(write_short, short).result()
        encoded = folder / "encoded"
        encoded.mkdir()
        if arguments.formats:
            maker.submit(encode, list(sample(corpus, arguments.minutes)), encoded).result()
        files = list(encoded.iterdir()) if arguments.formats else corpus
        formats = {
            suffix: drawn
            for suffix in sorted({file.suffix.lower() for file in files})
            if (drawn := sample([file for file in files if file.suffix.lower() == suffix], arguments.minutes))
        }
        start_up = {contender: hear(contender, sample([short])) for contender in 2 * contenders}  # the first are cold
        costs: dict[str, dict[str, Cost]] = {suffix: {} for suffix in formats}
        turns = [(suffix, contender) for suffix in formats for contender in contenders]
        for suffix, contender in tqdm(turns, desc="hearing", disable=None):
            minutes = arguments.minutes / 2 if contender == "MusicExtractor" else math.inf  # it takes so long
            costs[suffix][contender] = hear(contender, sample(formats[suffix], minutes))
        costs["all"] = {
            contender: over_all([heard[contender] for heard in costs.values()], start_up[contender])
            for contender in contenders
        }
        many = sample(corpus, 20 * arguments.minutes)
        one, two = hear(ANALYZE, many, jobs=1), hear(ANALYZE, many, jobs=2)
        three_hours = None
        if arguments.long:
            maker.submit(write_long, long).result()
            three_hours = hear(ANALYZE, {long: LONG_MINUTES})

    print_table(costs, start_up)
    print(f"\n{ANALYZE} -j 2 takes {two.wall / one.wall:.2f} of the time of -j 1 ({one.minutes:.0f} minutes of music)")
    if three_hours:
        print(f"\n{ANALYZE} of three hours of FLAC: {three_hours.peak:.0f} MB at most, {three_hours.cpu:.0f} CPU s")
    if arguments.json:
        summary = {
            "formats": {
                suffix: {name: asdict(cost) for name, cost in heard.items()} for suffix, heard in costs.items()
            },
            "start-up": {name: asdict(cost) for name, cost in start_up.items()},
            "jobs": {"1": asdict(one), "2": asdict(two)},
            "three hours": asdict(three_hours) if three_hours else None,
        }
        arguments.json.write_text(json.dumps(summary, indent=2) + "\n")


if __name__ == "__main__":
    main()
