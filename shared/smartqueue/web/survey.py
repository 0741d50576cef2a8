"""What the survey's page shows and takes: a question, its answer, and how far it has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from smartqueue.candidates import Candidates
from smartqueue.database import Database, Description
from smartqueue.foresight import EACH, Watch
from smartqueue.playable import is_playable
from smartqueue.questionnaire import NothingToAskError, Questionnaire, today
from smartqueue.survey import RANDOM_EVERY
from smartqueue.web.handler import Handler, RefusedError
from smartqueue.web.site import Site


class Survey:
    """The survey of a site, which its handlers share."""

    def __init__(self, site: Site) -> None:
        self._store = site.store
        self._questions = Questionnaire(is_playable)
        self._watch = Watch(site.store.library, site.store.music_directory)

    async def question(self, profile: str) -> dict[str, Any]:
        """The question that waits for a listener's answer, and how far it has come, as JSON."""
        return await self._asked(profile, lambda *_: {})

    async def answer(self, profile: str, tracks: list[int], odd: int | None) -> dict[str, Any]:
        """Keeps an answer; the next question, and whether the answer was new. Refuses tracks that are not there."""

        def keep(database: Database, among: Candidates) -> dict[str, Any]:
            if not set(tracks) <= set(among.library.ids.tolist()):
                raise RefusedError(HTTPStatus.NOT_FOUND, "one of the tracks is not in the library any more")
            return {"new": self._questions.answer(database, tracks, odd, profile)}

        return await self._asked(profile, keep)

    async def undo(self, profile: str) -> dict[str, Any]:
        """Takes the latest answer back; its question again, and whether there was an answer."""
        return await self._asked(profile, lambda database, _: {"undone": self._questions.undo(database, profile)})

    async def progress(self, profile: str) -> dict[str, Any]:
        """How far a listener has come, as JSON."""
        counts = await self._store.ask(lambda database: _counts(database, profile))
        return self._told(profile, counts)

    async def _asked(self, profile: str, first: Callable[[Database, Candidates], dict[str, Any]]) -> dict[str, Any]:
        """What `first` does and finds, and after that the question."""

        def work(database: Database) -> tuple[dict[str, Any], dict[str, int]]:
            among = self._store.read(database, profile)
            found = first(database, among)
            try:
                tracks = self._questions.question(database, among, profile)
            except NothingToAskError as nothing:
                found |= {"question": None, "words": str(nothing)}
            else:
                found |= {"question": [_card(track) for track in tracks]}
            return found, _counts(database, profile)

        found, counts = await self._store.ask(work)
        return {**found, "progress": self._told(profile, counts)}

    def _told(self, profile: str, counts: dict[str, int]) -> dict[str, Any]:
        self._watch.look(profile, counts["all"] - counts["undecided"])
        return {
            **counts,
            "each": EACH,
            "random_every": RANDOM_EVERY,
            "foresight": [asdict(one) for one in self._watch.of(profile)],
            "more_soon": self._watch.is_at_work,
        }


def _counts(database: Database, profile: str) -> dict[str, int]:
    questions = database.questions
    return {
        "today": questions.count(profile, today()),
        "all": questions.count(profile),
        "undecided": questions.undecided(profile),
    }


def _card(track: Description) -> dict[str, Any]:
    return {name: getattr(track, name) for name in ("id", "title", "artist", "album", "length")}


class _SurveyHandler(Handler):
    """A handler of the survey's."""

    def initialize(self, site: Site, survey: Survey) -> None:  # type: ignore[override]  # our own rule gives it
        """As Tornado calls it."""
        super().initialize(site)
        self.survey = survey


class Question(_SurveyHandler):
    """The question that waits for an answer."""

    async def get(self) -> None:
        """Sends three tracks, or why there are none."""
        self.answer(await self.survey.question(self.profile))


class Answer(_SurveyHandler):
    """Which one is the odd one out."""

    async def post(self) -> None:
        """{tracks: [ID, ID, ID], odd: ID or null for "can't tell"}; sends the next question."""
        body = self.body()
        tracks, odd = body.get("tracks"), body.get("odd", 0)
        if not isinstance(tracks, list) or len(tracks) != 3:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "a question is of three tracks")
        three = [self.number(track) for track in tracks]
        chosen = None if odd is None else self.number(odd)
        if len(set(three)) < 3:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "a question is of three different tracks")
        if chosen is not None and chosen not in three:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the odd one out is one of the three")
        self.answer(await self.survey.answer(self.profile, three, chosen))


class Undo(_SurveyHandler):
    """The latest answer, taken back."""

    async def post(self) -> None:
        """Sends its question again."""
        self.body()
        self.answer(await self.survey.undo(self.profile))


class Progress(_SurveyHandler):
    """How far the listener has come."""

    async def get(self) -> None:
        """Sends counts, and how well answers are foreseen."""
        self.answer(await self.survey.progress(self.profile))


def rules(site: Site) -> list[tuple[str, type, dict[str, Any]]]:
    """What answers which path."""
    shared = {"site": site, "survey": Survey(site)}
    return [
        (r"/api/question", Question, shared),
        (r"/api/answer", Answer, shared),
        (r"/api/undo", Undo, shared),
        (r"/api/progress", Progress, shared),
    ]
