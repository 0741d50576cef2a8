"""Chooses what to queue, from the library in memory and from what was heard lately."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pykka

from mopidy_smartqueue.alarm import Alarm
from mopidy_smartqueue.catalogue import Catalogue, Loaded
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.reasons import Reasons
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator, scheme_of
from mopidy_smartqueue.watcher import Watcher
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.candidates import Candidates
from smartqueue.explanation import explain
from smartqueue.journal import Entry
from smartqueue.listening import Play, Player
from smartqueue.mixes import Situation, made
from smartqueue.preferences import Preferences
from smartqueue.selection import Choice, Context, Past, choose

# After how many seconds to look again whether other programs have changed the library.
LOOK_AFTER = 20.0
# How often a mix is made anew where files are gone, because core waits for it.
_ATTEMPTS = 5
# How many candidates one answer holds: enough to pass over some that Mopidy does not know.
_CANDIDATES = 20


class Chooser(pykka.ThreadingActor):
    """Answers from memory. It never asks core for anything, so that core may wait for it."""

    def __init__(
        self,
        places: BeetsPlaces,
        translator: Translator,
        complaints: Complaints,
        player: Player,
        profile: str,
        preferences: Preferences,
        schemes: tuple[str, ...],
    ) -> None:
        super().__init__()
        self._catalogue = Catalogue(places, translator, complaints, player, profile, preferences.rules)
        self._watching = places, translator, profile, preferences.rules
        self._reasons = Reasons(places, translator, complaints)
        self._player = player.name
        self._profile = profile
        self._preferences = preferences
        self._playing: int | None = None
        # What began and was not analysed by then, as when it has only just been imported.
        self._unnoticed: Entry | None = None
        # The schemes that Mopidy knows, the one that plays or played last before all others.
        self._schemes = schemes
        # No seed, so that tomorrow is not today.
        self._generator = np.random.default_rng()

    @survives("loading the library")
    def on_start(self) -> None:
        """Loads the library beside Mopidy's own start."""
        me = self.actor_ref.proxy()
        self._look_again = Alarm(me.look.defer)
        self._watcher = Watcher.start(*self._watching, me).proxy()
        self._catalogue.refresh()
        self._reasons.why_no_files(self._files)
        self._look_again.set(LOOK_AFTER)

    @survives("stopping")
    def on_stop(self) -> None:
        """Looks no more."""
        self._look_again.cancel()
        self._watcher.actor_ref.stop()

    @survives("looking for changes")
    def look(self) -> None:
        """Has the library looked at, beside, so that what it answers is never older than a minute."""
        loaded = self._catalogue.loaded
        if loaded is None:
            self._catalogue.refresh()
        else:
            self._watcher.look.defer(loaded)
        self._look_again.set(LOOK_AFTER)

    @survives("taking up what was loaded")
    def take(self, before: Loaded, loaded: Loaded) -> None:
        """Takes up what was loaded beside."""
        self._catalogue.take(before, loaded)

    # What happens

    @survives("noticing what plays")
    def began(self, entry: Entry) -> None:
        """A track begins to play."""
        scheme = scheme_of(entry.uri)
        self._schemes = tuple(dict.fromkeys((scheme, *self._schemes) if scheme else self._schemes))
        self._playing, self._unnoticed = None, entry
        self._catalogue.refresh()
        self._notice()

    def _notice(self) -> None:
        """Tells the session of what plays, as soon as that is in the library."""
        play = None if self._unnoticed is None else self._play(self._unnoticed)
        if play is not None:
            self._playing, self._unnoticed = play.track, None
            self._catalogue.session.began(play)

    @survives("remembering what was heard")
    def ended(self, entry: Entry) -> None:
        """A listening is over."""
        self._notice()
        self._unnoticed = None
        play = self._play(entry)
        if play is not None:
            self._catalogue.session.ended(play)

    def _play(self, entry: Entry) -> Play | None:
        """The listening as the session takes it; None where the track was not analysed."""
        track = self._catalogue.track(entry.uri)
        return None if track is None else entry.as_play(track, self._player, self._profile)

    @survives("remembering what was queued")
    def queued(self, uri: str) -> None:
        """A track was queued, so that it is not offered again at once."""
        track = self._catalogue.track(uri)
        if track is not None:
            self._catalogue.session.queued(track, time.time())

    @survives("remembering what was taken back")
    def put_back(self, uri: str) -> None:
        """A track of ours was taken back before it was heard."""
        track = self._catalogue.track(uri)
        if track is not None:
            self._catalogue.session.put_back(track)

    @survives("remembering what was taken out")
    def taken_out(self, uri: str) -> None:
        """The listener took out a track of ours: not this."""
        track = self._catalogue.track(uri)
        if track is not None:
            self._catalogue.session.taken_out(track)

    @survives("remembering what is wanted")
    def more_like(self, uri: str) -> None:
        """The listener wants what comes to be like this."""
        track = self._catalogue.track(uri)
        if track is not None:
            self._catalogue.session.wants_more_like(track)

    # What is asked for

    @survives("choosing tracks")
    def choose(self, request: Request, reply: Callable[[list[Candidate], str], object]) -> None:
        """Hands the tracks to try for the next place to `reply`, the best first; where there are none, also why."""
        self._catalogue.refresh()
        self._notice()
        candidates, why = self._candidates(request), ""
        if not candidates:
            is_analysed = self._catalogue.row(request.playing) is not None
            why = self._reasons.why_nothing(request.playing, self._files, is_analysed=is_analysed)
        reply(candidates, why)

    def mix(self, name: str) -> list[tuple[str, str]]:
        """The URIs of a mix of smartqueue.mixes, made for what was heard lately, each with the track's name."""
        among = self._catalogue.among
        if among is None:
            return []
        session, rows = self._catalogue.session, self._catalogue.rows
        playing = rows([] if self._playing is None else [self._playing])
        past = Past(rows(session.heard), rows(session.skipped), np.concatenate([rows(session.not_this), playing]))
        now = Situation(int(playing[0]) if len(playing) else None, tuple(rows(session.kept).tolist()), past)
        found = self._there(name, among, now)
        return [(uri, among.library.name(row)) for row in found if (uri := self._uri(row))]

    def _there(self, name: str, among: Candidates, now: Situation) -> list[int]:
        """The rows of a mix, all of whose files are there, as far as a few attempts can tell."""
        barred = among.pool.barred.copy()
        found: list[int] = []
        for _ in range(_ATTEMPTS):
            pool = replace(among.pool, barred=barred)
            found = made(name, replace(among, pool=pool), now, self._preferences, self._generator)
            gone = [row for row in found if not _is_there(among, row)]
            if not gone:
                break
            barred[gone] = True
            found = [row for row in found if not barred[row]]
        return found

    def tracks(self, uris: Sequence[str]) -> dict[str, int | None]:
        """Our own ids of the URIs' tracks; None for what was not analysed."""
        return {uri: self._catalogue.track(uri) for uri in uris}

    def uris(self, track: int) -> list[str]:
        """The URIs of a track by our own id, the likeliest first; none where there is no such track."""
        return [uri for row in self._catalogue.rows([track]) for uri in self._uris(int(row))]

    @property
    def _files(self) -> list[bytes]:
        return [] if self._catalogue.among is None else self._catalogue.among.library.files

    def _uri(self, row: int) -> str | None:
        """In the first scheme that reaches it."""
        return next(iter(self._uris(row)), None)

    def _uris(self, row: int) -> list[str]:
        uris = (self._catalogue.uri(row, scheme) for scheme in self._schemes)
        return [uri for uri in uris if uri]

    def _candidates(self, request: Request) -> list[Candidate]:
        among, playing = self._catalogue.among, self._catalogue.row(request.playing)
        if among is None or playing is None:
            return []
        rows = self._catalogue.rows
        track = int(among.library.ids[playing])
        wish = self._catalogue.session.wish(track, time.time(), chosen=request.chosen)
        seeds = [
            (int(row), weight) for track, weight in zip(wish.seeds, wish.weights, strict=True) for row in rows([track])
        ]
        queued = [row for uri in request.queued if (row := self._catalogue.row(uri)) is not None]
        unknown = [row for uri in request.unknown if (row := self._catalogue.row(uri)) is not None]
        behind = self._catalogue.row(request.behind)
        last = playing if behind is None else behind
        heard, never = rows(wish.heard), np.array([*queued, *unknown, *rows(wish.not_this)], dtype=np.int64)
        found = choose(
            among.pool,
            Context([row for row, _ in seeds], [weight for _, weight in seeds], rows(wish.away).tolist(), last),
            # What is queued counts once, so that it does not make the windows shorter.
            Past(
                np.append(heard[~np.isin(heard, queued)], queued).astype(np.int64),
                rows([*wish.skipped, *wish.not_this]),
                never,
                np.array([playing], dtype=np.int64),
            ),
            windows=self._preferences.windows,
            taste=self._preferences.taste,
            generator=self._generator,
            count=_CANDIDATES,
        )
        # Of a track before that was not analysed there is nothing to tell.
        candidates = (self._candidate(choice, behind, request) for choice in found)
        return [candidate for candidate in candidates if candidate is not None]

    def _candidate(self, choice: Choice, behind: int | None, request: Request) -> Candidate | None:
        among = self._catalogue.among
        uri = self._catalogue.uri(choice.row, scheme_of(request.playing))
        if among is None or uri is None or not _is_there(among, choice.row):
            return None
        why, library = explain(among, choice, behind), among.library
        return Candidate(
            uri,
            library.files[choice.row],
            library.name(choice.row),
            why.in_words(),
            why.as_json(),
            request.behind,
            why.without_predecessor().in_words(),
        )


def _is_there(among: Candidates, row: int) -> bool:
    return os.path.isfile(among.library.files[row])  # noqa: PTH113 - paths are bytes
