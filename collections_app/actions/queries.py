"""Questions of the to-do list."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from collections_app.actions.forms import WorklistFilters
from collections_app.actions.models import AMOUNT_IN_ORDER, DUE_OR_NEVER, Action, ActionLine, ActionQuerySet
from collections_app.actions.urgency import MOST_URGENT, most_urgent, ranked
from collections_app.scenarios.models import Step
from crm.accounts.calendars import Days
from crm.accounts.models import User
from crm.core.keyset import Sort, Start
from crm.customers.models import PlainText
from crm.customers.reach import Reach, reach_of

SORTS = {
    "customer": "customer_plain",
    "amount": "amount_in_order",
    "age": "due_or_never",
}
# What a row of the list is drawn from: a page has hundreds of objects, and half of their columns are never looked at.
SHOWN = (
    "entity_id", "currency", "kind", "state", "channel", "formal_notice", "amount", "oldest_due_on", "opened_on",
    "occasion_on", "reasons", "customer__external_id", "customer__name", "customer__city", "owner__username",
    "owner__first_name", "owner__last_name", "template__name", "mode", "step_code", "snoozed_until",
)  # fmt: skip
COMPUTED = {
    "customer_plain": PlainText("customer__name"),
    "amount_in_order": AMOUNT_IN_ORDER,
    "due_or_never": DUE_OR_NEVER,
}


def worklist(user: User) -> ActionQuerySet:
    """Every open action on the customers `user` may see."""
    return within(reach_of(user))


def within(reach: Reach) -> ActionQuerySet:
    """Every open action within reach."""
    return Action.objects.open().filter(reach.of("customer__"))


def sort_of(name: str) -> Sort:
    """The order called `name` in the address, most urgent first when the name is unknown.

    The age grows as the due date falls: "-age" (latest first) is the earliest due date first.
    """
    descending, bare = name.startswith("-"), name.lstrip("-")
    if name == "rank":
        return replace(MOST_URGENT, descending=False)
    if bare not in SORTS:
        return MOST_URGENT
    descending = not descending if bare == "age" else descending
    return Sort(SORTS[bare], descending, along=True)


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
    filters: WorklistFilters, many: bool, actions: ActionQuerySet, sort: Sort, count: int, start: Start = ()
) -> ActionQuerySet:
    """The first `count` of `actions` with their rows: their keys are found first, the rest is joined to those alone.

    `many` says that the filters leave too many to be read and sorted; where they leave few, the longer way through
    what they leave out would cost more.
    """
    entity, *others = _entities(filters) or (0, 0)
    if sort.field == "customer_plain" and entity and not others:
        # Said of the customer too, the index of names by entity gives the order.
        actions = actions.filter(customer__entity=entity)
    keys: Any = actions.order_by(*sort.ordering).values("pk")[:count]
    if many and sort == MOST_URGENT and entity and not others:
        keys = _most_urgent(filters, actions, entity, count, start)
    rows = with_row(Action.objects.filter(pk__in=keys), filters.days, sort).only(*SHOWN)
    return rows.order_by(*sort.ordering)[:count]


def none(actions: QuerySet[Action], sort: Sort, count: int, start: Start = ()) -> QuerySet[Action]:
    """No row, without asking: the counters have told that there is none."""
    return actions.none()


def _most_urgent(filters: WorklistFilters, actions: ActionQuerySet, entity: int, count: int, start: Start) -> list[int]:
    due = filters.due_within(filters.days.of(entity))
    ceiling = Decimal(start[0]) if start else None
    return most_urgent(
        actions, entity=entity, days=filters.days, count=count, ceiling=ceiling, due=due,
        scheduled=filters.value("state") == "scheduled",
    )  # fmt: skip


def _entities(filters: WorklistFilters) -> tuple[int, ...]:
    chosen = filters.value("entity")
    return (int(chosen),) if chosen else reach_of(filters.user).within


def of_colleagues(actions: Iterable[int], user: User) -> ActionQuerySet:
    """The open actions among these keys that `user` may see: what a verb is allowed to touch."""
    return worklist(user).filter(pk__in=actions)
