"""Reading a list, then only what changed since: nothing that commits late is lost, and a pass ends whatever is written.

`changed_since` is what an earlier reading saw. A pass goes through what that one did not see and the beginning of this
pass did (docs/decisions/0072-following-what-changed.md).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crm.core.rest import marks
from crm.core.rest.marks import Seen

SNAPSHOT = re.compile(r"[0-9]{1,18}:[0-9]{1,18}:(?:[0-9]{1,18}(?:,[0-9]{1,18})*)?")
LARGEST = 2**63 - 1
# Where a pass stands, as its list says it; it begins with none.
Place = list[int]


@dataclass(frozen=True)
class Part:
    """Some keys of a pass, in its order, and where the next part begins (None: the pass is over)."""

    keys: list[int]
    next: Place | None


@dataclass(frozen=True)
class Pass:
    """How a part of a pass is read, given the entity, what was seen then, what the pass began with, its place, and how
    many at most. `largest`: as far as each number of a place goes."""

    read: Callable[[int, Seen, Seen, Place, int], Part]
    largest: tuple[int, ...]


@dataclass(frozen=True)
class Following:
    """How what changed of a list is read: of an entity, found by `changes`, its rows among `rows`."""

    entity: int
    changes: Pass
    rows: QuerySet[Any]


CHANGED = """
select {distinct} changed_in, {key} as id from {tables}
where {entity} = %(entity)s and changed_in is not null
  and (changed_in, {key}) > (%(number)s::text::xid8, %(id)s) and changed_in < pg_snapshot_xmax(%(until)s::pg_snapshot)
  and not pg_visible_in_snapshot(changed_in, %(since)s::pg_snapshot)
  and pg_visible_in_snapshot(changed_in, %(until)s::pg_snapshot)
order by changed_in, id limit %(count)s
"""


def changed(table: str) -> str:
    """SELECT of what changed of a table that is `followed` (crm.core.changed)."""
    return CHANGED.format(distinct="", key="id", tables=table, entity="entity_id")


def changed_through(table: str, key: str, parent: str) -> str:
    """The same, of the rows of `parent` that `table` names by `key`."""
    joined = f"{table} join (select id as parent_id, entity_id from {parent}) parent on parent_id = {key}"
    return CHANGED.format(distinct="distinct", key=key, tables=joined, entity="entity_id")


def by_number(*selects: str) -> Pass:
    """A pass in the order of who wrote last: what is written again meanwhile comes in the next one."""
    text = " union ".join(f"({select})" for select in selects)
    # By the number itself: as a text 10 comes before 9.
    text = f"select changed_in::text, id from ({text}) changed order by changed.changed_in, id limit %(count)s"

    def part(entity: int, since: Seen, until: Seen, place: Place, count: int) -> Part:
        number, key = place or (since.first_running, 0)
        params: dict[str, Any] = {"entity": entity, "since": since.snapshot, "until": until.snapshot}
        params |= {"number": str(number), "id": key, "count": count + 1}
        with connection.cursor() as cursor:
            cursor.execute(text, params)
            found = [(int(number), key) for number, key in cursor.fetchall()]
        return Part([key for _number, key in found[:count]], list(found[count - 1]) if len(found) > count else None)

    return Pass(part, (LARGEST, LARGEST))


def in_order(rows: QuerySet[Any], keys: list[int]) -> list[Any]:
    """The rows of these keys, each once, in their order; without those that are gone."""
    found = rows.in_bulk(keys) if keys else {}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def kept(text: str, here: str) -> Seen:
    """What a `changed_since` says was seen. Raises ValidationError."""
    made_for, snapshot, of = marks.read("changed_since", text, (str, str, str))
    marks.of_this_list("changed_since", made_for, here)
    return seen("changed_since", snapshot, of)


def seen(name: str, snapshot: str, of: str) -> Seen:
    """What a reading saw, as passed in `name`. Raises ValidationError where it is no snapshot."""
    if not SNAPSHOT.fullmatch(snapshot):
        raise marks.never_given(name)
    first, end, *running = [int(number) for number in re.split("[:,]", snapshot) if number]
    if [*running, end] != sorted({*running, end}) or min(first, *running, end) != first:
        raise marks.never_given(name)
    return Seen(snapshot, of)


def place(text: str, largest: tuple[int, ...]) -> Place:
    """Where a pass stands, as passed in `after`. Raises ValidationError."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or len(values) != len(largest):
        raise marks.never_given("after")
    if not all(type(each) is int and 0 <= each <= most for each, most in zip(values, largest, strict=True)):
        raise marks.never_given("after")
    return values
