"""The model catalogue: local and remote providers behind one contract. Knows no database."""

from taskyard.models.catalogue import Catalogue, ListedModel, catalogue
from taskyard.models.contract import Availability, Context, Model, Order, Outcome

__all__ = ["Availability", "Catalogue", "Context", "ListedModel", "Model", "Order", "Outcome", "catalogue"]
