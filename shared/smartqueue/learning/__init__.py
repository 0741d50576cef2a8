"""Learning a metric from triplets; the one package that imports scikit-learn and metric_learn."""

from smartqueue.learning.choice import OWN, Candidate, Learned, learn

__all__ = ["OWN", "Candidate", "Learned", "learn"]
