"""Where the demonstration's music comes from: a soundtrack of Debian's, the user's own folder, or a synthesiser."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import mediafile
import numpy as np
from tqdm import tqdm

from demonstration import synthesis
from smartqueue import decoding

EXTENSIONS = {".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wma", ".aiff", ".wv", ".wav"}
# Sound effects are smaller than this many bytes.
_SMALLEST = 250_000
# With excerpts, so many tracks of a large folder are enough.
_MOST_EXCERPTS = 40


@dataclass(frozen=True)
class Soundtrack:
    """A Debian package of music that may be shared."""

    package: str
    description: str


# The first that this Debian has; each is licensed CC BY-SA 3.0.
SOUNDTRACKS = (
    Soundtrack("singularity-music", "the soundtrack of Endgame: Singularity by Max McCracken, CC BY-SA 3.0"),
    Soundtrack(
        "hyperrogue-music",
        "the soundtrack of HyperRogue by Shawn Parrotte, Will Savino and Lincoln Domina, CC BY-SA 3.0",
    ),
)


def obtain(folder: Path) -> tuple[Path, str]:
    """Music below `folder`, one folder an album, fetched unless it is there already; where, and what it is."""
    for soundtrack in SOUNDTRACKS:
        place = folder / soundtrack.package
        if place.is_dir() or _unpack(soundtrack.package, place):
            return place, soundtrack.description
    place = folder / "synthesised"
    _synthesise(place)
    return place, "twelve short pieces that were synthesised here, because no soundtrack could be fetched with apt"


def excerpts(source: Path, target: Path, seconds: float = 20.0) -> None:
    """Copies the middle `seconds` of each track below `source` to `target`, as FLAC with the tags that matter."""
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in EXTENSIONS)[:_MOST_EXCERPTS]
    for number, path in enumerate(tqdm(found, desc="cutting excerpts", unit="track", disable=None)):
        file = os.fsencode(path)
        try:
            tags = mediafile.MediaFile(path)
            start = max(0.0, (decoding.contents(file).length - seconds) / 2)
            blocks = list(decoding.blocks(file, start, seconds))
        except (decoding.DecodingError, mediafile.UnreadableFileError) as error:
            tqdm.write(f"leaving out {path}: {error}")
            continue
        audio = np.concatenate([block.channels for block in blocks], axis=1).T[:, :2]
        folder = target / path.parent.name
        folder.mkdir(parents=True, exist_ok=True)
        known = {
            "title": tags.title or path.stem,
            "artist": tags.artist or "Unknown Artist",
            "album": tags.album or path.parent.name,
        }
        synthesis.write(folder / f"{number:02} {path.stem}.flac", audio, blocks[0].sample_rate, known)


def _unpack(package: str, place: Path) -> bool:
    """Unpacks a package's music, without installing it; whether that worked."""
    with tempfile.TemporaryDirectory() as work:
        if not _download(package, Path(work)):
            return False
        archive = next(Path(work).glob("*.deb"))
        subprocess.run(["dpkg-deb", "-x", archive, f"{work}/tree"], check=True)
        files = [
            path
            for path in sorted(Path(work, "tree").rglob("*"))
            if path.suffix in EXTENSIONS and path.stat().st_size > _SMALLEST
        ]
        if not files:
            return False
        titles = Counter(mediafile.MediaFile(path).title for path in files)
        unfinished = place.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        for path in files:
            tags = mediafile.MediaFile(path)
            if not tags.title or titles[tags.title] > 1:
                tags.title = path.stem
            tags.album = tags.album or package
            folder = unfinished / tags.album.replace("/", "-")
            folder.mkdir(parents=True, exist_ok=True)
            tags.save()
            shutil.copy(path, folder / path.name)
        unfinished.rename(place)
    return True


def _download(package: str, folder: Path) -> bool:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return False
    print(f"fetching the Debian package {package}", flush=True)

    def quietly(*arguments: str) -> bool:
        done = subprocess.run(["apt-get", "-qq", *arguments], cwd=folder, capture_output=True, check=False)
        return done.returncode == 0

    if quietly("download", package):
        return True
    # A fresh machine has no package lists yet.
    return os.geteuid() == 0 and quietly("update") and quietly("download", package)


def _synthesise(folder: Path) -> None:
    for piece in tqdm(synthesis.PIECES, desc="synthesising", unit="piece", disable=None):
        path = folder / piece.album / f"{piece.title}.flac"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            tags = {"title": piece.title, "artist": piece.artist, "album": piece.album}
            synthesis.write(path, synthesis.render(piece), tags=tags)
