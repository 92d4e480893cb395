"""Which customers a statement is about: all of an entity, some by name, a range of ids, those a table lists.

A statement says where with a mark, `/* among i.customer_id */`, after a condition of its WHERE. What is joined to these
customers needs none, except where a range of them spares reading a whole table: `/* range m.customer_id */`, or where
a few are to be found by an index whatever a plan guesses of their number: `/* each x.customer_id */`. A plan expects
ten rows of that; where it matters, a whole SELECT is asked of one customer after the other instead, between
`/* for each */` and `/* found x.customer_id */` at the end of its WHERE.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MARK = re.compile(r"/\* (among|range|each|found) ([\w.]+) \*/")
FOR_EACH = "/* for each */"


@dataclass(frozen=True)
class Among:
    """`condition`: SQL on `{customer}`, with its `params`; `range`, `each` and `found`: what the marks of that name
    become, `for_each`: what the mark before `found` does. `few`: so few that an index finds them."""

    condition: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    few: bool = False
    range: str = ""
    each: str = ""
    for_each: str = ""
    found: str = ""

    def on(self, column: str) -> str:
        """What to add to a WHERE that names the customer `column`."""
        return self.condition.format(customer=column)

    def within(self, statement: str) -> str:
        """The statement about these customers alone: each of its marks becomes the condition."""
        said = {"among": self.condition, "range": self.range, "each": self.each, "found": self.found or self.condition}
        statement = statement.replace(FOR_EACH, self.for_each)
        return MARK.sub(lambda mark: said[mark[1]].format(customer=mark[2]), statement)


EVERYBODY = Among()


def named(customer_ids: Sequence[int]) -> Among:
    """These customers."""
    these = "and {customer} = any(%(ids)s::bigint[])"
    return Among(these, {"ids": list(customer_ids)}, few=True, each=these)


def between(first: int, end: int) -> Among:
    """The customers whose id is at least `first` and below `end`."""
    these = "and {customer} >= %(first_customer)s and {customer} < %(end_customer)s"
    return Among(these, {"first_customer": first, "end_customer": end}, range=these)


def listed(table: str, *, within: tuple[int, int] | None = None) -> Among:
    """The customers of the column `customer_id` of a table or view. `within`: all have an id at least the first and
    below the second number, which is written into the statement: no index is read beyond, and a plan made for any
    values knows how much that is."""
    these = f"(select listed.customer_id from {table} listed)"
    stretch = f"and {{customer}} >= {within[0]:d} and {{customer}} < {within[1]:d}" if within else ""
    return Among(
        f"and {{customer}} in {these} {stretch}",
        few=True,
        range=stretch,
        each=f"and {{customer}} = any(array{these})",
        for_each=f"select found.* from {table} listed cross join lateral (",
        found="and {customer} = listed.customer_id offset 0) found",  # without the offset it would be any join again
    )
