"""What `learn` promises: better than the plain metric, or the plain metric."""

import numpy as np
import pytest
from numpy.typing import NDArray

from smartqueue.learning import Learned, learn
from tests.smartqueue.simulated_listeners import Listener, listener


def learned(of: Listener) -> Learned:
    return learn(of.vectors, of.triplets, groups=of.groups)


def held_out_accuracy(matrix: NDArray[np.float64], kind: str, seed: int) -> float:
    other = listener(kind, 2000, wrong=0.0, seed=seed)
    points = other.vectors[other.triplets]
    pairs = points[:, [0, 0, 1]] - points[:, [1, 2, 2]]
    return float((np.einsum("nif,fg,nig->ni", pairs, matrix, pairs).argmin(axis=1) == 0).mean())


def test_a_listener_who_hears_one_group_gets_a_better_metric() -> None:
    result = learned(listener("group", 100))
    assert result.better
    assert result.learner == "weights"
    assert held_out_accuracy(result.matrix, "group", seed=1) > held_out_accuracy(np.eye(12), "group", seed=1) + 0.1


def test_a_listener_who_hears_some_features_gets_a_better_metric() -> None:
    result = learned(listener("features", 200))
    assert result.better
    assert held_out_accuracy(result.matrix, "features", seed=1) > held_out_accuracy(np.eye(12), "features", seed=1)


def test_a_mixture_of_few_directions_is_learned_from_many_answers() -> None:
    result = learned(listener("low-rank", 600))
    assert result.better
    assert result.learner in {"low-rank", "full"}


def test_a_listener_who_hears_plainly_keeps_the_plain_metric() -> None:
    assert not learned(listener("plain", 100)).better


@pytest.mark.parametrize("runs", [40, pytest.param(200, marks=pytest.mark.long)])
def test_answers_at_random_are_called_better_at_most_once_in_ten(runs: int) -> None:
    better = [learned(listener("permuted", 25, features=4, seed=seed)).better for seed in range(runs)]
    assert sum(better) <= runs / 10


def test_the_shown_accuracy_is_that_of_answers_unseen() -> None:
    result = learned(listener("permuted", 100))
    assert {candidate.name for candidate in result.candidates} == {"plain", "weights", "low-rank", "full"}
    assert all(abs(candidate.accuracy - 1 / 3) < 0.15 for candidate in result.candidates)


def test_repeated_answers_to_one_question_are_held_out_together() -> None:
    of = listener("permuted", 25)
    repeated = Listener(of.vectors, of.groups, of.truth, np.repeat(of.triplets, 8, axis=0))
    assert not learned(repeated).better


def test_several_triplets_of_a_skip_tell_more_than_one_of_them() -> None:
    of = listener("group", 160)
    skips = np.repeat(np.arange(40), 4)
    several = learn(of.vectors, of.triplets, groups=of.groups, questions=skips, weights=np.full(160, 0.5))
    one = learn(of.vectors, of.triplets[::4], groups=of.groups)
    assert np.log(several.odds) > 1.4 * np.log(one.odds) > 0


def test_the_same_seed_gives_the_same_metric() -> None:
    of = listener("group", 40)
    np.testing.assert_array_equal(learned(of).matrix, learned(of).matrix)


def test_the_matrix_has_as_much_trace_as_features_and_no_negative_direction() -> None:
    for kind in ("group", "low-rank"):
        matrix = learned(listener(kind, 40)).matrix
        assert np.trace(matrix) == pytest.approx(12)
        np.testing.assert_allclose(matrix, matrix.T)
        assert np.linalg.eigvalsh(matrix).min() > -1e-9


def test_wrong_answers_that_weigh_nothing_change_nothing() -> None:
    of, noise = listener("group", 40), listener("permuted", 40, seed=9)
    both = Listener(of.vectors, of.groups, of.truth, np.concatenate([of.triplets, noise.triplets]))
    result = learn(both.vectors, both.triplets, groups=both.groups, weights=np.repeat([1.0, 0.0], 40))
    np.testing.assert_allclose(result.matrix, learned(of).matrix)


def albums(of: Listener, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Library triplets, artists of four tracks each, and tracks that are alike in group 0 within an artist."""
    artists = np.arange(200) // 4
    rng = np.random.default_rng(3)
    vectors = of.vectors.copy()
    vectors[:, of.groups == 0] = 0.4 * vectors[:, of.groups == 0] + vectors[artists * 4][:, of.groups == 0]
    near = 4 * rng.integers(0, 50, count)
    odd = (near + 4 * rng.integers(1, 50, count)) % 200 + rng.integers(0, 4, count)
    first = rng.integers(0, 4, count)
    second = (first + rng.integers(1, 4, count)) % 4
    return np.column_stack([near + first, near + second, odd]), artists, vectors


def test_without_an_answer_albums_teach_and_unseen_artists_judge_but_nothing_is_put_in_use() -> None:
    of = listener("plain", 0)
    triplets, artists, vectors = albums(of, 600)
    result = learn(vectors, triplets, groups=of.groups, sources=np.full(600, "library"), artists=artists)
    weights = np.diag(result.matrix)
    assert weights[of.groups == 0].mean() > 2 * weights[of.groups != 0].mean()
    assert result.accuracy > result.plain_accuracy + 3 * result.uncertainty
    assert not result.better


@pytest.mark.parametrize(("answers", "better"), [(19, False), (60, True)])
def test_only_the_listeners_own_answers_put_a_metric_in_use(answers: int, better: bool) -> None:
    of = listener("group", answers, wrong=0.0)
    triplets, artists, _ = albums(of, 300)
    sources = np.repeat(["survey", "library"], [answers, 300])
    both = np.concatenate([of.triplets, triplets])
    assert learn(of.vectors, both, groups=of.groups, sources=sources, artists=artists).better == better


def test_artists_are_found_from_the_triplets_where_none_are_named() -> None:
    of = listener("plain", 0)
    triplets, _, vectors = albums(of, 600)
    result = learn(vectors, triplets, groups=of.groups, sources=np.full(600, "library"))
    assert result.accuracy > result.plain_accuracy


def test_tracks_without_an_artists_name_are_not_one_artists() -> None:
    of = listener("plain", 0)
    triplets, _, vectors = albums(of, 600)
    sources = np.full(600, "library")
    named, unnamed = (
        learn(vectors, triplets, groups=of.groups, sources=sources, artists=[name] * 200) for name in ("Can", "")
    )
    assert np.isnan(named.accuracy)
    assert np.isfinite(unnamed.accuracy)


def test_a_library_that_misleads_is_given_no_share() -> None:
    of = listener("group", 100)
    misleading = of.triplets[:, [0, 2, 1]]
    triplets = np.concatenate([of.triplets, misleading])
    sources = np.repeat(["survey", "library"], 100)
    result = learn(of.vectors, triplets, groups=of.groups, sources=sources)
    assert result.better
    assert result.settings["library"] < 1
