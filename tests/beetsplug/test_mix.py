"""beet mix."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from demonstration.programs import BIN, Beets

# Nearness alone.
NEAREST = {"tempo_flow": 0, "key_flow": 0, "energy_flow": 0, "adventure": 0}
NO_WINDOWS = {"track_window": 0, "artist_window": 0, "album_window": 0}


def configured(beets: Beets, **settings: object) -> Beets:
    """The same library, with settings of smartqueue."""
    return Beets(beets.folder, beets.music, {"smartqueue": settings})


def titles(beets: Beets, *arguments: str) -> list[str]:
    return beets.run("mix", "-f", "$title", *arguments).stdout.splitlines()


def complaint(beets: Beets, *arguments: str) -> str:
    """The one line in which a mix is refused, the last of what is said."""
    done = beets.run("mix", *arguments, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


def test_a_mix_of_one_track_begins_with_it_and_has_none_twice(analysed: Beets) -> None:
    found = titles(analysed, "-n", "6", "title:=Weir")
    assert found[0] == "Weir"
    assert len(set(found)) == 6


def test_a_mix_has_twenty_tracks_unless_told(analysed: Beets) -> None:
    assert len(titles(analysed, "title:=Weir")) == 20


def test_a_mix_of_several_tracks_is_near_to_all_of_them(beets: Beets) -> None:
    beets = configured(beets, **NEAREST, **NO_WINDOWS)
    assert set(titles(beets, "-n", "2", "title:Pixel")) == {"Pixel Rain", "Pixel Rain (another take)"}


def test_a_mix_by_length_ends_with_the_track_that_reaches_it(analysed: Beets) -> None:
    assert len(titles(analysed, "--length", "0:01", "title:=Weir")) == 8  # of 8 seconds each


def test_a_mix_leads_from_one_track_to_another(analysed: Beets) -> None:
    found = titles(analysed, "-n", "6", "--to", "title:='Pixel Rain'", "title:=Weir")
    assert (found[0], found[-1], len(set(found))) == ("Weir", "Pixel Rain", 6)


def test_two_tracks_are_a_way_too(analysed: Beets) -> None:
    assert titles(analysed, "-n", "2", "--to", "title:='Pixel Rain'", "title:=Weir") == ["Weir", "Pixel Rain"]


def test_a_mix_has_nothing_of_what_it_keeps_away_from(analysed: Beets) -> None:
    done = analysed.run("mix", "-f", "$artist", "--not", "artist:brass", "title:=Weir")
    assert "Brass Assembly" not in done.stdout.splitlines()
    assert "only 18 tracks: of 24 analysed tracks --not shuts out 6" in done.stderr


def test_an_order_has_the_tracks_that_match_and_begins_with_the_first(analysed: Beets) -> None:
    matching = analysed.run("ls", "-f", "$title", "artist:Vesper", "title-").stdout.splitlines()
    found = titles(analysed, "--order", "artist:Vesper", "title-")
    assert sorted(found) == sorted(matching)
    assert found[0] == matching[0]


def test_an_order_keeps_what_is_not_analysed_at_its_end(own_beets: Beets) -> None:
    own_beets.run("analyze", "title:Otter", ",", "title:Pixel", ",", "title:Mill")
    found = titles(own_beets, "--order")
    assert len(found) == 6
    assert set(found[:3]) == {"Otter Run", "Pixel Rain", "Morning Mill"}


def test_each_track_says_why_it_is_there(analysed: Beets) -> None:
    lines = analysed.run("mix", "--explain", "-f", "$title", "-n", "3", "title:=Weir").stdout.splitlines()
    assert lines[:2] == ["Weir", "    you asked for it"]
    assert all(line.startswith("    near The Water Wheels – Weir in ") for line in lines[3::2])
    assert len(lines) == 6


def test_a_mix_is_the_same_for_the_same_seed_and_all_day(beets: Beets) -> None:
    beets = configured(beets, adventure=1)
    assert titles(beets, "title:=Weir") == titles(beets, "title:=Weir")
    assert titles(beets, "--seed", "1", "title:=Weir") == titles(beets, "--seed", "1", "title:=Weir")
    assert titles(beets, "--seed", "1", "title:=Weir") != titles(beets, "--seed", "2", "title:=Weir")


def test_a_playlist_has_the_paths_of_the_mix(analysed: Beets, tmp_path: Path) -> None:
    paths = analysed.run("mix", "-p", "-n", "4", "-o", str(tmp_path / "a.m3u8"), "title:=Weir").stdout.splitlines()
    lines = (tmp_path / "a.m3u8").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#EXTM3U", "#EXTINF:8,The Water Wheels - Weir"]
    assert lines[2::2] == paths


def test_the_paths_of_a_playlist_are_relative_if_so_wished(beets: Beets, tmp_path: Path) -> None:
    beets = configured(beets, playlist_paths="relative")
    beets.run("mix", "-n", "4", "-o", str(tmp_path / "a.m3u8"), "title:=Weir")
    for line in (tmp_path / "a.m3u8").read_text(encoding="utf-8").splitlines()[2::2]:
        assert not line.startswith("/")
        assert (tmp_path / line).is_file()


def test_a_name_that_is_no_utf_8_is_in_the_playlist_as_it_is_on_disk(own_beets: Beets, tmp_path: Path) -> None:
    name = b"caf\xe9.flac"
    folder = os.fsencode(own_beets.music)
    one = next(own_beets.music.rglob("*.flac"))
    one.rename(Path(os.fsdecode(os.path.join(folder, name))))  # noqa: PTH118 - Path takes no bytes
    own_beets.run("import", "-q", "-A", str(own_beets.music))
    own_beets.run("update")
    own_beets.run("analyze")
    subprocess.run([BIN / "beet", "mix", "-o", tmp_path / "a.m3u8"], env=own_beets.environment, check=True)
    assert os.path.join(folder, name) in (tmp_path / "a.m3u8").read_bytes().splitlines()  # noqa: PTH118 - likewise


def test_a_playlist_that_cannot_be_written_is_an_error(analysed: Beets, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no such folder" / "a.m3u8")
    assert "a.m3u8 cannot be written: No such file or directory" in complaint(analysed, "-o", nowhere, "title:=Weir")


def test_a_playlist_of_another_format_is_refused(analysed: Beets, tmp_path: Path) -> None:
    for name in ("a.pls", "a.xspf", "a"):
        words = f"{name} cannot be written: a playlist's name ends in .m3u8 or .m3u"
        assert words in complaint(analysed, "-n", "2", "-o", str(tmp_path / name), "title:=Weir")
    assert not list(tmp_path.iterdir())


def test_what_has_no_title_stands_in_a_playlist_by_its_files_name(beets: Beets, tmp_path: Path) -> None:
    beets.run("modify", "-y", "-W", "-M", "title:=Weir", "title=")
    beets.run("modify", "-y", "-W", "-M", "title:=Tin Hats", "title=", "artist=")
    beets.run("mix", "--order", "-o", str(tmp_path / "a.m3u"), "path::Weir.flac", ",", "path::Tin Hats.flac")
    lines = (tmp_path / "a.m3u").read_text(encoding="utf-8").splitlines()
    assert sorted(lines[1::2]) == ["#EXTINF:8,The Water Wheels - Weir.flac", "#EXTINF:8,Tin Hats.flac"]


def test_a_seed_that_is_not_analysed_is_named_and_the_others_are_mixed(own_beets: Beets) -> None:
    own_beets.run("analyze", "title:Otter", ",", "title:Pixel")
    done = own_beets.run("mix", "-f", "$title", "title:Mill", ",", "title:Otter")
    assert "not analysed yet: The Water Wheels – Morning Mill. Run beet analyze" in done.stderr
    assert set(done.stdout.splitlines()) == {"Otter Run", "Pixel Rain"}


def test_where_no_seed_is_analysed_it_says_what_to_do(own_beets: Beets) -> None:
    assert "Run beet analyze first" in complaint(own_beets, "title:Otter")


def test_an_empty_library_has_no_match(music: Path, tmp_path: Path) -> None:
    assert "no track of the library matches" in complaint(Beets(tmp_path / "beets", music), "title:Otter")


def test_a_library_of_one_track_has_nothing_else_to_choose(own_beets: Beets) -> None:
    own_beets.run("analyze", "title:Otter")
    assert "nothing is left to choose from: of 1 analysed tracks no other" in complaint(own_beets, "title:Otter")


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        ({"genres": ["polka"]}, "genres shuts out 24"),
        ({"longest": 5}, "longest shuts out 24"),
        ({"shortest": 30, "not_genres": "metal"}, "shortest shuts out 24"),
        ({"ignore": "artist::."}, "ignore shuts out 24"),
    ],
)
def test_the_rule_that_left_nothing_is_named(beets: Beets, settings: dict[str, object], rule: str) -> None:
    line = complaint(configured(beets, **settings), "title:=Weir")
    assert f"nothing is left to choose from: of 24 analysed tracks {rule}" in line


def test_rules_and_windows_that_leave_too_few_give_way(beets: Beets) -> None:
    beets.run("modify", "-y", "-W", "-M", "artist=Someone", "album=One", "albumartist=Someone")
    beets = configured(beets, track_window=10_000, artist_window=1000, album_window=1000)
    assert len(set(titles(beets, "title:=Weir"))) == 20


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["title:nosuchtitle"], "no track of the library matches"),
        (["--to", "title:nosuchtitle", "title:=Weir"], "no track of the library matches --to 'title:nosuchtitle'"),
        (["--not", "title:nosuchtitle", "title:=Weir"], "no track of the library matches --not 'title:nosuchtitle'"),
        (["--to", "title:=Weir", "title:=Weir"], "begins and ends with The Water Wheels – Weir"),
        (["--not", "artist:Water", "title:=Weir"], "all tracks that match are among those to keep away from"),
        (["--order", "--to", "title:=Weir"], "--to and --order do not go together"),
        (["--order", "-n", "3"], "-n and --order do not go together"),
        (["-n", "3", "--length", "1:00"], "-n and --length do not go together"),
        (["-n", "0"], "-n must be from 1 to 500, not 0"),
        (["-n", "1", "--to", "title:=Weir"], "-n must be from 2 to 500, not 1"),
        (["--length", "90"], "--length must be hours and minutes from 0:01 to 99:59, such as 1:30, not '90'"),
        (["--length", "0:00"], "from 0:01 to 99:59"),
        (["--seed", "-1"], "--seed must be 0 or more, not -1"),
        (["--to", "title:'Weir", "title:=Weir"], "invalid query"),
    ],
)
def test_what_cannot_be_mixed_is_refused_in_one_line(analysed: Beets, arguments: list[str], words: str) -> None:
    assert words in complaint(analysed, *arguments)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"adventure": 3}, "adventure must be a number from 0 to 1, not 3"),
        ({"artist_window": -1}, "artist_window must be a whole number from 0 to 1000, not -1"),
        ({"playlist_paths": "sideways"}, "playlist_paths"),
    ],
)
@pytest.mark.parametrize("command", ["mix", "smartqueue"])
def test_a_setting_out_of_range_is_named_with_its_range(
    beets: Beets, command: str, settings: dict[str, object], words: str
) -> None:
    done = configured(beets, **settings).run(command, check=False)
    assert (done.returncode, words in done.stderr) == (1, True)
