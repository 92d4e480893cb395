"""What changed of a table that nothing may be added to (a night writes it by the million): read as it lies on the disk.

Each row has, for the database's own use, the number of what wrote it last (`xmin`), in no index. A page reads a
stretch of the table; it may find nothing in it and still not be the last. What is written while a pass goes on comes in
the next one, wherever it comes to lie. That number may be the one of a savepoint, which a snapshot does not know: a
pass tells again what was written by what began after the oldest transaction that was still running, rather than to lose
it.
"""

from typing import Any

from django.db import connection

from crm.core.rest.following import Part, Pass, Place
from crm.core.rest.marks import Seen

# 8 MB: some ten thousand rows.
STRETCH = 1024
LARGEST_FILE, LARGEST_LINE = 2**31 - 1, 2**15
LIES = "select pg_relation_filenode(%(table)s), pg_relation_size(%(table)s) / current_setting('block_size')::int"
# To the left of `<=` a number that may have gone round since; both ages are counted from the same instant.
NEWER = "age({row}.xmin) <= age((%(number)s::text::xid8)::xid)"
SWEPT = """
with stretch as materialized (
    select id, ctid as lies from {table} r
    where ctid > %(from)s::text::tid and ctid < %(to)s::text::tid and entity_id = %(entity)s and ({newer} or {or_else})
)
select id, (lies::text::point)[0]::bigint, (lies::text::point)[1]::bigint from stretch
order by stretch.lies limit %(count)s
"""


def newer(row: str) -> str:
    """SQL that holds for a row, by its name in a statement, written since what `swept` asks for."""
    return NEWER.format(row=row)


def swept(table: str, *, or_else: str = "false") -> Pass:
    """A pass over a table in the order of the disk. `or_else`: SQL that holds for a row `r` that changed otherwise
    (`newer` says it of rows of another table)."""
    text = SWEPT.format(table=table, newer=newer("r"), or_else=or_else)

    def part(entity: int, since: Seen, until: Seen, place: Place, count: int) -> Part:
        file, size = _lies(table)
        # Written anew as a whole (vacuum full): nothing lies where it did.
        if not place or place[0] != file:
            place = [file, size, 0, 0]
        _file, end, block, line = place
        to = min(block + STRETCH, end)
        params: dict[str, Any] = {"entity": entity, "number": str(since.first_running), "count": count + 1}
        params |= {"from": f"({block},{line})", "to": f"({to},0)"}
        with connection.cursor() as cursor:
            cursor.execute(text, params)
            found = cursor.fetchall()
        if len(found) > count:
            return Part([key for key, *_lies in found[:count]], [file, end, *found[count - 1][1:]])
        return Part([key for key, *_lies in found], [file, end, to, 0] if to < end else None)

    return Pass(part, (LARGEST_FILE, LARGEST_FILE, LARGEST_FILE, LARGEST_LINE))


def _lies(table: str) -> tuple[int, int]:
    """The file of a table, which is another one once it is written anew, and how many blocks it has."""
    with connection.cursor() as cursor:
        cursor.execute(LIES, {"table": table})
        file, blocks = cursor.fetchone()
        return int(file), int(blocks)
