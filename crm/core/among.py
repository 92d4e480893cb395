"""Which customers a statement is about: all of an entity, some by name, a range of ids, those a table lists.

A statement says where with a mark, `/* among i.customer_id */`, after a condition of its WHERE. What is joined to these
customers needs none, except where a range of them spares reading a whole table: `/* range m.customer_id */`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MARK = re.compile(r"/\* (among|range) ([\w.]+) \*/")


@dataclass(frozen=True)
class Among:
    """`condition`: SQL on `{customer}`, with its `params`. `few`: so few that an index finds them."""

    condition: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    few: bool = False

    def on(self, column: str) -> str:
        """What to add to a WHERE that names the customer `column`."""
        return self.condition.format(customer=column)

    def within(self, statement: str) -> str:
        """The statement about these customers alone: each of its marks becomes the condition."""
        return MARK.sub(lambda mark: "" if mark[1] == "range" and self.few else self.on(mark[2]), statement)


EVERYBODY = Among()


def named(customer_ids: Sequence[int]) -> Among:
    """These customers."""
    return Among("and {customer} = any(%(ids)s::bigint[])", {"ids": list(customer_ids)}, few=True)


def between(first: int, end: int) -> Among:
    """The customers whose id is at least `first` and below `end`."""
    return Among(
        "and {customer} >= %(first_customer)s and {customer} < %(end_customer)s",
        {"first_customer": first, "end_customer": end},
    )


def listed(table: str) -> Among:
    """The customers of the column `customer_id` of a table or view."""
    return Among(f"and {{customer}} in (select listed.customer_id from {table} listed)", few=True)
