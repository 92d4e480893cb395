"""Rows an integrator follows: each says in `changed_in` which transaction last wrote what the API shows of it.

The number of a transaction says when it began, not when it ended: what is new since a reading is what the snapshot of
that reading did not see, whatever committed late (docs/decisions/0072-following-what-changed.md). The column is not in
the models, so that nobody writes back what he read. What was never written since the column is there has none.
"""

from collections.abc import Iterable

COLUMN = """
alter table {table} add column changed_in xid8;
alter table {table} alter column changed_in set default pg_current_xact_id();
create index {table}_followed on {table} ({keys}) where changed_in is not null;
create trigger {table}_followed before update of {columns} on {table} for each row
when (({before}) is distinct from ({after})) execute function core_changed_in();
"""
NO_COLUMN = """
drop trigger {table}_followed on {table};
alter table {table} drop column changed_in;
"""
# What a follower keeps and would never hear of again.
REMOVED = """
create function {table}_told_removed() returns trigger language plpgsql as $$
begin
    insert into core_removed (entity_id, kind, external_id, installment)
    select entity_id, '{kind}', external_id, {installment} from gone;
    return null;
end $$;
create trigger {table}_told_removed after delete on {table} referencing old table as gone
for each statement execute function {table}_told_removed();
"""
NOT_REMOVED = "drop function {table}_told_removed() cascade;"


def followed(table: str, columns: Iterable[str], *, keys: str = "entity_id, changed_in, id") -> str:
    """Statements that keep in each row of a table the transaction that last changed one of these columns."""
    names = list(columns)
    return COLUMN.format(
        table=table,
        keys=keys,
        columns=", ".join(names),
        before=", ".join(f"old.{name}" for name in names),
        after=", ".join(f"new.{name}" for name in names),
    )


def not_followed(table: str) -> str:
    """Statements that undo `followed`."""
    return NO_COLUMN.format(table=table)


def told_removed(table: str, kind: str, *, installment: str = "null") -> str:
    """Statements that keep the identifier of each row removed from a table."""
    return REMOVED.format(table=table, kind=kind, installment=installment)


def not_told_removed(table: str) -> str:
    """Statements that undo `told_removed`."""
    return NOT_REMOVED.format(table=table)
