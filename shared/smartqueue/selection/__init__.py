"""What plays next: the tracks that go with what was heard, by rules that relax before they leave nothing."""

from smartqueue.selection.choice import Choice, Context, Taste, choose
from smartqueue.selection.neighbourhood import Neighbourhood, neighbourhood
from smartqueue.selection.pool import Pool
from smartqueue.selection.tiers import Past, Windows

__all__ = ["Choice", "Context", "Neighbourhood", "Past", "Pool", "Taste", "Windows", "choose", "neighbourhood"]
