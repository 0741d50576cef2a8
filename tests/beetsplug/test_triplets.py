"""beet triplets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.listening import Play, Triplet


def say(beets: Beets, count: int = 3) -> None:
    """An answer of the survey, and a skip between two tracks that were kept; `count` answers in all."""
    with Database(beets.library, beets.music) as database:
        a, b, c, *others = database.vectors.library().ids.tolist()
        play = database.plays.add(Play(c, "den", "default", 1.7e9, 3.0, 60.0, "skipped", "smartqueue"))
        skip = Triplet(a, b, c, "skip", 0.9, created=1.7e9, play=play)
        answers = [Triplet(a, b, odd, "survey", created=1.7e9 + odd) for odd in others[: count - 1]]
        database.triplets.add([skip, *answers])


def listed(beets: Beets, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in beets.run("triplets", "--json", *arguments).stdout.splitlines()]


def test_each_says_in_words_where_it_came_from(beets: Beets) -> None:
    say(beets, 2)
    skip, answer = beets.run("triplets").stdout.splitlines()
    assert "2023-11-14" in skip
    assert "You skipped " in skip
    assert " after 3 s, between " in skip
    assert "2023-11-14" in answer
    assert "is the odd one out" in answer


def test_the_listeners_own_are_listed_and_the_librarys_counted(beets: Beets) -> None:
    beets.run("learnmetric")
    say(beets)
    *own, last = beets.run("triplets").stdout.splitlines()
    assert [("You s" in line, "share an album" in line) for line in own] == [(True, False)] * 3
    of_library = beets.run("triplets", "--source", "library").stdout.splitlines()
    assert all("share an album or artist" in line for line in of_library)
    assert last == f"and {len(of_library)} from albums and artists: beet triplets --source library"


def test_for_programs_all_are_listed_the_listeners_own_first(beets: Beets) -> None:
    beets.run("learnmetric")
    say(beets)
    sources = [triplet["source"] for triplet in listed(beets)]
    assert sources[:3] == ["skip", "survey", "survey"]
    assert set(sources[3:]) == {"library"}


def test_a_source_can_be_listed_alone(beets: Beets) -> None:
    say(beets)
    assert [triplet["source"] for triplet in listed(beets, "--source", "skip")] == ["skip"]


def test_a_query_lists_what_speaks_of_its_tracks(beets: Beets) -> None:
    say(beets)
    _, first, second = listed(beets)
    artist, _, title = first["odd_one_out"].partition(" – ")
    assert listed(beets, f"artist:={artist}", f"title:={title}") == [first]
    assert second["odd_one_out"] != first["odd_one_out"]


def test_what_speaks_of_a_removed_track_says_so(beets: Beets) -> None:
    say(beets, 2)
    title = listed(beets)[1]["odd_one_out"].partition(" – ")[2]
    beets.run("remove", "-f", f"title:={title}")
    assert listed(beets)[1]["odd_one_out"] == "a track that was removed"


def test_what_is_forgotten_counts_no_more(beets: Beets) -> None:
    say(beets)
    first, second, third = listed(beets)
    told = beets.run("triplets", "--forget", "-f", str(first["id"]), str(third["id"])).stdout
    assert "2 forgotten" in told
    assert listed(beets) == [second]


def test_a_whole_source_can_be_forgotten(beets: Beets) -> None:
    say(beets)
    beets.run("triplets", "--forget-source", "survey", "-f")
    assert [triplet["source"] for triplet in listed(beets)] == ["skip"]


def play_some(beets: Beets) -> None:
    """Two tracks that are kept, with two skips between them."""
    with Database(beets.library, beets.music) as database:
        a, b, c, d, *_ = database.vectors.library().ids.tolist()
        heard = {a: (60.0, "finished"), b: (6.0, "skipped"), c: (3.0, "skipped"), d: (60.0, "finished")}
        for number, (track, (listened, outcome)) in enumerate(heard.items()):
            started = 1.7e9 + 60 * number
            database.plays.add(Play(track, "den", "default", started, listened, 60.0, outcome, "smartqueue"))


def test_skips_are_derived_anew_from_what_was_played(beets: Beets) -> None:
    play_some(beets)
    assert "2 skips teach, of 4 plays" in beets.run("triplets", "--rebuild").stdout
    assert [triplet["weight"] for triplet in listed(beets)] == pytest.approx([0.8, 0.9])


def test_what_is_derived_again_is_the_same(beets: Beets) -> None:
    play_some(beets)
    derived = []
    for _ in range(2):
        beets.run("triplets", "--rebuild")
        derived.append([{**one, "id": 0} for one in listed(beets)])
    assert derived[0] == derived[1]


def test_what_was_forgotten_is_not_derived_again(beets: Beets) -> None:
    play_some(beets)
    beets.run("triplets", "--rebuild")
    first, second = listed(beets)
    beets.run("triplets", "--forget", "-f", str(first["id"]))
    beets.run("triplets", "--rebuild")
    assert [one["odd"] for one in listed(beets)] == [second["odd"]]


def test_forgetting_asks_first(beets: Beets) -> None:
    say(beets)
    done = beets.run("triplets", "--forget-source", "survey", check=False)
    assert done.returncode == 1  # there is nobody to answer
    assert "Forget 2 for good" in done.stdout
    assert len(listed(beets)) == 3


@pytest.mark.parametrize(("ids", "reason"), [([], "which triplets? Give their ids"), (["77"], "no triplet 77")])
def test_ids_that_are_none_are_named(beets: Beets, ids: list[str], reason: str) -> None:
    done = beets.run("triplets", "--forget", "-f", *ids, check=False)
    assert (done.returncode, reason in done.stderr) == (1, True)


def test_they_are_carried_to_another_library(beets: Beets, tmp_path: Path) -> None:
    say(beets)
    assert "3 answers and skips are in" in beets.run("triplets", "--export", str(tmp_path / "triplets")).stdout
    other = Beets(tmp_path / "other", beets.music)
    other.run("import", "-q", "-A", str(beets.music))
    told = other.run("triplets", "--import", str(tmp_path / "triplets")).stdout
    assert told.startswith("3 taken from")
    keys = ("near", "odd_one_out", "source", "weight")
    assert [[one[key] for key in keys] for one in listed(other)] == [
        [one[key] for key in keys] for one in listed(beets)
    ]


def test_what_is_carried_twice_counts_once(beets: Beets, tmp_path: Path) -> None:
    say(beets)
    beets.run("triplets", "--export", str(tmp_path / "triplets"))
    told = beets.run("triplets", "--import", str(tmp_path / "triplets")).stdout
    assert "0 taken" in told
    assert "3 were there already" in told
    assert len(listed(beets)) == 3


def test_what_speaks_of_unknown_tracks_is_counted(beets: Beets, tmp_path: Path) -> None:
    say(beets)
    beets.run("triplets", "--export", str(tmp_path / "triplets"))
    text = (tmp_path / "triplets").read_text()
    (tmp_path / "triplets").write_text(text.replace('.flac"', '.elsewhere"').replace('.mp3"', '.elsewhere"'))
    assert (
        "3 speak of tracks that are not in the library"
        in beets.run("triplets", "--import", str(tmp_path / "triplets")).stdout
    )


TRACK = {"mb_trackid": "", "path": "a.ogg"}
RIGHT = {"near": [TRACK, TRACK], "odd": TRACK, "source": "survey", "weight": 1, "profile": "default", "created": 1}


@pytest.mark.parametrize(
    "line",
    [
        "words",
        "[]",
        "[" * 100_000,
        json.dumps({**RIGHT, "near": [TRACK]}),
        json.dumps({**RIGHT, "odd": "a.ogg"}),
        json.dumps({**RIGHT, "odd": {"mb_trackid": 1, "path": "a"}}),
        json.dumps({**RIGHT, "source": "library"}),
        json.dumps({**RIGHT, "weight": 2}),
        json.dumps({**RIGHT, "weight": "1"}),
        json.dumps({**RIGHT, "created": float("nan")}),
        json.dumps({**RIGHT, "created": 1e300}),
        json.dumps({**RIGHT, "profile": None}),
    ],
    ids=lambda line: line[:60],
)
def test_a_line_that_is_no_triplet_is_named_and_nothing_taken(beets: Beets, tmp_path: Path, line: str) -> None:
    (tmp_path / "triplets").write_text(f"{json.dumps(RIGHT)}\n{line}\n")
    done = beets.run("triplets", "--import", str(tmp_path / "triplets"), check=False)
    assert (done.returncode, f"{tmp_path / 'triplets'}, line 2: it is no triplet" in done.stderr) == (1, True)
    assert not listed(beets)
