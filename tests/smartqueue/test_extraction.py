"""The analysis of a file tells the truth about sounds whose truth is known."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from essentia.standard import KeyExtractor
from numpy.typing import NDArray
from scipy.signal import resample_poly

from demonstration.synthesis import PIECES, SAMPLE_RATE, Piece, render, variant, write
from smartqueue.extraction import Analysis, ExtractionError, extract
from smartqueue.features import FEATURES, NAMES
from smartqueue.metric import Metric, plain
from smartqueue.selection.flow import key_parts as parsed_key
from smartqueue.tonality import degrees
from tests.smartqueue.audio import KEYS, cadence, clicks, drums, noise, silence, tone
from tests.smartqueue.grooves import GROOVES, TEMPI, groove

Audio = NDArray[np.float32]
Analyse = Callable[..., Analysis]

SECONDS = 12


@pytest.fixture
def analyse(tmp_path: Path) -> Analyse:
    """Analyses samples of shape (samples, channels) by way of a file."""

    def analysed(audio: Audio, sample_rate: int = SAMPLE_RATE, extension: str = ".wav") -> Analysis:
        path = tmp_path / f"track{extension}"
        write(path, audio, sample_rate)
        return extract(os.fsencode(path))

    return analysed


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Nothing that NumPy could warn of reaches anyone's terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def value(analysis: Analysis, name: str) -> float:
    return float(analysis.vector[NAMES.index(name)])


# tempo


def octaves_apart(bpm: float, other: float) -> float:
    """How far two tempi are apart on the circle of tempo octaves, as a ratio less 1."""
    return float(2 ** abs((np.log2(bpm / other) + 0.5) % 1 - 0.5)) - 1


@pytest.mark.parametrize("beat", [clicks, drums])
@pytest.mark.parametrize("bpm", [60, 66.6, 75, 84, 93.3, 101, 113, 120, 128, 140, 149, 155, 163, 171, 180])
def test_a_tempo_is_found_within_a_hundredth(analyse: Analyse, beat: Callable[[float], Audio], bpm: float) -> None:
    found = analyse(beat(bpm)).scalars["bpm"]
    assert octaves_apart(float(found), bpm) < 0.01


@pytest.mark.parametrize(("style", "bpm"), [(style, bpm) for style in TEMPI for bpm in TEMPI[style]])
def test_the_beat_of_a_style_is_told_in_its_own_octave(analyse: Analyse, style: str, bpm: float) -> None:
    assert float(analyse(groove(style, bpm)).scalars["bpm"]) == pytest.approx(bpm, rel=0.04)


def test_a_tempo_octave_off_is_the_same_tempo(analyse: Analyse) -> None:
    slow, fast = analyse(clicks(66)), analyse(clicks(132))
    for name in ("tempo cosine", "tempo sine", "steadiness"):
        assert value(slow, name) == pytest.approx(value(fast, name), abs=0.1)


def test_tempi_half_an_octave_apart_are_opposite(analyse: Analyse) -> None:
    slow, fast = analyse(clicks(80)), analyse(clicks(80 * 2**0.5))
    directions = [np.array([value(one, "tempo cosine"), value(one, "tempo sine")]) for one in (slow, fast)]
    assert directions[0] @ directions[1] < -0.8


def test_a_steady_beat_is_steadier_than_a_changing_one(analyse: Analyse) -> None:
    changing = np.concatenate([clicks(80, 12), clicks(111, 12), clicks(97, 12)])
    assert value(analyse(clicks(80, 36)), "steadiness") > value(analyse(changing), "steadiness") + 0.3


def test_onsets_are_counted(analyse: Analyse) -> None:
    assert analyse(clicks(120)).scalars["onset_rate"] == pytest.approx(2, rel=0.1)


# tonality


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_a_cadence_tells_its_key(analyse: Analyse, tonic: int, mode: str) -> None:
    key = analyse(cadence(tonic, mode)).scalars["initial_key"]
    assert key == KEYS[tonic] + ("m" if mode == "minor" else "")


def test_a_key_is_the_one_that_essentia_finds_at_44100_hz(analyse: Analyse, pieces: dict[str, Audio]) -> None:
    for audio in pieces.values():
        name, mode, _ = KeyExtractor(profileType="bgate")(audio.mean(axis=1))
        expected = parsed_key(f"{name} {mode}")
        assert parsed_key(str(analyse(audio).scalars["initial_key"])) == expected


def tonality(analysis: Analysis) -> NDArray[np.float32]:
    return analysis.vector[[name.startswith("degree") for name in NAMES]]


def test_a_transposed_piece_has_the_same_degrees(analyse: Analyse) -> None:
    assert np.abs(tonality(analyse(cadence(0, "major"))) - tonality(analyse(cadence(5, "major")))).max() < 0.02


def test_a_key_and_its_relative_count_degrees_from_the_same_pitch() -> None:
    profile = np.arange(12, dtype=np.float32)
    for tonic in range(12):
        relative = (tonic + 9) % 12
        assert degrees(profile, tonic, "major").tolist() == degrees(profile, relative, "minor").tolist()


def test_mode_is_positive_in_major_and_negative_in_minor(analyse: Analyse) -> None:
    assert value(analyse(cadence(0, "major")), "mode") > 0.1
    assert value(analyse(cadence(0, "minor")), "mode") < -0.1


# dynamics


@pytest.mark.parametrize("sample_rate", [22050, 44100, 48000, 96000])
def test_a_stereo_tone_has_the_loudness_of_ebu_tech_3341(analyse: Analyse, sample_rate: int) -> None:
    audio = tone(1000, -23, 20, sample_rate).repeat(2, axis=1)
    assert analyse(audio, sample_rate).scalars["loudness"] == pytest.approx(-23, abs=0.1)


def test_quiet_passages_do_not_lower_the_loudness(analyse: Analyse) -> None:
    parts = [tone(1000, level, seconds) for level, seconds in ((-36, 10), (-23, 60), (-36, 10))]
    audio = np.concatenate(parts).repeat(2, axis=1)
    assert analyse(audio, 48000).scalars["loudness"] == pytest.approx(-23, abs=0.1)


def test_surround_channels_count_more_and_low_effects_nothing(analyse: Analyse) -> None:
    # EBU Tech 3341, case 6: -28 dB in front, -24 dB in the centre, -30 dB around
    levels = (-28, -28, -24, -6, -30, -30)
    audio = np.concatenate([tone(1000, level, 20) for level in levels], axis=1)
    assert analyse(audio, 48000).scalars["loudness"] == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize(("loud", "soft", "loudness_range"), [(-20, -30, 10), (-20, -15, 5), (-40, -20, 20)])
def test_loudness_range_is_that_of_ebu_tech_3342(
    analyse: Analyse, loud: float, soft: float, loudness_range: float
) -> None:
    audio = np.concatenate([tone(1000, loud, 20), tone(1000, soft, 20)]).repeat(2, axis=1)
    assert analyse(audio, 48000).scalars["loudness_range"] == pytest.approx(loudness_range, abs=1)


# similarity


def resampled(audio: Audio, rate: int) -> Audio:
    ratio = Fraction(rate, SAMPLE_RATE)
    return np.asarray(resample_poly(audio, ratio.numerator, ratio.denominator, axis=0), np.float32)


@pytest.fixture(scope="module")
def pieces() -> dict[str, Audio]:
    return {piece.title: render(piece, SECONDS) for piece in PIECES}


@pytest.fixture(scope="module")
def library(pieces: dict[str, Audio], tmp_path_factory: pytest.TempPathFactory) -> tuple[Metric, NDArray[np.float32]]:
    """The plain metric of a library of all pieces, and their points."""
    path = tmp_path_factory.mktemp("library") / "track.flac"
    vectors = []
    for audio in pieces.values():
        write(path, audio)
        vectors.append(extract(os.fsencode(path)).vector)
    metric = plain(NAMES, vectors)
    return metric, metric.points(vectors)


@pytest.mark.parametrize(
    ("extension", "rate", "channels", "decibels"),
    [
        (".mp3", 44100, 2, 0),
        (".ogg", 44100, 2, 0),
        (".opus", 48000, 2, 0),
        (".m4a", 44100, 2, 0),
        (".flac", 44100, 1, 0),
        (".flac", 22050, 2, 0),
        (".flac", 48000, 2, 0),
        (".flac", 96000, 2, 0),
        (".flac", 44100, 2, -12),
        (".mp3", 22050, 1, -12),
    ],
)
def test_the_same_music_in_another_form_is_nearest_to_itself(
    analyse: Analyse,
    pieces: dict[str, Audio],
    library: tuple[Metric, NDArray[np.float32]],
    extension: str,
    rate: int,
    channels: int,
    decibels: float,
) -> None:
    metric, points = library
    for place, audio in list(enumerate(pieces.values()))[::2]:
        form = resampled(audio, rate) * np.float32(10 ** (decibels / 20))
        if channels == 1:
            form = form.mean(axis=1, keepdims=True)
        point = metric.points(analyse(form, rate, extension).vector)[0]
        away = np.linalg.norm(points - point, axis=1)
        assert away.argmin() == place
        assert away[place] < np.sort(away)[1] / 1.5


def test_another_take_of_a_piece_is_its_nearest_neighbour(analyse: Analyse, pieces: dict[str, Audio]) -> None:
    takes: list[Piece] = [*PIECES, *map(variant, PIECES)]
    vectors = [analyse(pieces[take.title] if take.title in pieces else render(take, SECONDS)).vector for take in takes]
    points = plain(NAMES, vectors).points(vectors)
    away = np.linalg.norm(points[:, None] - points, axis=2)
    np.fill_diagonal(away, np.inf)
    expected = [*range(len(PIECES), 2 * len(PIECES)), *range(len(PIECES))]
    assert away.argmin(axis=1).tolist() == expected


# what is not music


STRANGE = {
    "silence": (silence(10), SAMPLE_RATE),
    "full scale": (np.ones((SAMPLE_RATE * 10, 2), np.float32), SAMPLE_RATE),
    "full scale square": (np.sign(tone(441, 0, 10)) + np.float32(0), 48000),
    "a constant": (np.full((SAMPLE_RATE * 10, 1), 0.25, np.float32), SAMPLE_RATE),
    "half a second": (tone(440, -6, 0.5), 48000),
    "a hundredth of a second": (tone(440, -6, 0.01), 48000),
    "eight seconds": (drums(120, 8), SAMPLE_RATE),
    "the telephone": (tone(440, -6, 5, 8000), 8000),
    "high resolution": (tone(440, -6, 5, 192000), 192000),
    "six channels": (tone(440, -6, 5).repeat(6, axis=1), 48000),
    "a single click": (np.eye(1, SAMPLE_RATE * 5, 1000, dtype=np.float32).T, SAMPLE_RATE),
    "opposite channels": (drums(120, 8) * np.array([[1, -1]], np.float32), SAMPLE_RATE),
    "barely a sound": (tone(440, -85, 5), 48000),
}


@pytest.mark.parametrize("name", STRANGE)
def test_any_sound_has_a_finite_vector(analyse: Analyse, name: str) -> None:
    audio, sample_rate = STRANGE[name]
    analysis = analyse(audio, sample_rate, ".flac")
    assert analysis.vector.shape == (len(FEATURES),)
    assert analysis.vector.dtype == np.float32
    assert np.isfinite(analysis.vector).all()
    assert all(np.isfinite(number) for number in analysis.scalars.values() if isinstance(number, float))
    assert analysis.length == pytest.approx(len(audio) / sample_rate, abs=0.01)


def test_silence_is_neutral_and_knows_nothing(analyse: Analyse) -> None:
    analysis = analyse(silence(10))
    assert analysis.vector.tolist() == pytest.approx([feature.neutral for feature in FEATURES])
    assert analysis.scalars == {}


def test_a_tone_has_no_tempo(analyse: Analyse) -> None:
    analysis = analyse(tone(440, -12, 20), 48000)
    assert "bpm" not in analysis.scalars
    assert value(analysis, "tempo confidence") == 0


@pytest.mark.parametrize("seconds", [10, 60])
@pytest.mark.parametrize("colour", ["white", "pink", "brown"])
def test_noise_has_no_key(analyse: Analyse, colour: str, seconds: float) -> None:
    assert "initial_key" not in analyse(noise(colour, seconds)).scalars


@pytest.mark.parametrize("style", [style for style in GROOVES if not GROOVES[style].notes])
def test_drums_alone_have_no_key(analyse: Analyse, style: str) -> None:
    assert "initial_key" not in analyse(groove(style, TEMPI[style][0])).scalars


def test_clicks_have_no_key(analyse: Analyse) -> None:
    assert "initial_key" not in analyse(clicks(120)).scalars


def test_the_middle_of_a_long_track_is_analysed(analyse: Analyse) -> None:
    ends, beat = tone(440, -20, 300, 8000), np.zeros((4800, 1), np.float32)
    beat[:8] = 0.5
    analysis = analyse(np.concatenate([ends, np.tile(beat, (500, 1)), ends]), 8000, ".flac")
    assert analysis.length == pytest.approx(900)
    assert analysis.scalars["bpm"] == pytest.approx(100, rel=0.01)
    assert float(analysis.scalars["bpm_confidence"]) > 0.8


def test_the_middle_of_what_can_be_decoded_is_analysed_of_a_damaged_track(tmp_path: Path) -> None:
    path = tmp_path / "track.m4a"
    beat = np.zeros((4800, 1), np.float32)
    beat[:8] = 0.5
    write(path, np.tile(beat, (1000, 1)), 8000, codec="alac")
    data = bytearray(path.read_bytes())
    begin = data.index(b"mdat") + 4
    media = int.from_bytes(data[begin - 8 : begin - 4], "big") - 8
    data[begin + media // 4 : begin + media] = bytes(media - media // 4)
    path.write_bytes(data)
    assert extract(os.fsencode(path)).scalars["bpm"] == pytest.approx(100, rel=0.01)


def test_loudness_is_that_of_the_whole_of_a_long_track(analyse: Analyse) -> None:
    loud, quiet = tone(1000, -20, 300, 8000), tone(1000, -60, 300, 8000)
    analysis = analyse(np.concatenate([loud, quiet, loud]), 8000, ".flac")
    assert analysis.scalars["loudness"] == pytest.approx(-23, abs=0.1)


def test_the_same_file_has_the_same_analysis(analyse: Analyse, pieces: dict[str, Audio]) -> None:
    audio = next(iter(pieces.values()))
    first, second = analyse(audio), analyse(audio)
    assert first.vector.tolist() == second.vector.tolist()
    assert (first.audio_hash, first.scalars) == (second.audio_hash, second.scalars)


def test_what_cannot_be_analysed_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "track.mp3"
    path.write_text("no music")
    with pytest.raises(ExtractionError, match="it is no audio that can be read"):
        extract(os.fsencode(path))


def test_no_feature_is_the_same_for_all_pieces(analyse: Analyse) -> None:
    vectors = np.array([analyse(render(piece, 20.0)).vector for piece in PIECES])
    assert [name for name, spread in zip(NAMES, np.ptp(vectors, axis=0), strict=True) if not spread > 1e-6] == []
