"""Which rows a person sees, as plain keys: what lists over many customers filter by.

The rule of `CustomerQuerySet.visible_to`, with its sub-queries already answered: a list in the order of an index
then stops after its first page, where a nested query would be answered for every customer first.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q
from guardian.shortcuts import get_objects_for_user

from crm.accounts.models import Entity, Team
from crm.customers.models import Customer, let_in


@dataclass(frozen=True)
class Reach:
    """`entities` are seen whole; in the entities `within` lies all that is seen."""

    user: int
    everything: bool = False
    entities: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    within: tuple[int, ...] = ()

    def of(self, customer: str = "") -> Q:
        """The condition on rows with an `entity`; `customer` is the path to the customer: "customer__", or nothing."""
        if self.everything:
            return Q()
        inside = Q(entity=self.within[0]) if len(self.within) == 1 else Q(entity__in=self.within)
        if set(self.within) == set(self.entities):
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
    if user.is_superuser:
        return Reach(user.pk, everything=True)
    entities = set(get_objects_for_user(user, "accounts.see_entity", Entity).values_list("pk", flat=True))
    teams = dict(get_objects_for_user(user, "accounts.see_team", Team).values_list("pk", "entity"))
    portfolio = Customer.objects.filter(entity=OuterRef("pk"), collector=user.pk)
    followed = Entity.objects.exclude(pk__in=entities | set(teams.values())).filter(Exists(portfolio))
    portfolios = set(followed.values_list("pk", flat=True))
    within = entities | set(teams.values()) | portfolios
    return Reach(user.pk, False, tuple(sorted(entities)), tuple(sorted(teams)), tuple(sorted(within)))
