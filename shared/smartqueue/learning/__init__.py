"""Learning a metric from triplets; the one package that imports scikit-learn and metric_learn."""

from smartqueue.learning.choice import OWN, Candidate, Learned, learn
from smartqueue.learning.crossvalidation import ENOUGH

__all__ = ["ENOUGH", "OWN", "Candidate", "Learned", "learn"]
