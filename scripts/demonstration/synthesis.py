"""A small synthesiser: pieces that differ in tempo, key and timbre, the same at every run, as tagged files."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import cast

import av
import mediafile
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAMPLE_RATE = 44100

CODECS = {
    ".aiff": "pcm_s16be",
    ".flac": "flac",
    ".m4a": "aac",
    ".mp3": "libmp3lame",
    ".ogg": "vorbis",
    ".opus": "libopus",
    ".wav": "pcm_s16le",
    ".wma": "wmav2",
    ".wv": "wavpack",
}
"""The encoder for each extension that `write` knows."""

BIT_RATE = 192_000

SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}

# Scale degrees of the chords, a bar each.
PROGRESSIONS = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 4, 5, 3), (0, 3, 0, 4))


@dataclass(frozen=True)
class Voice:
    """An instrument: how loud each partial is, how stretched they are, and how a note swells and fades (seconds)."""

    partials: tuple[float, ...]
    stretch: float = 1.0
    attack: float = 0.01
    decay: float = 0.5
    tremolo: float = 0.0
    breath: float = 0.0


VOICES = {
    "organ": Voice((1, 0.7, 0.5, 0.5, 0, 0.3, 0, 0.3), attack=0.02, decay=8),
    "strings": Voice(tuple(1 / n for n in range(1, 25)), attack=0.25, decay=6, tremolo=5),
    "harp": Voice(tuple(1 / n**1.5 for n in range(1, 9)), attack=0.004, decay=0.35),
    "bells": Voice((1, 0.6, 0.5, 0.25, 0.2), stretch=1.41, attack=0.002, decay=1.2),
    "chip": Voice(tuple(1 / n if n % 2 else 0 for n in range(1, 20)), attack=0.002, decay=0.25),
    "brass": Voice(tuple(1 / n**0.6 for n in range(1, 14)), attack=0.06, decay=3),
    "flute": Voice((1, 0.25, 0.1), attack=0.08, decay=4, breath=0.25),
}

# For each drum the sixteenths of a bar on which it sounds.
DRUMS: dict[str, dict[str, tuple[int, ...]]] = {
    "none": {},
    "straight": {"kick": (0, 4, 8, 12), "hat": (2, 6, 10, 14)},
    "backbeat": {"kick": (0, 8, 10), "snare": (4, 12), "hat": (0, 2, 4, 6, 8, 10, 12, 14)},
    "broken": {"kick": (0, 3, 10), "snare": (4, 7, 9, 12, 15), "hat": tuple(range(16))},
    "march": {"kick": (0, 8), "snare": (0, 4, 6, 8, 12, 13, 14, 15)},
}


@dataclass(frozen=True)
class Piece:
    """A piece of music: `tempo` in beats a minute, `tonic` as a MIDI pitch; `notes` of the melody come a beat.

    Every second bar ends with `rests` silent beats; over the piece the tempo falls by the share `slowing`.
    """

    title: str
    artist: str
    album: str
    tempo: float
    tonic: int
    mode: str
    voice: str
    bass: str
    drums: str
    notes: int
    seed: int
    rests: int = 0
    slowing: float = 0.0


@lru_cache(maxsize=256)
def note(pitch: float, seconds: float, voice: Voice, sample_rate: int, seed: int = 0) -> Array:
    """A single note of a MIDI pitch, fading out with its voice; shape (samples,)."""
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    frequency = 440 * 2 ** ((pitch - 69) / 12)
    sound = np.zeros_like(time)
    for number, loudness in enumerate(voice.partials, 1):
        partial = frequency * number**voice.stretch
        if loudness and partial < 0.45 * sample_rate:
            sound += loudness * np.sin(2 * np.pi * partial * time + number)
    if voice.breath:
        noise = np.random.default_rng(seed).standard_normal(len(time))
        sound += voice.breath * np.convolve(noise, np.ones(4) / 4, mode="same")
    if voice.tremolo:
        sound *= 1 + 0.3 * np.sin(2 * np.pi * voice.tremolo * time)
    release = np.minimum(1, (seconds - time) / 0.03)
    envelope = np.minimum(1, time / voice.attack) * np.exp(-time / voice.decay) * release
    return np.asarray(sound * envelope / np.sqrt(np.square(voice.partials).sum()))


def drum(name: str, sample_rate: int, seed: int = 0) -> Array:
    """One stroke of a kick, a snare or a hat; shape (samples,)."""
    time = np.arange(int(0.25 * sample_rate)) / sample_rate
    noise = np.random.default_rng(seed).standard_normal(len(time))
    if name == "kick":
        return np.asarray(1.5 * np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time * 30)))) * np.exp(-time * 18))
    if name == "snare":
        return np.asarray((0.4 * noise + 0.5 * np.sin(2 * np.pi * 190 * time)) * np.exp(-time * 22))
    return np.asarray(0.35 * np.diff(noise, prepend=0.0) * np.exp(-time * 60))


def render(piece: Piece, seconds: float = 30.0, sample_rate: int = SAMPLE_RATE) -> NDArray[np.float32]:
    """The piece as samples of shape (samples, 2), with the loudest at half of full scale."""
    rng = np.random.default_rng(piece.seed)
    scale = SCALES[piece.mode]
    progression = PROGRESSIONS[piece.seed % len(PROGRESSIONS)]
    motif = rng.integers(0, 7, (4, 4 * piece.notes))
    mix = np.zeros((int(seconds * sample_rate), 2))

    def pitch(degree: int) -> int:
        return piece.tonic + scale[degree % 7] + 12 * (degree // 7)

    def play(sound: Array, at: float, left: float, right: float) -> None:
        begin = int(at * sample_rate)
        sound = sound[: max(0, len(mix) - begin)]
        mix[begin : begin + len(sound)] += sound[:, None] * (left, right)

    start = 0.0
    for bar in itertools.count():
        beat = 60 / piece.tempo / (1 - piece.slowing * start / seconds)
        root = progression[bar % 4]
        for step in (0, 2, 4):
            play(note(pitch(root + step), 4 * beat, VOICES[piece.voice], sample_rate, bar), start, 0.25, 0.2)
        for count in range(4):
            bass = note(pitch(root) - 12, beat, VOICES[piece.bass], sample_rate, count)
            play(bass, start + count * beat, 0.35, 0.35)
        for count, step in enumerate(motif[bar % 4]):
            # on the beat the melody keeps to the chord
            degree = int(step) if count % piece.notes else root + 2 * int(step % 3)
            sound = note(pitch(degree) + 12, beat / piece.notes * 1.5, VOICES[piece.voice], sample_rate, count)
            play(sound, start + count * beat / piece.notes, 0.25, 0.35)
        for name, strokes in DRUMS[piece.drums].items():
            for stroke in strokes:
                play(drum(name, sample_rate, stroke), start + stroke * beat / 4, 0.5, 0.5)
        start += 4 * beat
        if bar % 2 and piece.rests:
            mix[int((start - piece.rests * beat) * sample_rate) :] = 0
        if start >= seconds:
            break
    return np.asarray(mix * (0.5 / np.abs(mix).max()), np.float32)


def variant(piece: Piece) -> Piece:
    """Another take of a piece: a semitone higher, a touch faster, with other notes in the melody."""
    return replace(
        piece,
        title=f"{piece.title} (another take)",
        tempo=piece.tempo * 1.02,
        tonic=piece.tonic + 1,
        seed=piece.seed + 100 * len(PROGRESSIONS),
    )


def write(
    path: Path,
    audio: NDArray[np.float32],
    sample_rate: int = SAMPLE_RATE,
    tags: dict[str, str] | None = None,
    codec: str | None = None,
) -> None:
    """Encodes samples of shape (samples, channels) as the path's extension says, and tags the file.

    `tags` are fields of MediaFile, such as title, artist and album; `codec` overrides the extension's.
    """
    codec = codec or CODECS[path.suffix]
    if codec == "vorbis" and audio.shape[1] == 1:
        audio = audio.repeat(2, axis=1)  # FFmpeg's encoder knows stereo alone
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[audio.shape[1]]
    kinds = av.Codec(codec, "w")
    rates = kinds.audio_rates
    rate = sample_rate if not rates or sample_rate in rates else max(rates)
    with av.open(str(path), "w") as container:
        stream = cast(av.AudioStream, container.add_stream(codec, rate=rate, options={"strict": "experimental"}))
        stream.layout = layout
        if codec not in ("flac", "alac", "wavpack") and not codec.startswith("pcm"):
            stream.bit_rate = BIT_RATE
        formats = kinds.audio_formats
        stream.format = formats[0].name if formats else "s16"
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(audio.T), "fltp", layout)
        frame.sample_rate = sample_rate
        frame.pts, frame.time_base = 0, Fraction(1, sample_rate)  # the Vorbis encoder counts on it
        resampler = av.AudioResampler(stream.format, layout, rate, frame_size=stream.frame_size or None)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    if tags:
        file = mediafile.MediaFile(path)
        file.update(tags)
        file.save()


PIECES = (
    Piece("Morning Mill", "The Water Wheels", "River Songs", 76, 60, "major", "flute", "harp", "none", 2, 0),
    Piece("Weir", "The Water Wheels", "River Songs", 66, 57, "minor", "harp", "harp", "none", 3, 1, rests=1),
    Piece("Otter Run", "The Water Wheels", "Downstream", 92, 62, "major", "harp", "organ", "straight", 4, 2),
    Piece("Copper Parade", "Brass Assembly", "Uniforms", 112, 58, "major", "brass", "brass", "march", 2, 3),
    Piece(
        "Last Post Office", "Brass Assembly", "Uniforms", 84, 55, "minor", "brass", "organ", "none", 1, 4, slowing=0.3
    ),
    Piece("Tin Hats", "Brass Assembly", "Field Day", 126, 63, "major", "brass", "chip", "backbeat", 2, 5, rests=1),
    Piece("Pixel Rain", "Eight Bit Weather", "Forecast", 150, 64, "minor", "chip", "chip", "broken", 4, 6),
    Piece("Warm Front", "Eight Bit Weather", "Forecast", 118, 61, "major", "chip", "chip", "straight", 2, 7),
    Piece(
        "Thunder Cartridge",
        "Eight Bit Weather",
        "Storm Season",
        168,
        59,
        "minor",
        "chip",
        "brass",
        "backbeat",
        4,
        8,
        rests=2,
    ),
    Piece("Snow on Glass", "Vesper Choir", "Small Hours", 60, 65, "minor", "bells", "organ", "none", 2, 9),
    Piece(
        "Candle Arithmetic",
        "Vesper Choir",
        "Small Hours",
        72,
        56,
        "major",
        "strings",
        "strings",
        "none",
        1,
        10,
        slowing=0.2,
    ),
    Piece("The Long Nave", "Vesper Choir", "Stone", 52, 54, "minor", "organ", "organ", "none", 1, 11, rests=1),
)
"""The demonstration's music: twelve pieces by four artists on seven albums."""
