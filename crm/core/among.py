"""Which customers a statement is about: all of an entity, some by name, a range of ids, those a table lists.

A statement says where with a mark after a condition of its WHERE. All but `range` leave the same rows; they differ in
how a few customers of a table (`listed`) are looked for, which a plan may guess wrong.

- `/* among i.customer_id */`: as the plan likes, by any join.
- `/* each x.customer_id */`: by an index, whatever a plan guesses of their number; it expects ten rows of them.
- `/* for each */ select … /* found x.customer_id */`: a whole SELECT, its WHERE last, asked of one customer after the
  other; the plan knows how many there are.
- `/* range m.customer_id */`: of the range of ids these customers lie in, where there is one. For what is joined to
  them, which needs no mark otherwise: it spares reading a whole table.
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
    become where it is not the condition, `for_each`: what the mark before `found` does. `few`: so few that an index
    finds them."""

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
        each, found = self.each or self.condition, self.found or self.condition
        said = {"among": self.condition, "range": self.range, "each": each, "found": found}
        statement = statement.replace(FOR_EACH, self.for_each)
        return MARK.sub(lambda mark: said[mark[1]].format(customer=mark[2]), statement)


EVERYBODY = Among()


def named(customer_ids: Sequence[int]) -> Among:
    """These customers."""
    these = "and {customer} = any(%(ids)s::bigint[])"
    return Among(these, {"ids": list(customer_ids)}, few=True)


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
        each=f"{stretch} and {{customer}} = any(array{these})".lstrip(),
        for_each=f"select found.* from {table} listed cross join lateral (",
        found="and {customer} = listed.customer_id offset 0) found",  # without the offset it would be any join again
    )
