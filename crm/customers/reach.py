"""Which rows a person sees, as plain keys: what lists over many customers filter by.

The rule of `CustomerQuerySet.visible_to`, with its sub-queries already answered: a list in the order of an index
then stops after its first page, where a nested query would be answered for every customer first.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from crm.core.sql import rows
from crm.customers.models import let_in


@dataclass(frozen=True)
class Reach:
    """`entities` are seen whole, by right or because no customer there is of another team; in the entities `within`
    lies all that is seen. `own` are the teams the person is a member or the head of."""

    user: int
    everything: bool = False
    entities: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    within: tuple[int, ...] = ()
    own: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every entity in which something is seen is seen whole."""
        return self.everything or set(self.within) == set(self.entities)

    def of(self, customer: str = "") -> Q:
        """The condition on rows with an `entity`; `customer` is the path to the customer: "customer__", or nothing."""
        if self.everything:
            return Q()
        inside = Q(entity=self.within[0]) if len(self.within) == 1 else Q(entity__in=self.within)
        if self.whole:
            return inside
        return inside & let_in(self.user, self.entities, self.teams, customer=customer)


EVERYBODY = Reach(0, everything=True)


def reach_of(user: Any) -> Reach:
    """What the person sees now; asked once per request, as it is kept on the object of the person."""
    kept = getattr(user, "_reach", None)
    if kept is None:
        kept = user._reach = _read(user)
    return kept


def _read(user: Any) -> Reach:
    (found,) = rows("crm.customers", "reach", {"user": user.pk})
    keys = {name: tuple(values) for name, values in found.items()}
    return Reach(user.pk, True, own=keys["own"]) if user.is_superuser else Reach(user.pk, False, **keys)
