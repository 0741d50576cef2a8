"""Learning a metric from triplets; the one package that imports scikit-learn and metric_learn."""

from smartqueue.learning.choice import ENOUGH, OWN, Candidate, Learned, Recipe, learn

__all__ = ["ENOUGH", "OWN", "Candidate", "Learned", "Recipe", "learn"]
