"""Verbs on groups: create, change, move, archive, delete. Who is in them: see regrouping.py."""

import json
from datetime import date, datetime

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _, override
from psycopg.errors import ForeignKeyViolation

from collections_app.letters import operations as letters
from collections_app.scenarios import operations as scenarios
from collections_app.scenarios.models import Scenario
from collections_app.segments.criteria import parse
from collections_app.segments.defaults import DEFAULTS, Default, with_amounts
from collections_app.segments.models import Group
from crm.accounts.audit import acting
from crm.accounts.models import Entity, Team, User
from crm.core.marks import mark
from crm.core.sql import set_local
from crm.core.waiting import in_the_way
from crm.law.queries import of_that_order

PATIENCE_MS = 3000  # a person waits for his page
# What the page of a group changes: its place, its archiving and its rehearsal have verbs of their own.
WRITTEN = ["name", "scenario", "team", "criteria"]


class GroupRefused(ValueError):
    """The group cannot be saved or moved as asked; the message says why."""


def mark_of(group: Group) -> str:
    """Differs as soon as what its page changes does."""
    return mark(group.name, group.scenario_id, group.team_id, json.dumps(group.criteria, sort_keys=True))


@transaction.atomic
def save_group(group: Group, *, by: User | None, read: str | None = None) -> Group:
    """Create a group, last in order when it has no priority yet, or change what is WRITTEN of one.

    `read`: its `mark_of` when the person read it, None when nobody did. Raises GroupRefused when somebody changed it
    since or its scenario is archived, ValidationError, WrongCriteria.
    """
    if group.is_default:
        group.criteria = {}
    else:
        parse(group.criteria)
    new = group.pk is None
    _places(group.entity)
    if new:
        group.priority = group.priority or next_priority(group.entity)
    if read is not None and read != mark_of(Group.objects.get(pk=group.pk)):
        raise GroupRefused(
            _(
                "Somebody else changed this group since you opened it, and nothing of yours was saved: open it again "
                "beside this page, then write your changes into it."
            )
        )
    # The constraints are about what other verbs may have changed since the group was read.
    group.full_clean(validate_constraints=new)
    if not group.archived:
        _must_follow_one_in_use(group)
    with acting(by):
        group.save(update_fields=None if new else WRITTEN)
    return group


def _places(entity: Entity) -> dict[int, int]:
    """The priority of each group; none is changed by anybody else for the rest of the transaction."""
    rows = Group.objects.select_for_update(no_key=True).filter(entity=entity).order_by("pk")
    return dict(rows.values_list("pk", "priority"))


def _must_follow_one_in_use(group: Group) -> None:
    """Raises GroupRefused when its scenario is archived; until the end of the transaction nobody archives it."""
    if group.scenario_id is None:
        return
    followed = Scenario.objects.select_for_update(no_key=True).get(pk=group.scenario_id)
    if followed.archived:
        raise GroupRefused(
            _("The scenario %(scenario)s is archived: bring it back first, or choose another one for the group.")
            % {"scenario": followed}
        )


def next_priority(entity: Entity) -> int:
    """The place after every group of the entity."""
    last = Group.objects.filter(entity=entity).aggregate(last=Max("priority"))["last"]
    return (last or 0) + 1


@transaction.atomic
def move(group: Group, *, up: bool, by: User | None) -> None:
    """Exchange the place of a group with the one tried just before (or after) it. Raises GroupRefused at the ends."""
    group.priority = _places(group.entity)[group.pk]
    others = Group.objects.filter(entity=group.entity, archived=False, is_default=False)
    beside = others.filter(priority__lt=group.priority) if up else others.filter(priority__gt=group.priority)
    neighbour = beside.order_by("-priority" if up else "priority").first()
    if group.is_default or neighbour is None:
        raise GroupRefused(_("This group cannot move any further; the default group is always tried last."))
    places = group.priority, neighbour.priority
    # A priority is used once at any moment: one of the two waits outside.
    with acting(by):
        for moved, priority in ((neighbour, next_priority(group.entity)), (group, places[1]), (neighbour, places[0])):
            moved.priority = priority
            moved.save(update_fields=["priority"])


