"""Our learners are scikit-learn estimators in metric-learn's conventions."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score

from smartqueue.learning.comparison import BlissMetric, SparseCompositionalMetric
from smartqueue.learning.estimators import MatrixMetric, TripletMetric, WeightedMetric
from smartqueue.learning.likelihood import odd_one_out, squared_distances
from tests.smartqueue.simulated_listeners import listener

LEARNERS = [
    TripletMetric(),
    WeightedMetric(),
    MatrixMetric(),
    MatrixMetric(rank=None),
    SparseCompositionalMetric(iterations=500),
    BlissMetric(),
]
OF = listener("group", 60)


@pytest.fixture(params=LEARNERS, ids=str)
def learner(request: pytest.FixtureRequest) -> TripletMetric:
    fresh: TripletMetric = clone(request.param).set_params(preprocessor=OF.vectors)
    return fresh


def test_a_learner_before_fit_says_so(learner: TripletMetric) -> None:
    with pytest.raises(NotFittedError):
        learner.get_mahalanobis_matrix()


def test_fit_gives_components_of_the_matrix(learner: TripletMetric) -> None:
    assert learner.fit(OF.triplets) is learner
    matrix = learner.get_mahalanobis_matrix()
    np.testing.assert_allclose(matrix, learner.components_.T @ learner.components_)
    assert np.trace(matrix) == pytest.approx(12)
    assert learner.n_features_in_ == 12


def test_distances_are_those_of_the_matrix(learner: TripletMetric) -> None:
    learner.fit(OF.triplets)
    apart = OF.vectors[3] - OF.vectors[5]
    expected = np.sqrt(apart @ learner.get_mahalanobis_matrix() @ apart)
    assert learner.pair_distance([[3, 5]])[0] == pytest.approx(expected)


def test_points_and_track_numbers_teach_the_same(learner: TripletMetric) -> None:
    by_number = learner.fit(OF.triplets).get_mahalanobis_matrix()
    by_point = clone(learner).set_params(preprocessor=None).fit(OF.vectors[OF.triplets])
    np.testing.assert_allclose(by_point.get_mahalanobis_matrix(), by_number)


def test_a_learner_survives_cloning_and_pickling(learner: TripletMetric) -> None:
    assert clone(learner).get_params().keys() == learner.get_params().keys()
    learner.fit(OF.triplets)
    again = pickle.loads(pickle.dumps(learner))  # noqa: S301 - our own bytes
    np.testing.assert_array_equal(again.components_, learner.components_)


def test_a_fit_leaves_its_input_and_settings_alone(learner: TripletMetric) -> None:
    triplets, before = OF.triplets.copy(), str(learner.get_params())
    learner.fit(triplets)
    np.testing.assert_array_equal(triplets, OF.triplets)
    assert str(learner.get_params()) == before


def test_a_second_fit_forgets_the_first(learner: TripletMetric) -> None:
    first = learner.fit(OF.triplets).components_
    learner.fit(OF.triplets[:, [0, 2, 1]])
    np.testing.assert_allclose(learner.fit(OF.triplets).components_, first)


def test_cross_validation_scores_odd_ones_out(learner: TripletMetric) -> None:
    scores = cross_val_score(learner, OF.triplets, groups=np.arange(60) // 2, cv=GroupKFold(3))
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_grid_search_chooses_among_spreads() -> None:
    of = listener("group", 150)
    search = GridSearchCV(
        WeightedMetric(groups=of.groups, preprocessor=of.vectors), {"spreads": [[(0.0, 0.0)], [(2.0, 0.0)]]}, cv=3
    )
    search.fit(of.triplets, sample_weight=np.ones(150))
    assert search.best_params_ == {"spreads": [(2.0, 0.0)]}


def test_averaging_believes_the_spread_that_explains_the_answers() -> None:
    group = WeightedMetric(groups=OF.groups, preprocessor=OF.vectors).fit(OF.triplets)
    plain = WeightedMetric(groups=OF.groups, preprocessor=OF.vectors).fit(listener("plain", 60).triplets)
    assert group.settings()["plain"] < 0.1
    assert plain.settings()["plain"] > 0.5


def test_weights_are_heavy_where_the_listener_hears() -> None:
    weights = np.diag(
        WeightedMetric(groups=OF.groups, preprocessor=OF.vectors).fit(OF.triplets).get_mahalanobis_matrix()
    )
    assert weights[OF.groups == 0].min() > weights[OF.groups != 0].max()


def test_without_spread_the_metric_stays_plain() -> None:
    learner = WeightedMetric(spreads=[(0.0, 0.0)], groups=OF.groups, preprocessor=OF.vectors).fit(OF.triplets)
    np.testing.assert_allclose(learner.get_mahalanobis_matrix(), np.eye(12))


def test_a_heavier_answer_counts_like_several() -> None:
    twice = WeightedMetric(preprocessor=OF.vectors).fit(np.repeat(OF.triplets, 2, axis=0))
    heavier = WeightedMetric(preprocessor=OF.vectors).fit(OF.triplets, sample_weight=np.full(60, 2.0))
    np.testing.assert_allclose(heavier.components_, twice.components_, atol=0.02)


def test_a_tie_is_shared_out() -> None:
    of_three = TripletMetric(preprocessor=np.eye(3)).fit([[0, 1, 2]])
    assert of_three.score([[0, 1, 2]]) == pytest.approx(1 / 3)


def test_answers_that_the_plain_metric_explains_badly_are_learned_from() -> None:
    of = listener("group", 600, wrong=0.0)
    answers, others = np.split(of.vectors[of.triplets], [400])
    surprising = odd_one_out(squared_distances(np.eye(12), answers)) == 0
    assert WeightedMetric(groups=of.groups).fit(answers[surprising][:60]).score(others) > 0.9
