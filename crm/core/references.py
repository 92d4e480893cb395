"""Foreign keys checked once per statement instead of once per row, for tables a night writes by the million."""

from collections.abc import Iterable, Mapping

from django.db.migrations import RunSQL

CHILD = """
create trigger {child}_refers_{verb} after {verb} on {child} referencing new table as added
for each statement execute function core_check_references({pairs});
"""
PARENT = """
create trigger {parent}_kept_for_{child} after delete on {parent} referencing old table as gone
for each statement execute function core_keep_referred({pairs});
"""


def refer_in_sets(child: str, columns: Mapping[str, str]) -> RunSQL:
    """Migration operation: each of `columns` ({"customer_id": "customers_customer"}) of the table `child` names an
    existing row of its parent, as a FOREIGN KEY without action would see to; the model's field says
    `db_constraint=False`. Needs the migration core 0002."""
    parents = sorted(set(columns.values()))
    made = "".join(
        CHILD.format(child=child, verb=verb, pairs=_quoted(columns.items())) for verb in ("insert", "update")
    )
    dropped = "".join(f"drop trigger {child}_refers_{verb} on {child};" for verb in ("insert", "update"))
    for parent in parents:
        pairs = [(child, column) for column, of in columns.items() if of == parent]
        made += PARENT.format(child=child, parent=parent, pairs=_quoted(pairs))
        dropped += f"drop trigger {parent}_kept_for_{child} on {parent};"
    return RunSQL(made, dropped)


def _quoted(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"'{word}'" for pair in pairs for word in pair)
