"""Rehearsing: everything is decided, opened and assigned, nothing leaves until a supervisor lifts it.

Who rehearses is said in one place, the function `rehearses` of the database: what the customer's group says, else his
entity. So a pilot is an entity in rehearsal with one group live, or a live entity with one group in rehearsal. The
gate "rehearsal" asks it before anything leaves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from collections_app.actions.dispatch import ORIGIN
from collections_app.engine.exceptions import RehearsalRefused
from collections_app.engine.night import HERE, text, worked_before
from collections_app.segments.models import Group, Rehearsal
from crm.accounts.audit import acting, note
from crm.accounts.calendars import today
from crm.accounts.models import Entity, User
from crm.core import sql
from crm.core.among import EVERYBODY
from telephony.messaging import operations as messaging


class Lifting(models.TextChoices):
    """What becomes of what was decided meanwhile: nobody has heard of it yet."""

    STILL_DUE = "still_due", _("what is still due leaves from the next night on")
    FROM_NOW = "from_now", _("start from now: only what becomes due later leaves")


@dataclass(frozen=True)
class GroupState:
    """`group` None: customers in no group. `waiting`: actions that would leave by themselves, open now."""

    group: Group | None
    customers: int
    waiting: int
    rehearses: bool


@transaction.atomic
def start(entity: Entity, *, by: User, at: datetime) -> Entity:
    """From now on nothing leaves, but for groups that are live. What is queued is asked again before it leaves."""
    entity = _locked(entity)
    if entity.rehearsing_since is None:
        entity.rehearsing_since = today(entity, at)
        _save(entity, by)
    return entity


@transaction.atomic
def lift(entity: Entity, *, choice: str, by: User, at: datetime) -> int:
    """Messages of the entity leave again, but for groups in rehearsal; returns the actions taken back.

    With FROM_NOW what is due counts as passed: its open automatic actions are cancelled and each account waits for the
    step its age has not reached yet. With STILL_DUE the next night asks balance and gates again and hands it over.
    Raises RehearsalRefused when it does not rehearse.
    """
    entity = _locked(entity)
    if entity.rehearsing_since is None:
        raise RehearsalRefused(_("This entity is not in rehearsal."))
    before = _rehearsing_groups(entity)
    entity.rehearsing_since = None
    _save(entity, by)
    return _lifted(entity, before, Lifting(choice), by=by, at=at)


@transaction.atomic
def set_group(group: Group, said: str, *, choice: str = Lifting.STILL_DUE, by: User, at: datetime) -> int:
    """What a group says of rehearsing; returns the actions taken back where that lets its messages leave (see lift)."""
    entity = _locked(group.entity)
    before = _rehearsing_groups(entity)
    group.rehearsal = Rehearsal(said)
    with acting(by):
        group.save(update_fields=["rehearsal"])
    return _lifted(entity, before, Lifting(choice), by=by, at=at)


def _locked(entity: Entity) -> Entity:
    return Entity.objects.select_for_update(no_key=True).get(pk=entity.pk)


def _save(entity: Entity, by: User) -> None:
    with acting(by):
        entity.save(update_fields=["rehearsing_since"])


def _rehearsing_groups(entity: Entity) -> set[int]:
    """Ids of the groups whose customers rehearse; 0 stands for those in no group."""
    with connection.cursor() as cursor:
        cursor.execute(REHEARSING, {"entity": entity.pk, "since": entity.rehearsing_since})
        return {key for (key,) in cursor.fetchall()}


def _lifted(entity: Entity, before: set[int], choice: Lifting, *, by: User, at: datetime) -> int:
    live_again = before - _rehearsing_groups(entity)
    if not live_again:
        return 0
    taken_back = _start_from_now(entity, live_again, at=at) if choice == Lifting.FROM_NOW else 0
    note(entity, {"rehearsal": ["", f"{choice}: {taken_back}"]}, by=by)
    return taken_back


def _start_from_now(entity: Entity, groups: Iterable[int], *, at: datetime) -> int:
    """Constant number of statements."""
    params = _params(entity, today(entity, at)) | {"groups": sorted(groups), "at": at}
    with connection.cursor() as cursor:
        cursor.execute(text("rehearsal_passed", EVERYBODY), params)
    cancelled = sql.rows(HERE, "rehearsal_cancelled", params)
    queued = [row["id"] for row in cancelled if row["queued"]]
    if queued:
        messaging.cancel(origin=ORIGIN, origin_ids=queued, reason="stale: rehearsal", at=at)
    return len(cancelled)


def _params(entity: Entity, on: date) -> dict[str, Any]:
    return {"entity": entity.pk, "on": on, "worked": worked_before(entity, on)}


REHEARSING = """
select key from (
    select 0 as key, null as says union all select id, rehearsal from segments_group where entity_id = %(entity)s
) a_group
where rehearses(says, %(since)s::date)
"""
STATES = """
with present as (
    select coalesce(m.group_id, 0) as key, count(*) as customers
    from customers_customer c left join segments_membership m on m.customer_id = c.id and m.to_on is null
    where c.entity_id = %(entity)s and c.merged_into_id is null group by 1
), waiting as (
    select coalesce(m.group_id, 0) as key, count(*) as actions
    from actions_action x left join segments_membership m on m.customer_id = x.customer_id and m.to_on is null
    where x.entity_id = %(entity)s and x.state = 'scheduled' group by 1
)
select key, coalesce(customers, 0), coalesce(actions, 0) from present full join waiting using (key)
"""


def group_states(entity: Entity) -> list[GroupState]:
    """Each group in use, in the order they are tried, then customers in none; three statements."""
    with connection.cursor() as cursor:
        cursor.execute(STATES, {"entity": entity.pk})
        counted = {key: (customers, actions) for key, customers, actions in cursor.fetchall()}
    rehearsing = _rehearsing_groups(entity)
    groups = Group.objects.filter(entity=entity, archived=False).order_by("is_default", "priority")
    found = [GroupState(group, *counted.get(group.pk, (0, 0)), group.pk in rehearsing) for group in groups]
    return [*found, GroupState(None, *counted[0], 0 in rehearsing)] if 0 in counted else found
