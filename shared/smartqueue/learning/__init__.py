"""Learning a metric from triplets; the one package that imports scikit-learn and metric_learn."""

from smartqueue.learning.choice import Candidate, Learned, learn

__all__ = ["Candidate", "Learned", "learn"]
