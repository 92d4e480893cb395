"""Foreign keys checked once per statement instead of once per row, for tables a night writes by the million."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.migrations import RunSQL

from crm.core.sql import set_local

CHILD = """
create trigger {child}_refers_{verb} after {verb} on {child} referencing new table as added
for each statement execute function core_check_references({pairs});
"""
PARENT = """
create trigger {parent}_kept_for_{child} after delete on {parent} referencing old table as gone
for each statement execute function core_keep_referred({pairs});
"""


SNAPSHOT = "select pg_current_snapshot()::text"


def snapshot() -> str:
    """What is committed now. Rows read from here on exist unless they are removed later."""
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT)
        return str(cursor.fetchone()[0])


@contextmanager
def parents_seen_since(seen: str) -> Iterator[None]:
    """In a transaction: the rows written inside name parents read after the snapshot `seen`, so that they are looked
    for only if a parent was removed since. Empty: they are looked for."""
    set_local(acquit__parents_seen=seen)
    yield
    set_local(acquit__parents_seen="")


class SetForeignKey(models.ForeignKey):
    """A ForeignKey without constraint per row: the migration that adds it says `refer_in_sets` (a test looks)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "db_constraint": False})

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        """To a migration it is a ForeignKey with its options."""
        name, _path, args, kwargs = super().deconstruct()
        return str(name), "django.db.models.ForeignKey", args, kwargs


def children_of(*parents: type[models.Model]) -> list[str]:
    """The tables that name rows of `parents` by a SetForeignKey, in order of name, for whoever locks several."""
    fields = (field for model in apps.get_models(include_auto_created=True) for field in model._meta.local_fields)
    return sorted(
        {
            field.model._meta.db_table
            for field in fields
            if isinstance(field, SetForeignKey) and field.related_model in parents
        }
    )


def refer_in_sets(child: str, columns: Mapping[str, str]) -> RunSQL:
    """Migration operation: each of `columns` ({"customer_id": "customers_customer"}) of the table `child` names an
    existing row of its parent, as a FOREIGN KEY without action would see to. Needs the migration core 0001."""
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


def refer_inside_entity(child: str, column: str, parent: str) -> RunSQL:
    """Migration operation: `column` of the table `child` names a row of `parent` of the same entity, as a FOREIGN KEY
    checked at the commit. `parent` needs a unique constraint on ("id", "entity")."""
    name = f"{child}_{column}_of_entity"
    made = f"""alter table {child} add constraint {name} foreign key ({column}, entity_id)
        references {parent} (id, entity_id) deferrable initially deferred"""
    return RunSQL(made, f"alter table {child} drop constraint {name}")


def _quoted(pairs: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"'{word}'" for pair in pairs for word in pair)
