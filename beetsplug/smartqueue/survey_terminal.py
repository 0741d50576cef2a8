"""The survey in a terminal: plain prompts, and a player for the music."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType

from beets.exceptions import UserError
from beets.library import Library
from beets.ui import print_

from beetsplug.smartqueue.library import opened, printable
from smartqueue.database import Database, Description
from smartqueue.questionnaire import NothingToAskError, Questionnaire, today
from smartqueue.web.store import Store

# A track is heard from so far into it, after the intro.
_MIDDLE = 0.4
# {start} becomes a number of seconds, {file} a path.
_PLAYERS = {
    "mpv": "mpv --no-video --really-quiet --start={start} {file}",
    "ffplay": "ffplay -nodisp -autoexit -loglevel quiet -ss {start} {file}",
    "play": "play -q {file} trim {start}",
}
_PROMPT = "1 2 3: the odd one out, p1 p2 p3: play, s: can't tell, u: undo, q: quit > "


def ask(lib: Library, store: Store, profile: str, player: str) -> None:
    """Asks until the listener quits, the input ends, or no question is left. player: a command, or empty."""
    stopped = False
    with opened(lib) as database, Player(player) as sound:
        try:
            _ask(database, store, profile, sound)
        except KeyboardInterrupt:
            stopped = True
            print_()
        print_(f"{database.questions.count(profile, today())} answered today; beet learnmetric learns from them")
    if stopped:
        # as of any program that Ctrl-C ends
        sys.exit(130)


def _ask(database: Database, store: Store, profile: str, sound: Player) -> None:
    questions = Questionnaire(os.path.isfile)
    goes_on = True
    while goes_on:
        try:
            tracks = questions.question(database, store.read(database, profile), profile)
        except NothingToAskError as nothing:
            print_(str(nothing))
            return
        _show(database, profile, tracks)
        goes_on = _answered(database, questions, profile, tracks, sound)


def _show(database: Database, profile: str, tracks: Sequence[Description]) -> None:
    counts = database.questions.count(profile, today()), database.questions.count(profile)
    print_("\nWhich one is the odd one out? ({} answered today, {} in all)".format(*counts))
    for number, track in enumerate(tracks, 1):
        words = " – ".join(part for part in (track.artist, track.title) if part)
        print_(printable(f"  {number}  {words}{f' ({track.album})' if track.album else ''}"))


def _answered(
    database: Database, questions: Questionnaire, profile: str, tracks: Sequence[Description], sound: Player
) -> bool:
    """Listens until the question is answered, or another one comes; False where the listener quits."""
    ids = [track.id for track in tracks]
    while True:
        try:
            said = input(_PROMPT).strip().lower()
        except EOFError:
            print_()
            return False
        if said in ("1", "2", "3", "s"):
            sound.stop()
            odd = None if said == "s" else ids[int(said) - 1]
            if not questions.answer(database, ids, odd, profile):
                print_("that was answered already, elsewhere")
            return True
        if said == "u":
            if questions.undo(database, profile):
                sound.stop()
                print_("taken back; here it is again")
                return True
            print_("there is nothing to take back")
        elif said in ("p1", "p2", "p3"):
            sound.play(tracks[int(said[1]) - 1])
        elif said == "q":
            return False
        else:
            print_("please answer with one of these")


class Player:
    """A program that plays one track at a time; used as a context.

    command: it and its arguments, in which {start} becomes seconds and {file} a path (which comes last where {file}
    is not there); or the name of one that is known; or empty, for the first of those that is installed.
    """

    def __init__(self, command: str) -> None:
        name = command or next((name for name in _PLAYERS if shutil.which(name)), "")
        self._words = shlex.split(_PLAYERS.get(name, name))
        if self._words and not any("{file}" in word for word in self._words):
            self._words.append("{file}")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Player:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def play(self, track: Description) -> None:
        """Plays a track from its middle on, in place of what plays."""
        self.stop()
        if not self._words:
            print_(f"there is no player: install one of {', '.join(_PLAYERS)}, or set survey: player")
            return
        start, file = f"{_MIDDLE * track.length:.0f}", os.fsdecode(track.file)
        try:
            self._process = subprocess.Popen(
                [word.replace("{start}", start).replace("{file}", file) for word in self._words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise UserError(f"{self._words[0]} cannot be started: {error.strerror}") from error

    def stop(self) -> None:
        """Ends what plays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
