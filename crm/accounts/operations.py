"""Verbs about people, teams and entities. What they change is audited (django-auditlog, crm/accounts/audit.py)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from crm.accounts import queries
from crm.accounts.audit import acting, note
from crm.accounts.exceptions import CannotGoLive, LastAdministrator, RoleNotYours, SupervisesTeam
from crm.accounts.models import Entity, Role, Team, TeamMember, User
from crm.accounts.registry import Remark
from crm.accounts.rules import roles_given_by
from crm.core.formats import country_name
from crm.events.operations import emit

SEE_ENTITY, SEE_TEAM = "accounts.see_entity", "accounts.see_team"
STAFF = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR})


def announce(entity: Entity, *, at: datetime) -> None:
    """Tell that an entity was created: the apps above deliver its default templates, scenarios and groups."""
    emit("entity.created", entity_id=entity.pk, at=at)


def announce_team(team: Team, *, at: datetime) -> None:
    """Tell that a team was made: the first one of an entity is given what waits for it."""
    emit("team.created", entity_id=team.entity_id, payload={"team": team.pk}, at=at)


def tell_new_iban(entity: Entity, *, before: str, by: User, at: datetime) -> None:
    """Tell that customers are asked to pay elsewhere from now on: the apps above tell those who settle."""
    emit(
        "entity.iban_changed",
        entity_id=entity.pk,
        payload={"before": before, "after": entity.iban, "by": str(by)},
        at=at,
    )


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str,
    role: str,
    first_name: str = "",
    last_name: str = "",
    language: str = "fr",
    capacity: int = 60,
    password: str | None = None,
    by: User | None,
) -> User:
    """Create an account. Without password nobody logs in until it is set by the link of a reset mail.

    `by` None is the installation itself. Raises RoleNotYours.
    """
    user = User(
        username=username,
        email=email,
        first_name=first_name,
        last_name=last_name,
        language=language,
        capacity=capacity,
    )
    user.set_password(password)
    return give_role(user, role, by=by)


@transaction.atomic
def give_role(user: User, role: str, *, by: User | None) -> User:
    """Give a role and what goes with it: the admin for who configures or audits, all rows for the administrator. What
    else changed on the person is saved with it.

    Raises RoleNotYours when `by` may not give that role, or may not change somebody who has the one he has;
    LastAdministrator.
    """
    for concerned in {role, user.role} if user.pk else {role}:
        if by and concerned not in roles_given_by(by):
            raise RoleNotYours(str(Role(concerned).label))
    keep_an_administrator(user, role, is_active=user.is_active)
    user.role = role
    user.is_staff = role in STAFF
    user.is_superuser = role == Role.ADMINISTRATOR
    with acting(by):
        user.save()
    return user


def keep_an_administrator(user: User, role: str, *, is_active: bool) -> None:
    """Raise LastAdministrator if the user, once he has that role or is out of use, leaves nobody who administers. In a
    transaction."""
    if role == Role.ADMINISTRATOR and is_active:
        return
    # Locked: two who step back at once would each count on the other.
    in_use = User.objects.select_for_update().filter(is_superuser=True, is_active=True).order_by("pk")
    if list(in_use.values_list("pk", flat=True)) == [user.pk]:
        raise LastAdministrator(user)


@transaction.atomic
def grant_entity(user: User, entity: Entity, *, by: User | None) -> None:
    """From now on the user sees all customers of the entity."""
    assign_perm(SEE_ENTITY, user, entity)
    note(user, {"entities": ["", f"+ {entity.code}"]}, by=by)


@transaction.atomic
def revoke_entity(user: User, entity: Entity, *, by: User | None) -> None:
    """The user no longer sees all customers of the entity; his teams and his portfolio stay."""
    remove_perm(SEE_ENTITY, user, entity)
    note(user, {"entities": [f"- {entity.code}", ""]}, by=by)


@transaction.atomic
def join_team(user: User, team: Team, *, by: User | None) -> TeamMember:
    """The user shares the list of the team and sees its customers."""
    member, joined = TeamMember.objects.get_or_create(team=team, user=user)
    assign_perm(SEE_TEAM, user, team)
    if joined:
        note(team, {"members": ["", f"+ {user.username}"]}, by=by)
    return member


@transaction.atomic
def leave_team(user: User, team: Team, *, by: User | None) -> None:
    """The user no longer shares the list of the team nor sees its customers. Raises SupervisesTeam."""
    if team.supervisor_id == user.pk:
        raise SupervisesTeam(team, user)
    TeamMember.objects.filter(team=team, user=user).delete()
    remove_perm(SEE_TEAM, user, team)
    note(team, {"members": [f"- {user.username}", ""]}, by=by)


@transaction.atomic
def name_supervisor(team: Team, supervisor: User | None, *, by: User | None) -> Team:
    """Put somebody at the head of a team; he sees its customers. The one before no longer does unless a member."""
    team.supervisor = supervisor
    with acting(by):
        team.save(update_fields=["supervisor"])
    if supervisor:
        assign_perm(SEE_TEAM, supervisor, team)
    of_team = Q(teams=team) | Q(supervised_teams=team)
    seeing = UserObjectPermission.objects.filter(permission__codename="see_team", object_pk=str(team.pk))
    seeing.exclude(user__in=User.objects.filter(of_team).values("pk")).delete()
    return team


def reasons_not_live(entity: Entity, *, on: date) -> list[Any]:
    """What keeps an entity from writing to its customers from a day on; empty when it may."""
    found: list[Any] = []
    if entity.collects_for_others:
        found.append(
            _(
                "An entity that collects for others cannot go live yet: the written mandate and the first letter "
                "required by articles R124-3 and R124-4 CPCE are not managed."
            )
        )
    if not entity.sender_email:
        found.append(_("The address its mail is sent from is missing."))
    if not entity.iban:
        found.append(_("The IBAN its customers pay to is missing."))
    if not (entity.street and entity.postcode and entity.city):
        found.append(_("Its postal address, which letters carry, is incomplete."))
    if article := queries.letterhead_missing(entity, entity.language, on):
        missing = _("The mentions the law wants on its letters and e-mails are missing (%(article)s).")
        found.append(missing % {"article": article})
    return found


def law_of_elsewhere(entity: Entity) -> list[Remark]:
    """What is preset is of France: an entity elsewhere that keeps it claims what the law there does not know."""
    if entity.jurisdiction == entity.country:
        return []
    told = _(
        "The entity is in %(country)s and applies the law of %(jurisdiction)s: late charges, hours of contact and "
        "limitation are of there. Check its jurisdiction, its time zone and its currency."
    )
    places = {"country": country_name(entity.country), "jurisdiction": country_name(entity.jurisdiction)}
    page = reverse("admin:accounts_entity_change", args=[entity.pk])
    return [Remark(str(told % places), f"{page}#id_jurisdiction")]


@transaction.atomic
def go_live(entity: Entity, *, on: date, by: User | None) -> Entity:
    """From `on`, the night writes to the customers of the entity. Raises CannotGoLive with its reasons."""
    entity.refresh_from_db()
    if reasons := reasons_not_live(entity, on=on):
        raise CannotGoLive(entity, reasons)
    _set_live(entity, on, by)
    return entity


def stop(entity: Entity, *, by: User | None) -> Entity:
    """Nothing leaves automatically any more for this entity."""
    _set_live(entity, None, by)
    return entity


def _set_live(entity: Entity, since: date | None, by: User | None) -> None:
    entity.live_since = since
    with acting(by):
        entity.save(update_fields=["live_since"])
