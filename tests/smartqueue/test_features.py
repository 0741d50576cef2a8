"""What the feature vector's schema promises."""

from __future__ import annotations

import math

from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, FEATURES, GROUPS, NAMES


def test_names_are_unique_and_in_the_order_of_the_vector() -> None:
    assert tuple(feature.name for feature in FEATURES) == NAMES
    assert len(set(NAMES)) == len(NAMES)


def test_every_feature_has_a_group_and_every_group_a_feature() -> None:
    assert len(FEATURE_GROUPS) == len(FEATURES)
    assert tuple(dict.fromkeys(FEATURE_GROUPS)) == GROUPS


def test_every_feature_says_what_it_is_in_what_unit() -> None:
    assert all(feature.unit and feature.description for feature in FEATURES)


def test_neutral_values_are_finite() -> None:
    assert all(math.isfinite(feature.neutral) for feature in FEATURES)


def test_the_extractor_has_a_version() -> None:
    assert EXTRACTOR
