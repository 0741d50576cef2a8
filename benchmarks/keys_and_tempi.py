"""Our keys and tempi beside those of essentia's own estimators, on the same audio.

    python -m benchmarks.keys_and_tempi CORPUS [--jobs N]

CORPUS is a folder of audio files, in any folders below it. Essentia's KeyExtractor (bgate), RhythmExtractor2013
(multifeature and degara) and PercivalBpmEstimator work on the middle of each track that we analyse, at 44.1 kHz. Their
majority is the tempo that two of the three tell, within 4 %. "Octaves allowed" takes half and double for right.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.retrieval import SUFFIXES, lone_thread
from smartqueue.workers import results

RATE = 44100
TOLERANCE = 0.04
OCTAVES = (0.5, 1.0, 2.0)
ESTIMATORS = ("multifeature", "degara", "percival")
SECONDS_ALLOWED = 600

Found = dict[str, float | str]


def found(track: Path) -> Found | str:
    """Tempi by estimator, and the keys that we and essentia find; or why there are none."""
    from smartqueue.extraction import HEARD_SECONDS, KEYS, SHARPS, ExtractionError, extract

    import essentia.standard as es  # isort: skip  # silenced by ours

    path = os.fsencode(track)
    try:
        ours = extract(path)
    except ExtractionError as error:
        return str(error)
    audio = es.MonoLoader(filename=str(track), sampleRate=RATE)()
    middle = audio[: int((ours.length + HEARD_SECONDS) / 2 * RATE)][-int(HEARD_SECONDS * RATE) :]
    name, mode, _ = es.KeyExtractor(profileType="bgate")(middle)
    return {
        "bpm": ours.scalars.get("bpm", 0.0),
        "key": ours.scalars.get("initial_key", ""),
        "essentia's key": KEYS[KEYS.index(SHARPS.get(name, name))] + ("m" if mode == "minor" else ""),
        "percival": float(es.PercivalBpmEstimator(sampleRate=RATE)(middle)),
        **{method: float(es.RhythmExtractor2013(method=method)(middle)[0]) for method in ("multifeature", "degara")},
    }


def close(tempo: float, other: float) -> bool:
    return abs(tempo / other - 1) <= TOLERANCE


def majority(one: Found) -> float:
    """The tempo that two of three estimators tell; 0 where all differ."""
    tempi = [float(one[name]) for name in ESTIMATORS]
    votes = [sum(close(tempo, other) for other in tempi) for tempo in tempi]
    return tempi[int(np.argmax(votes))] if max(votes) > 1 else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a folder of audio files")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="worker processes")
    arguments = parser.parse_args()
    tracks = sorted(track for track in arguments.corpus.rglob("*") if track.suffix.lower() in SUFFIXES)
    working = results(found, tracks, arguments.jobs, seconds=lambda _: SECONDS_ALLOWED, prepare=lone_thread)
    tracks_found = [one for _, one in tqdm(working, total=len(tracks), disable=None) if isinstance(one, dict)]

    known = [one for one in tracks_found if one["key"]]
    same = np.mean([one["key"] == one["essentia's key"] for one in known])
    print(f"{len(tracks_found)} tracks; a key is known of {len(known)}, essentia's own in {same:.3f} of them\n")
    print("| against | tracks | within 4 % | octaves allowed |\n|---|---|---|---|")
    for name in ("majority", *ESTIMATORS):
        pairs = [(float(one["bpm"]), majority(one) if name == "majority" else float(one[name])) for one in tracks_found]
        pairs = [(ours, theirs) for ours, theirs in pairs if theirs]
        exact = np.mean([close(ours, theirs) for ours, theirs in pairs])
        allowed = np.mean([any(close(ours, theirs * octave) for octave in OCTAVES) for ours, theirs in pairs])
        print(f"| {name} | {len(pairs)} | {exact:.3f} | {allowed:.3f} |")


if __name__ == "__main__":
    main()
