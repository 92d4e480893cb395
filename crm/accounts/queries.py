"""Questions about people, teams and entities."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from crm.accounts.models import Entity, Team, User
from crm.accounts.rules import WORKERS
from crm.core.remembering import remembered
from crm.law.queries import rule


def entity_of(pk: int) -> Entity:
    """An entity by its number (see `crm.core.remembering`)."""
    return remembered(("entity", pk), lambda: Entity.objects.get(pk=pk))


def person_of(pk: int | None) -> User | None:
    """A person by his number, if any (see `crm.core.remembering`)."""
    return remembered(("user", pk), lambda: User.objects.get(pk=pk)) if pk else None


def contract_rates(entity: Entity) -> list[tuple[date, Decimal | None]]:
    """From which day on what it invoices bears which late rate by contract (None: that of the law), the last first (see
    `crm.core.remembering`)."""
    rates = entity.contract_rates.order_by("-starts_on").values_list("starts_on", "percent")
    return remembered(("contract rates", entity.pk), lambda: list(rates))


def legal_mentions(entity: Entity, language: str, on: date) -> str:
    """What its letters and e-mails carry by law on a day: in this language, else in its own, else in any it is written
    in; empty when nobody wrote it (see `crm.core.remembering`)."""
    rows = entity.legal_mentions.filter(starts_on__lte=on).order_by("starts_on").values_list("language", "text")
    texts: dict[str, str] = dict(remembered(("legal mentions", entity.pk, on), lambda: list(rows)))
    return next((texts[each] for each in (language, entity.language, *sorted(texts)) if each in texts), "")


def letterhead_missing(entity: Entity, language: str, on: date) -> str:
    """The article that wants mentions on what the entity writes, where there are none on that day; else empty."""
    wanted = rule(entity.jurisdiction, "letterhead", on=on)
    missing = wanted is not None and wanted.value["required"] and not legal_mentions(entity, language, on)
    return wanted.article if wanted and missing else ""


def seen(user: Any, right: str) -> RawSQL:
    """Keys of the entities ("see_entity") or teams ("see_team") the user was let into; what a superuser sees is not
    asked here."""
    return RawSQL("select unnest(accounts_sees(%s, %s))", [user.pk, right])


def entities_of(user: Any) -> QuerySet[Entity]:
    """Entities whose settings and every customer the user sees."""
    if user.is_superuser:
        return Entity.objects.all()
    return Entity.objects.filter(pk__in=seen(user, "see_entity"))


def seers_of(entity: Entity) -> QuerySet[User]:
    """Those in use who see the whole entity: whose `entities_of` hold it."""
    let_in = RawSQL("select user_id from accounts_sight(%s) where team_id is null", [entity.pk])
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=let_in), is_active=True)


def teams_of(user: Any) -> QuerySet[Team]:
    """Teams of the entities the user sees, and those he was let into."""
    if user.is_superuser:
        return Team.objects.all()
    return Team.objects.filter(Q(entity__in=seen(user, "see_entity")) | Q(pk__in=seen(user, "see_team")))


def people_of(user: Any) -> QuerySet[User]:
    """Those who work or have customers of their own in an entity the user sees, who work nowhere yet, and himself."""
    if user.is_superuser:
        return User.objects.all()
    seen_whole = entities_of(user)
    nowhere = Q(teams=None, supervised_teams=None, userobjectpermission=None, is_superuser=False)
    nowhere &= ~Q(pk__in=_with_customers(Entity.objects.all()))
    mine = Q(pk=user.pk) | nowhere | _works_in(seen_whole) | Q(pk__in=_with_customers(seen_whole))
    return User.objects.filter(pk__in=User.objects.filter(mine).values("pk"))


def people_at(entities: QuerySet[Entity]) -> QuerySet[User]:
    """Those who work in one of the entities: in its teams, at their head, or let into the whole of it."""
    return User.objects.filter(pk__in=User.objects.filter(_works_in(entities)).values("pk"))


def _works_in(entities: QuerySet[Entity]) -> Q:
    keys = entities.order_by().values("pk")
    # The library keeps the keys of rows as text.
    as_text = entities.order_by().annotate(key=Cast("pk", CharField())).values("key")
    let_in = Q(
        userobjectpermission__permission__codename="see_entity",
        userobjectpermission__object_pk__in=as_text,
    )
    return Q(teams__entity__in=keys) | Q(supervised_teams__entity__in=keys) | let_in


def _with_customers(entities: QuerySet[Entity]) -> RawSQL:
    """Keys of those who have customers of their own in one of the entities; the app of customers tells who has."""
    keys, params = entities.order_by().values("pk").query.sql_with_params()
    return RawSQL(f"select u.id from accounts_user u where accounts_has_customers(u.id, array({keys}))", params)


def houses_of(user: Any) -> QuerySet[Entity]:
    """Entities the user has to do with: seen wholly, or through one of their teams or a customer of his own."""
    if user.is_superuser:
        return Entity.objects.all()
    return Entity.objects.filter(pk__in=RawSQL("select unnest(accounts_houses(%s))", [user.pk]))


# Those who work in the houses of a person, as `people_at(houses_of(user))` finds them, or have customers there.
COLLEAGUES = """
select m.user_id from accounts_teammember m join accounts_team t on t.id = m.team_id
where t.entity_id = any(accounts_houses(%s))
union all
select t.supervisor_id from accounts_team t where t.entity_id = any(accounts_houses(%s)) and t.supervisor_id is not null
union all
select o.user_id from guardian_userobjectpermission o join auth_permission p on p.id = o.permission_id
where p.codename = 'see_entity' and o.object_pk = any(accounts_houses(%s)::text[])
union all
select u.id from accounts_user u where accounts_has_customers(u.id, array(select unnest(accounts_houses(%s))))
"""


def colleagues_of(user: Any) -> QuerySet[User]:
    """Those who work in an entity the user has anything to do with, and himself."""
    if user.is_superuser:
        return User.objects.all()
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=RawSQL(COLLEAGUES, [user.pk] * 4)))


def working(people: QuerySet[User]) -> QuerySet[User]:
    """Those of them in use whose role works on customers (see `rules.works_customers`)."""
    return people.filter(Q(is_superuser=True) | Q(role__in=WORKERS), is_active=True)


def stand_in_of(user_id: int | None, entity_id: int, *, on: date) -> User | None:
    """Who takes the work of somebody who is away: his replacement, or while that one is away too, his own (see
    `Absence`)."""
    stands_in = RawSQL(
        "select replacement_id from accounts_stand_ins(%s, %s, %s) where user_id = %s",
        [entity_id, list(WORKERS), on, user_id],
    )
    return User.objects.filter(pk__in=stands_in).first()


def collectors_for(user: Any) -> QuerySet[User]:
    """Those the user may give a customer to: of colleagues and who works nowhere yet, those who work on customers."""
    either = Q(pk__in=people_of(user).values("pk")) | Q(pk__in=colleagues_of(user).values("pk"))
    return working(User.objects.filter(either))
