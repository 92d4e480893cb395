"""Questions of the to-do list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from collections_app.actions.forms import AGES, PORTFOLIOS, STATES, WorklistFilters, days_late, in_portfolio, in_state
from collections_app.actions.models import Action, ActionLine, ActionQuerySet
from collections_app.scenarios.models import Step
from crm.accounts.calendars import Days, days_at
from crm.accounts.models import User
from crm.core.keyset import Sort
from crm.customers.models import Channel, PlainText
from crm.customers.reach import reach_of

# Beyond it a counter says "> 10 000": exact figures of larger sets are the dashboards' business.
COUNTED = 10_000
NEVER = date(9999, 12, 31)

SORTS = {
    "rank": "rank",
    "customer": "customer_plain",
    "amount": "amount",
    "age": "due_or_never",
    "action": "channel",
}


def worklist(user: User) -> ActionQuerySet:
    """Every open action on the customers `user` may see."""
    return Action.objects.open().filter(reach_of(user).of("customer__"))


def sort_of(name: str) -> Sort:
    """The order called `name` in the address, most urgent first when the name is unknown.

    The age grows as the due date falls: "-age" (latest first) is the earliest due date first.
    """
    descending, bare = name.startswith("-"), name.lstrip("-")
    if bare not in SORTS:
        return Sort("rank", descending=True)
    return Sort(SORTS[bare], descending=not descending if bare == "age" else descending)


def with_row(actions: ActionQuerySet) -> ActionQuerySet:
    """With all that a row of the list shows."""
    named = Step.objects.filter(version=OuterRef("scenario_version"), code=OuterRef("step_code"))
    lines = ActionLine.objects.filter(action=OuterRef("pk")).order_by().values("action")
    return actions.select_related("customer", "owner", "template").annotate(
        customer_plain=PlainText("customer__name"),
        due_or_never=Coalesce("oldest_due_on", Value(NEVER), output_field=DateField()),
        step_name=Subquery(named.values("name")[:1]),
        line_count=Coalesce(Subquery(lines.annotate(count=Count("pk")).values("count")), 0),
    )


@dataclass(frozen=True)
class Money:
    """A sum in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Counters:
    """Numbers beside the filters, by choice; `capped` when the set is larger than we count."""

    numbers: dict[str, int]
    sums: list[Money]
    capped: bool


def counters(filters: WorklistFilters) -> Counters:
    """Two queries, whatever the number of choices: all numbers of the chosen portfolio, and its sums by currency."""
    capped = filters.scope(worklist(filters.user)).order_by()[: COUNTED + 1]
    numbers = Action.objects.filter(pk__in=capped.values("pk")).aggregate(**_choices(filters.days))
    waiting = Action.objects.filter(pk__in=capped.values("pk")).filter(in_state("waiting", filters.days))
    sums = waiting.values_list("currency").annotate(total=Sum("amount")).order_by("-total")
    return Counters(numbers, [Money(total, currency) for currency, total in sums], numbers["everything"] > COUNTED)


def _choices(days: Days) -> dict[str, Any]:
    waiting = in_state("waiting", days)
    found: dict[str, Q] = {f"state_{name}": in_state(name, days) for name, _label in STATES}
    found |= {f"channel_{channel}": waiting & Q(channel=channel) for channel in Channel.values}
    found |= {f"age_{bucket}": waiting & days_late(bucket, days) for bucket, _label in AGES}
    return {"everything": Count("pk"), **{name: Count("pk", filter=condition) for name, condition in found.items()}}


def portfolio_counters(user: User, days: Days) -> dict[str, int]:
    """What waits in each portfolio, one query each; a number stops at COUNTED."""
    waiting = worklist(user).filter(in_state("waiting", days)).order_by()
    counted = [name for name, _label in PORTFOLIOS if name != "all"]
    return {name: waiting.filter(in_portfolio(name, user))[:COUNTED].count() for name in counted}


def total(filters: WorklistFilters) -> int:
    """How many rows the filters leave; stops at COUNTED + 1."""
    return filters.narrow(worklist(filters.user)).order_by()[: COUNTED + 1].count()


def waiting_for(user: User) -> int:
    """The number in the menu: what waits for this person today, at most 1000."""
    mine = Action.objects.open().filter(in_state("waiting", days_at(timezone.now())), owner=user)
    return mine[:1000].count()


def of_colleagues(actions: Iterable[int], user: User) -> ActionQuerySet:
    """The open actions among these keys that `user` may see: what a verb is allowed to touch."""
    return worklist(user).filter(pk__in=actions)
