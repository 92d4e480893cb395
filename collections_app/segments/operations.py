"""Verbs on groups: put each customer in the first group he meets, create, change, move, archive."""

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from collections_app.segments.compiler import Compiler
from collections_app.segments.criteria import WrongCriteria, parse
from collections_app.segments.models import Group
from crm.accounts.models import Entity
from crm.core.sql import statement


class GroupNotReadable(ValueError):
    """The criteria of a group no longer make sense (a fact is gone): the message says which and where."""

    def __init__(self, group: Group, wrong: WrongCriteria) -> None:
        super().__init__(f"{group.code}: {wrong}")
        self.group = group


def regroup(entity: Entity, *, on: date, customer_ids: Sequence[int] | None = None) -> int:
    """Give each customer of the entity (or those named) his group at `on`; return the memberships changed.

    One statement whatever their number. A row is written only where the group differs; a second move on the same day
    replaces the first; a customer already moved after `on` is left alone. The customer's team follows that of his
    portfolio collector, or else of his group. Raises `GroupNotReadable`.
    """
    compiler = Compiler(entity, on=on, customer_ids=None if customer_ids is None else list(customer_ids))
    wanted = wanted_groups(compiler, entity)
    sql = statement("collections_app.segments", "regroup").replace("/* wanted */", wanted)
    only = "and customer_id = any(%(ids)s)" if compiler.only else ""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.replace("/* only */", only), compiler.params)
        return int(cursor.fetchone()[0])


def wanted_groups(compiler: Compiler, entity: Entity) -> str:
    """SELECT (customer_id, group_id, collector_id, team_id): the first group he meets, or the default one."""
    branches, fallback = [], "null"
    for group in Group.objects.filter(entity=entity, archived=False).order_by("priority"):
        if group.is_default:
            fallback = compiler.value(group.pk)
        else:
            branches.append(f"when {readable(compiler, group)} then {compiler.value(group.pk)}")
    chosen = f"case when c.merged_into_id is not null then null {' '.join(branches)} else {fallback} end"
    return (
        f"select c.id as customer_id, ({chosen})::bigint as group_id, c.collector_id, c.team_id\n"
        + compiler.from_clause()
    )


def readable(compiler: Compiler, group: Group) -> str:
    """SQL boolean of a group's criteria; a group without criteria takes nobody."""
    if not group.criteria:
        return "false"
    try:
        return compiler.condition(parse(group.criteria))
    except WrongCriteria as wrong:
        raise GroupNotReadable(group, wrong) from wrong
