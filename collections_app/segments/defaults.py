"""The groups every entity receives once, free to keep, change or delete, in the order they are tried."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AMOUNTS = ("open", "overdue")


@dataclass(frozen=True)
class Default:
    code: str
    name: Promise | str
    scenario: str
    criteria: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_default(self) -> bool:
        """The group of those no other one takes."""
        return not self.criteria


def with_amounts(criteria: Mapping[str, Any], written: Callable[[Decimal], Decimal]) -> dict[str, Any]:
    """The same criteria with each amount (said in euros) as `written` gives it."""
    if "fact" in criteria:
        asked = dict(criteria)
        return asked | {"value": str(written(Decimal(asked["value"])))} if asked["fact"] in AMOUNTS else asked
    return {joined: [with_amounts(one, written) for one in several] for joined, several in criteria.items()}


def fact(name: str, operator: str, value: Any) -> dict[str, Any]:
    return {"fact": name, "is": operator, "value": value}


DEFAULTS = [
    # A consumer never receives the letters of a business (no fixed fee, no contractual penalty): tried first.
    Default("consumers", _("Consumers"), "consumers", {"all": [fact("kind", "in", ["consumer"])]}),
    Default(
        "preventive",
        _("Preventive: nothing overdue, due soon"),
        "standard-b2b",
        {"all": [fact("overdue", "eq", "0"), fact("next_due_in", "lte", "10")]},
    ),
    Default(
        "small-balances",
        _("Small balances"),
        "small-amounts",
        {"all": [fact("open", "gt", "0"), fact("open", "lt", "150")]},
    ),
    Default("high-amount", _("High amounts"), "key-accounts", {"all": [fact("overdue", "gte", "15000")]}),
    Default(
        "chronic-late",
        _("Chronic late payers"),
        "standard-b2b",
        {
            "all": [
                fact("overdue", "gt", "0"),
                {"any": [fact("average_delay", "gte", "30"), fact("days_late", "gt", "60")]},
            ]
        },
    ),
    Default(
        "good-payer-late",
        _("Good payers a little late"),
        "standard-b2b",
        {
            "all": [
                fact("overdue", "gt", "0"),
                fact("days_late", "lte", "20"),
                fact("average_delay", "lt", "15"),
            ]
        },
    ),
    Default("default", _("All others"), "standard-b2b"),
]
