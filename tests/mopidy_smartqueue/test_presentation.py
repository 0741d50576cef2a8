"""What the pages are told of the tracks that come."""

from __future__ import annotations

import pytest

from mopidy_smartqueue.presentation import reason
from mopidy_smartqueue.requests import Candidate

pytestmark = pytest.mark.mopidy

CONTEXT = {"name": "Weir", "tempo": [99, 102], "key": ["D minor", "G minor"], "leaps": {"tempo": 0.04}}
CANDIDATE = Candidate(
    "local:track:b", b"/b", "B", "like Weir, 99 → 102 bpm", CONTEXT, follows="local:track:a", why_elsewhere="like Weir"
)


def test_behind_the_track_that_it_was_chosen_to_follow_the_reason_tells_how_it_follows() -> None:
    assert reason(CANDIDATE, "local:track:a") == ("like Weir, 99 → 102 bpm", CONTEXT)


@pytest.mark.parametrize("before", ["local:track:c", None])
def test_behind_any_other_the_reason_tells_of_no_predecessor(before: str | None) -> None:
    assert reason(CANDIDATE, before) == ("like Weir", {"name": "Weir"})
