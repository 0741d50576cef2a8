"""Why a track was chosen: what brought it near, how it follows, and which rule gave way; as numbers and in words."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from smartqueue.candidates import Candidates
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.selection import Choice
from smartqueue.selection.flow import key_parts, tempo_leap

# In how many groups of features two tracks are said to be alike.
_ALIKE = 2
# The groups, and the number of each feature's.
_GROUPS = tuple(dict.fromkeys(FEATURE_GROUPS))
_GROUP_OF = np.array([_GROUPS.index(group) for group in FEATURE_GROUPS])

# What listeners call the groups.
_SPOKEN = {
    "timbre": "sound colour",
    "modulation": "movement",
    "rhythm": "rhythm",
    "tonality": "harmony",
    "dynamics": "loudness",
}
# How far apart, in octaves, half or double a tempo is heard as the same beat.
_SAME_BEAT = 0.06

# As key signatures with the fewest accidentals have it, from C on.
_MAJOR = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_MINOR = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "G♯", "A", "B♭", "B")


@dataclass(frozen=True)
class Explanation:
    """Of one choice. `name` is its seed's, which weighed most, and `near` our own id of it.

    distance: scaled, about 1 for tracks in one another's surroundings. place: 1 for the nearest that no rule shut
    out. groups: what each group of features gives to the squared distance, together 1; empty for vectors of another
    version. alike: the groups in which the two are most alike. tempo, key: of the track before and of this one, None
    where either is unknown. leaps: in octaves of tempo, steps on the circle of fifths, and of energy, from 0 to 1;
    empty after nothing. relaxed: the rule that had to give way; empty if none had to.
    """

    name: str
    near: int
    distance: float
    place: int
    groups: dict[str, float]
    alike: list[str]
    tempo: tuple[int, int] | None
    key: tuple[str, str] | None
    leaps: dict[str, float]
    relaxed: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)

    def in_words(self) -> str:
        """For people: like Y in sound colour and rhythm, 104 → 102 bpm, A minor → C major."""
        words = [
            f"like {self.name}" + (f" in {' and '.join(_SPOKEN[group] for group in self.alike)}" * bool(self.alike))
        ]
        if self.tempo:
            words.append(tempo_in_words(*self.tempo))
        if self.key:
            words.append(f"{self.key[0]} → {self.key[1]}")
        return ", ".join(words) + (f" ({self.relaxed})" if self.relaxed else "")

    def without_predecessor(self) -> Explanation:
        """The same, where another track comes before than the one that it was chosen to follow."""
        return replace(self, tempo=None, key=None, leaps={})


def explain(among: Candidates, choice: Choice, last: int | None) -> Explanation:
    """Why `choice` may follow the row `last`."""
    library, row = among.library, choice.row
    groups = group_shares(among, choice.seed, row)
    tempi = [0.0, 0.0] if last is None else among.pool.tempi[[last, row]].tolist()
    keys = ["", ""] if last is None else [key_in_words(library.keys[last]), key_in_words(library.keys[row])]
    return Explanation(
        name=library.name(choice.seed),
        near=int(library.ids[choice.seed]),
        distance=round(choice.distance, 3),
        place=choice.place,
        groups={group: round(share, 3) for group, share in groups.items()},
        alike=_alike(among, groups),
        tempo=(round(tempi[0]), round(tempi[1])) if min(tempi) > 0 else None,
        key=(keys[0], keys[1]) if all(keys) else None,
        leaps={} if last is None else {name: round(leap, 3) for name, leap in choice.leaps.items()},
        relaxed=choice.relaxed,
    )


def group_shares(among: Candidates, first: int, second: int) -> dict[str, float]:
    """What each group of features gives to the squared distance of two rows; together 1.

    With δ = x − y, a feature gives δᵢ (Mδ)ᵢ, which may bring a group below 0 where M ties features of different groups
    together. Empty for two that are the same, and for vectors of another version.
    """
    if among.library.features != NAMES:
        return {}
    difference = np.diff(among.metric.standardise(among.library.vectors[[first, second]]), axis=0)[0]
    parts = difference * (among.metric.matrix @ difference)
    of_groups = np.bincount(_GROUP_OF, parts)
    whole = of_groups.sum()
    return dict(zip(_GROUPS, (of_groups / whole).tolist(), strict=True)) if whole > 0 else {}


def _alike(among: Candidates, shares: dict[str, float]) -> list[str]:
    """The groups that give least to the distance beside what they weigh in the metric."""
    weighs = dict(zip(_GROUPS, np.bincount(_GROUP_OF, among.metric.weights).tolist(), strict=True))
    return sorted((group for group in shares if weighs[group] > 0), key=lambda group: shares[group] / weighs[group])[
        :_ALIKE
    ]


def tempo_in_words(first: int, second: int) -> str:
    """From one tempo to another; half and double time are the same beat."""
    words = f"{first} → {second} bpm"
    octaves = round(math.log2(second / first))
    if not octaves or float(tempo_leap(first, second)) > _SAME_BEAT:
        return words
    pace = {1: ", double time", -1: ", half time"}.get(octaves, "")
    return f"the same beat ({words}{pace})"


def key_in_words(name: str) -> str:
    """A key as musicians spell it: "Am" is A minor and "A#" B♭ major; empty for what is no key."""
    parts = key_parts(name)
    if parts is None:
        return ""
    tonic, minor = parts
    return f"{_MINOR[tonic]} minor" if minor else f"{_MAJOR[tonic]} major"
