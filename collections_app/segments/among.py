"""Which customers a question is about: all of an entity, some by name, or a range of ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Among:
    """`condition`: SQL on `{customer}`, with its `params`. `few`: so few that an index finds them."""

    condition: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    few: bool = False

    def on(self, column: str) -> str:
        """What to add to a WHERE that names the customer `column`."""
        return self.condition.format(customer=column)


EVERYBODY = Among()


def named(customer_ids: Sequence[int]) -> Among:
    """These customers."""
    return Among("and {customer} = any(%(ids)s)", {"ids": list(customer_ids)}, few=True)


def between(first: int, end: int) -> Among:
    """The customers whose id is at least `first` and below `end`."""
    return Among(
        "and {customer} >= %(first_customer)s and {customer} < %(end_customer)s",
        {"first_customer": first, "end_customer": end},
    )