def archive(group: Group, *, by: User | None) -> None:
    """Its members find another group at the next regrouping; its history stays. The default group stays; one that is
    archived already, too."""
    if group.is_default:
        raise GroupRefused(_("An entity keeps its default group: make another one the default first."))
    group.archived = True
    with acting(by):
        group.save(update_fields=["archived"])


def refuse_with_members(group: Group) -> None:
    """Raises GroupRefused where somebody is, or was, in it."""
    if group.memberships.exists():
        told = _("%(group)s has, or had, members: archive it, its history explains past decisions.")
        raise GroupRefused(told % {"group": group})


def delete_group(group: Group, *, by: User | None) -> None:
    """Remove a group nobody was ever in. Raises GroupRefused, also while customers are being grouped: a night that was
    looking at its customers goes on without it."""
    if group.is_default:
        raise GroupRefused(_("An entity keeps its default group: make another one the default first."))
    try:
        with transaction.atomic():
            _stop_grouping()
            refuse_with_members(group)
            with acting(by):
                group.delete()
    except (OperationalError, IntegrityError) as error:
        if not in_the_way(error) and not isinstance(error.__cause__, ForeignKeyViolation):
            raise
        raise GroupRefused(
            _("Customers are being grouped at this moment (a night, an import): try again in a few minutes.")
        ) from error


def _stop_grouping() -> None:
    """Nobody gives a customer a group until the end of the transaction; raises OperationalError if that takes long."""
    set_local(lock_timeout=str(PATIENCE_MS))
    with connection.cursor() as cursor:
        cursor.execute("lock table segments_membership in share row exclusive mode")


@transaction.atomic
def unarchive(group: Group, *, by: User | None) -> None:
    """Back, last in order; one that is in use stays where it is. Raises GroupRefused while its scenario is archived."""
    _places(group.entity)
    group.refresh_from_db(fields=["archived", "scenario"])
    if not group.archived:
        return
    _must_follow_one_in_use(group)
    group.archived, group.priority = False, next_priority(group.entity)
    with acting(by):
        group.save(update_fields=["archived", "priority"])


def deliver_defaults(entity: Entity, *, at: datetime) -> dict[str, int]:
    """Give the entity the templates, scenarios and groups it never received; return how many of each.

    What was delivered once is the entity's own: it is never overwritten, and what it deleted stays deleted.
    """
    with transaction.atomic(), override(entity.language):
        templates = letters.deliver_defaults(entity, at=at)
        delivered = scenarios.deliver_defaults(entity, at=at)
        fresh = scenarios.first_time(entity, [f"group:{default.code}" for default in DEFAULTS], at=at)
        wanted = [default for default in DEFAULTS if f"group:{default.code}" in fresh]
        groups = [deliver_group(entity, default, on=at.date()) for default in wanted]
    return {"templates": len(templates), "scenarios": len(delivered), "groups": sum(groups)}


def deliver_group(entity: Entity, default: Default, *, on: date) -> bool:
    """Whether the entity had room for this default group, its amounts in the entity's currency at the rate of `on`."""
    present = Q(code=default.code) | Q(is_default=True, archived=False) if default.is_default else Q(code=default.code)
    if Group.objects.filter(present, entity=entity).exists():
        return False
    scenario = Scenario.objects.filter(entity=entity, code=default.scenario, archived=False).first()
    group = Group(
        entity=entity, code=default.code, name=str(default.name), scenario=scenario, is_default=default.is_default
    )
    group.criteria = with_amounts(default.criteria, lambda euros: of_that_order(euros, entity.currency, on))
    group.team = only_team(entity)
    save_group(group, by=None)
    return True


def only_team(entity: Entity) -> Team | None:
    """The team of an entity that has one; None where it has none, or several to choose from."""
    teams = list(entity.teams.all()[:2])
    return teams[0] if len(teams) == 1 else None


@transaction.atomic
def give_only_team(entity: Entity) -> int:
    """Where an entity has one team, give it to its groups that have none, so that what they open is somebody's; how
    many."""
    team = only_team(entity)
    if team is None:
        return 0
    _places(entity)
    groups = list(Group.objects.filter(entity=entity, team=None).order_by("pk"))
    with acting(None):
        for group in groups:
            group.team = team
            group.save(update_fields=["team"])
    return len(groups)
