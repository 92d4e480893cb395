"""Questions of the to-do list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from collections_app.actions.forms import WorklistFilters
from collections_app.actions.models import Action, ActionLine, ActionQuerySet
from collections_app.actions.urgency import MOST_URGENT, most_urgent, ranked
from collections_app.scenarios.models import Step
from crm.accounts.calendars import Days
from crm.accounts.models import User
from crm.core.keyset import Sort, Start
from crm.customers.models import PlainText
from crm.customers.reach import reach_of

NEVER = date(9999, 12, 31)

SORTS = {
    "customer": "customer_plain",
    "amount": "amount",
    "age": "due_or_never",
    "action": "channel",
}
COMPUTED = {
    "customer_plain": PlainText("customer__name"),
    "due_or_never": Coalesce("oldest_due_on", Value(NEVER), output_field=DateField()),
}


def worklist(user: User) -> ActionQuerySet:
    """Every open action on the customers `user` may see."""
    return Action.objects.open().filter(reach_of(user).of("customer__"))


def sort_of(name: str) -> Sort:
    """The order called `name` in the address, most urgent first when the name is unknown.

    The age grows as the due date falls: "-age" (latest first) is the earliest due date first.
    """
    descending, bare = name.startswith("-"), name.lstrip("-")
    if name == "rank":
        return replace(MOST_URGENT, descending=False)
    if bare not in SORTS:
        return MOST_URGENT
    return Sort(SORTS[bare], descending=not descending if bare == "age" else descending)


def sortable(actions: ActionQuerySet, days: Days, sort: Sort = MOST_URGENT) -> ActionQuerySet:
    """With the column `sort` speaks of; no other, which would cost a join or a computation for every row."""
    if sort.field == MOST_URGENT.field:
        return ranked(actions, days)
    return actions.annotate(**{name: column for name, column in COMPUTED.items() if name == sort.field})


def with_row(actions: ActionQuerySet, days: Days, sort: Sort = MOST_URGENT) -> ActionQuerySet:
    """With all that a row of the list shows."""
    named = Step.objects.filter(version=OuterRef("scenario_version"), code=OuterRef("step_code"))
    lines = ActionLine.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return sortable(actions.select_related("customer", "owner", "template"), days, sort).annotate(
        step_name=Subquery(named.values("name")[:1]),
        line_count=Coalesce(Subquery(lines.annotate(count=Count("pk")).values("count")), 0),
    )


def first_rows(
    filters: WorklistFilters, actions: ActionQuerySet, sort: Sort, count: int, start: Start = ()
) -> ActionQuerySet:
    """The first `count` of `actions` with their rows: their keys are found first, the rest is joined to those alone."""
    entity, *others = _entities(filters) or (0, 0)
    if sort.field == "customer_plain" and entity and not others:
        # Said of the customer too, the index of names by entity gives the order.
        actions = actions.filter(customer__entity=entity)
    keys: Any = actions.order_by(*sort.ordering).values("pk")[:count]
    if sort == MOST_URGENT and entity and not others and _may_be_many(filters):
        ceiling = Decimal(start[0]) if start else None
        keys = most_urgent(actions, entity=entity, days=filters.days, count=count, ceiling=ceiling)
    return with_row(Action.objects.filter(pk__in=keys), filters.days, sort).order_by(*sort.ordering)[:count]


def _may_be_many(filters: WorklistFilters) -> bool:
    chosen = filters.value
    return chosen("portfolio") != "mine" and chosen("state") != "scheduled" and not chosen("q")


def _entities(filters: WorklistFilters) -> tuple[int, ...]:
    chosen = filters.value("entity")
    return (int(chosen),) if chosen else reach_of(filters.user).within


def of_colleagues(actions: Iterable[int], user: User) -> ActionQuerySet:
    """The open actions among these keys that `user` may see: what a verb is allowed to touch."""
    return worklist(user).filter(pk__in=actions)
