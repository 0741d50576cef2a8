"""Dynamics: loudness and its range by EBU R128, over blocks of samples as they come."""

from __future__ import annotations

import numpy as np
import scipy.signal
from numpy.typing import NDArray

GATE = -70.0
"""LUFS below which a block does not count at all (ITU-R BS.1770-4)."""

MOMENTARY, SHORT_TERM = 4, 30
"""Steps of 100 ms in the windows of EBU Tech 3341."""


def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """The K filter as second-order sections: the standard's at 48 kHz, warped to other rates.

    ITU-R BS.1770-4, with the analogue prototypes of Mansbridge, Finn and Reiss (2012) that libebur128 uses too.
    """
    sections = []
    for frequency, gain, quality, shelf in (
        (1681.974450955533, 3.999843853973347, 0.7071752369554196, True),
        (38.13547087602444, 0.0, 0.5003270373238773, False),
    ):
        k = np.tan(np.pi * frequency / sample_rate)
        a0 = 1 + k / quality + k * k
        if shelf:
            high = 10 ** (gain / 20)
            band = high**0.4996667741545416
            b = [
                (high + band * k / quality + k * k) / a0,
                2 * (k * k - high) / a0,
                (high - band * k / quality + k * k) / a0,
            ]
        else:
            b = [1.0, -2.0, 1.0]
        sections.append([*b, 1.0, 2 * (k * k - 1) / a0, (1 - k / quality + k * k) / a0])
    return np.array(sections)


def weight(channel: str) -> float:
    """What a channel counts for: the surround channels more, the low-frequency effects nothing (BS.1770-4)."""
    if channel.startswith("LFE"):
        return 0.0
    return 1.41 if channel in ("SL", "SR", "BL", "BR") else 1.0


class LoudnessMeter:
    """Adds up K-weighted power in steps of 100 ms, so that audio of any length takes no room."""

    def __init__(self, sample_rate: int, layout: tuple[str, ...]) -> None:
        # in double precision, which poles so near to 1 need at high sample rates
        self._filter = k_weighting(sample_rate)
        self._state = np.zeros((2, len(layout), 2))
        self._weights = np.array([weight(channel) for channel in layout])
        self._step = max(1, round(sample_rate / 10))
        self._rest = np.empty((len(layout), 0))
        self._steps: list[NDArray[np.float64]] = []
        self._peak = 0.0

    def add(self, channels: NDArray[np.float32]) -> None:
        """Hears samples of shape (channels, samples)."""
        self._peak = max(self._peak, float(channels.max(initial=0.0)), -float(channels.min(initial=0.0)))
        weighted, self._state = scipy.signal.sosfilt(self._filter, channels, zi=self._state)
        if self._rest.size:
            weighted = np.concatenate([self._rest, weighted], axis=1)
        whole = weighted.shape[1] // self._step * self._step
        steps = weighted[:, :whole].reshape(len(channels), -1, self._step)
        self._steps.append(self._weights @ np.einsum("cst,cst->cs", steps, steps) / self._step)
        self._rest = weighted[:, whole:]

    def dynamics(self) -> dict[str, float]:
        """The features of dynamics; nothing is known but `audible time` when all is below the gate.

        Integrated loudness by ITU-R BS.1770-4, loudness range by EBU Tech 3342 (not of less than 3 s).
        """
        steps = np.concatenate([*self._steps, np.empty(0)])
        if not len(steps) and self._rest.size:
            steps = np.array([self._weights @ (self._rest**2).mean(axis=1)])
        momentary = _loudness(_windows(steps, MOMENTARY))
        heard = momentary > GATE
        if not heard.any():
            return {"audible time": 0.0}
        integrated = _gated(momentary, 10)
        short = _loudness(_windows(steps, SHORT_TERM))
        values = {
            "audible time": float(heard.mean()),
            "loudness": integrated,
            "loudness spread": float(momentary[heard].std()),
            "quiet": float(integrated - np.percentile(momentary[heard], 10)),
            "crest": float(20 * np.log10(max(self._peak, 1e-9)) - integrated),
        }
        if len(steps) >= SHORT_TERM and (short > GATE).any():
            short = short[short > GATE]
            short = short[short > _loudness(_power(short).mean()) - 20]
            values["loudness range"] = float(np.percentile(short, 95) - np.percentile(short, 10))
        return values


def _windows(steps: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Means over `size` steps, a step apart; of fewer, the one mean there is."""
    if len(steps) <= size:
        return np.array([steps.mean()]) if len(steps) else np.empty(0)
    sums = np.cumsum(np.concatenate([[0.0], steps]))
    return np.asarray((sums[size:] - sums[:-size]) / size)


def _loudness(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(-0.691 + 10 * np.log10(np.maximum(power, 1e-12)))


def _power(loudness: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 ** ((loudness + 0.691) / 10))


def _gated(momentary: NDArray[np.float64], below: float) -> float:
    """The loudness of all steps above the gate that are at most `below` LU under their own mean."""
    momentary = momentary[momentary > GATE]
    threshold = _loudness(_power(momentary).mean()) - below
    return float(_loudness(_power(momentary[momentary > threshold]).mean()))
