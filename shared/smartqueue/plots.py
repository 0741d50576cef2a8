"""The map and the plots of the pages as PNG and SVG files; the only module that imports matplotlib."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from smartqueue.candidates import Candidates, candidates
from smartqueue.database import Database
from smartqueue.layout import layout
from smartqueue.library_map import first_genres, grouped, tonight
from smartqueue.overview import GenreDistances, History, genre_distances, history
from smartqueue.preferences import Rules

# The pages' own, in daylight: see map.css.
_GROUPS = ("#0072b2", "#d55e00", "#00875f", "#b0528a", "#b07a00", "#1b2430", "#2e8fc9", "#882255")
_OTHERS, _WAY, _QUIET = "#848e9c", "#b3261e", "#55606e"
_ANSWERS, _SKIPS = "#1f5fa8", "#8a4b00"
_SETTINGS: dict[Any, Any] = {
    # Text stays text, a "$" in it no formula, and the same library gives the same file.
    "svg.fonttype": "none",
    "svg.hashsalt": "smartqueue",
    "text.parse_math": False,
    "date.converter": "concise",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
_DOTS_AN_INCH = 150


def export(database: Database, profile: str, folder: Path) -> list[Path]:
    """Writes the map, the distances of genres and the history of a listener; returns the files.

    The folder is made where it is not there. Raises OSError where it cannot be written, and DatabaseError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    among = candidates(database, profile, Rules())
    said = history(database.triplets.of_profile(profile), database.metrics.history(profile))
    files = []
    with mpl.rc_context(_SETTINGS), warnings.catch_warnings():
        # Letters that the font does not have show as boxes in the PNG, and rightly in the SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        for name, figure in {
            "map": _map(among, tonight(database, profile)),
            "genres": _genres(genre_distances(among.pool.near, among.library.genres)),
            "history": _history(said),
        }.items():
            files += [folder / f"{name}.png", folder / f"{name}.svg"]
            figure.savefig(files[-2], dpi=_DOTS_AN_INCH, bbox_inches="tight")
            figure.savefig(files[-1], bbox_inches="tight", metadata={"Date": None})
    return files


def _map(among: Candidates, path: list[int]) -> Figure:
    """The library, coloured by genre, and tonight's path, ids of tracks."""
    places = layout(among.pool.near) * (1, -1)  # the pages' y goes down
    names, genre = grouped(first_genres(among.library.genres))
    high = float(np.ptp(places[:, 1])) / 2 if len(places) else 0.0  # beside a width of 1
    figure = _figure("The library: what is near sounds alike", 10, 8 * max(high, 0.5))
    axes = figure.subplots()
    axes.set_aspect("equal")
    axes.set_axis_off()
    shown = [(name, _GROUPS[row], genre == row) for row, name in enumerate(names[: len(_GROUPS)])]
    rest = (genre < 0) | (genre >= len(_GROUPS))
    if rest.any():
        shown.insert(0, ("All others" if names else "No genre known", _OTHERS, rest))
    size = float(np.clip(80 / max(len(places), 1) ** 0.5, 1.5, 7))
    for _, colour, rows in shown:
        axes.plot(*places[rows].T, "o", color=colour, markersize=size, markeredgewidth=0)
    handles = [Line2D([], [], marker="o", linestyle="", color=colour) for _, colour, _ in shown]
    labels = [f"{name} ({int(rows.sum())})" for name, _, rows in shown]
    known = {track: row for row, track in enumerate(among.library.ids.tolist())}
    way = [known[track] for track in path if track in known]
    if way:
        axes.plot(*places[way].T, "-", color=_WAY, linewidth=1.5)
        axes.plot(*places[way[-1:]].T, "o", color=_WAY, markersize=size + 5, fillstyle="none")
        handles.append(Line2D([], [], color=_WAY))
        labels.append("Tonight's path")
    # Names come after the legend, which would leave out one that begins with "_".
    legend = figure.legend(handles, ["name"] * len(handles), loc="outside right upper", frameon=False)
    for text, label in zip(legend.get_texts(), labels, strict=True):
        text.set_text(_printable(label))
    return figure


def _genres(found: GenreDistances) -> Figure:
    """A heat map, the nearer the darker."""
    figure = _figure("Distances inside and between genres", 7, 6)
    axes = figure.subplots()
    if len(found.names) < 2:
        return _without(figure, "This needs two genres with two tracks each.")
    labels = [_printable(name) for name in found.names]
    axes.set_xticks(range(len(labels)), labels=labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels=labels)
    figure.colorbar(axes.imshow(found.means, cmap="cividis"), label="mean distance, about 1 for neighbours")
    middle = (found.means.min() + found.means.max()) / 2
    for (row, column), distance in np.ndenumerate(found.means):
        colour = "white" if distance < middle else "black"
        axes.text(column, row, f"{distance:.2f}", ha="center", va="center", color=colour, fontsize=8)
    return figure


def _history(found: History) -> Figure:
    """What was said until the end of each day, and how well each lesson did."""
    figure = _figure("Answers and skips over time, and how well each lesson did", 8, 6)
    if not found.days:
        return _without(figure, "Nothing said yet.")
    above, below = figure.subplots(2, 1, sharex=True)
    days = np.array(found.days, dtype="datetime64[D]")
    until = np.append(days[:1], days + 1)
    above.plot(until, [0, *found.said["survey"]], color=_ANSWERS, label="answers")
    above.plot(until, [0, *found.said["skip"]], "--", color=_SKIPS, label="skips")
    above.set_ylabel("said so far")
    learned = (found.learned * 1000).astype("datetime64[ms]")
    below.plot(learned, 100 * found.accuracies, "o", color=_ANSWERS, label="learned")
    below.plot(learned, 100 * found.plain_accuracies, "s", color=_QUIET, fillstyle="none", label="plain")
    below.set_ylabel("right in unseen answers, %")
    for axes in (above, below):
        axes.legend(frameon=False)
    return figure


def _figure(title: str, width: float, height: float) -> Figure:
    """A figure of so many inches."""
    figure = Figure(figsize=(width, height), layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return figure


def _without(figure: Figure, words: str) -> Figure:
    """The figure with words in place of a plot."""
    figure.clear()
    figure.text(0.5, 0.5, words, ha="center", color=_QUIET)
    return figure


def _printable(name: str) -> str:
    """A name without what no picture can hold."""
    return "".join(letter if letter.isprintable() else " " for letter in name)
