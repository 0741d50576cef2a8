"""What the page Learned shows and takes: triplets, metrics, and the two plots."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from smartqueue.database import Database, MetricError
from smartqueue.features import FEATURES
from smartqueue.listening import SOURCES
from smartqueue.metric import Metric
from smartqueue.overview import genre_distances, history
from smartqueue.requirements import missing_for_learning
from smartqueue.stories import stories, verdict, weighs
from smartqueue.web.handler import Handler, RefusedError

# How many triplets one answer holds at most.
_MOST = 200
# How many of the features that became heavier, and lighter, are named.
_NAMED = 5
_FEATURES = {feature.name: feature for feature in FEATURES}


class Triplets(Handler):
    """Some triplets, newest first, each with its story."""

    async def get(self) -> None:
        """?source=, any number of them; ?forgotten=1 for the forgotten; ?before=ID and ?count= for what follows."""
        profile = self.profile
        before, count = (self.get_query_argument(name, None) for name in ("before", "count"))
        last = None if before is None else self.number(before)
        wanted = 50 if count is None else self.number(count)
        sources = self.get_query_arguments("source") or SOURCES
        forgotten = self.get_query_argument("forgotten", "0") == "1"
        if wanted > _MOST:
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"{_MOST} at a time, no more")
        if not set(sources) <= set(SOURCES):
            raise RefusedError(HTTPStatus.BAD_REQUEST, f"a source is one of {', '.join(SOURCES)}")

        def question(database: Database) -> dict[str, Any]:
            if last is not None and not database.triplets.is_of(profile, last):
                raise RefusedError(HTTPStatus.NOT_FOUND, "the list has changed meanwhile: load the page again")
            # One more than wanted tells whether there are more.
            found = database.triplets.latest(profile, sources, forgotten=forgotten, before=last, count=wanted + 1)
            told = [
                {
                    "id": story.triplet.id,
                    "source": story.triplet.source,
                    "created": story.triplet.created,
                    "story": story.words,
                    "tracks": {
                        role: {"id": getattr(story.triplet, role), "name": name} for role, name in story.names.items()
                    },
                }
                for story in stories(database, found[:wanted])
            ]
            return {"triplets": told, "more": len(found) > wanted, "counts": database.triplets.counts(profile)}

        self.answer(await self.site.store.ask(question))


class Forget(Handler):
    """Lets a triplet count no more."""

    forgotten = True

    async def post(self) -> None:
        """{id}; what is so already stays so."""
        profile, number = self.profile, self.number(self.body().get("id"))

        def change(database: Database) -> dict[str, int]:
            if not database.triplets.is_of(profile, number):
                raise RefusedError(HTTPStatus.NOT_FOUND, "that is not there any more: load the page again")
            if self.forgotten:
                database.triplets.forget([number])
            else:
                database.triplets.remember([number])
            return database.triplets.counts(profile)

        counts = await self.site.store.ask(change)
        self.answer({"id": number, "forgotten": self.forgotten, "counts": counts})


class Remember(Forget):
    """Lets a forgotten triplet count again."""

    forgotten = False


class Metrics(Handler):
    """The metric in use, what counts in it, and all that were learned, newest first."""

    async def get(self) -> None:
        """Nothing to choose."""
        profile = self.profile

        def question(database: Database) -> dict[str, Any]:
            found = database.metrics.history(profile)
            extractor = database.vectors.extractor
            learned, pin = database.metrics.in_use(profile), database.metrics.pinned(profile)
            return {
                "in_use": learned.metric.id if learned else None,
                "chosen": pin is not None and not pin.lapsed,
                "verdict": verdict(
                    found,
                    extractor,
                    pin,
                    has_lesson=database.metrics.has_lesson(profile),
                    is_suspended=database.metrics.is_suspended(profile),
                    any_three=database.triplets.of_any_three(profile),
                ),
                "missing": missing_for_learning() if self.site.learns else "",
                "new": database.metrics.unlearned(profile),
                "metrics": [
                    {
                        "id": kept.id,
                        "learner": kept.learner,
                        "triplets": kept.triplets,
                        "accuracy": kept.accuracy,
                        "plain_accuracy": kept.plain_accuracy,
                        "uncertainty": kept.uncertainty,
                        "judged_by": kept.judged_by,
                        "created": kept.created,
                        "usable": kept.extractor == extractor,
                    }
                    for kept in reversed(found)
                ],
                **_weights(learned.metric if learned else None),
            }

        self.answer(await self.site.store.ask(question))


def _weights(metric: Metric | None) -> dict[str, Any]:
    """What counts more and less, beside 1 in the plain metric; nothing for vectors of another version."""
    if metric is None or not set(metric.features) <= _FEATURES.keys():
        return {"groups": [], "heavier": [], "lighter": []}
    groups = metric.group_weights([_FEATURES[name].group for name in metric.features])
    features = [
        {"name": name, "group": _FEATURES[name].group, "is": _FEATURES[name].description, "weight": weight}
        for name, weight in metric.feature_weights().items()
    ]
    return {
        "groups": [
            {"name": group, "weight": weight, "words": weighs(group, weight)} for group, weight in groups.items()
        ],
        "heavier": features[:_NAMED],
        "lighter": features[::-1][:_NAMED],
    }


class UseMetric(Handler):
    """Puts a metric in use that stays in use, or leaves that to learning."""

    async def post(self) -> None:
        """{id}, null for the plain one, "auto" for what learning finds best."""
        profile, body = self.profile, self.body()
        if "id" not in body:
            raise RefusedError(HTTPStatus.BAD_REQUEST, 'which metric? Give its id, null for plain, or "auto"')
        chosen = body["id"]
        if chosen == "auto":
            await self.site.store.ask(lambda database: database.metrics.unpin(profile))
            self.answer({"id": chosen})
            return
        number = None if chosen is None else self.number(chosen)
        try:
            await self.site.store.ask(lambda database: database.metrics.pin(profile, number))
        except MetricError as error:
            raise RefusedError(HTTPStatus.CONFLICT, str(error)) from error
        self.answer({"id": number})


class Genres(Handler):
    """How far tracks are apart inside and between genres."""

    async def get(self) -> None:
        """Nothing to choose."""
        profile = self.profile

        def question(database: Database) -> dict[str, Any]:
            among = self.site.store.read(database, profile)
            found = genre_distances(among.pool.near, among.library.genres)
            return {
                "genres": [
                    {"name": name, "tracks": tracks}
                    for name, tracks in zip(found.names, found.tracks.tolist(), strict=True)
                ],
                "distances": found.means.round(3).tolist(),
            }

        self.answer(await self.site.store.ask(question))


class History(Handler):
    """What was said over time, and how well each lesson did."""

    async def get(self) -> None:
        """Nothing to choose."""
        profile = self.profile
        found = await self.site.store.ask(
            lambda database: history(database.triplets.of_profile(profile), database.metrics.history(profile))
        )
        self.answer(
            {
                "days": [day.isoformat() for day in found.days],
                "said": {source: counts.tolist() for source, counts in found.said.items()},
                "lessons": [
                    {"created": created, "accuracy": accuracy, "plain_accuracy": plain}
                    for created, accuracy, plain in zip(
                        found.learned.tolist(),
                        found.accuracies.tolist(),
                        found.plain_accuracies.tolist(),
                        strict=True,
                    )
                ],
            }
        )
