"""Values proposed for a fact, read from the entity's own data."""

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from collections_app.segments.facts import ATTRIBUTE, Fact, Label
from crm.accounts.models import Entity, Team, User
from crm.accounts.queries import people_at, working
from crm.core.remembering import remembered
from crm.customers.models import CustomerKind
from crm.holds.models import HoldKind
from crm.receivables.models import DebtType

Pairs = list[tuple[str, Label]]

# Proposals need not be complete: reading a million rows to fill a list would keep a person waiting.
LATEST_CUSTOMERS = 20_000
MOST_PROPOSALS = 300


def offered(fact: Fact, entity: Entity) -> Pairs:
    """The values proposed for a fact, none where anything may be written; read once for a page (`remembering`)."""
    proposals = fact.choices
    if proposals is None:
        return []
    return remembered(("choices", fact.name, entity.pk), lambda: proposals(entity))


def kinds(entity: Entity) -> Pairs:
    return list(CustomerKind.choices)


def debt_types(entity: Entity) -> Pairs:
    return list(DebtType.choices)


def hold_kinds(entity: Entity) -> Pairs:
    return list(HoldKind.choices)


def languages(entity: Entity) -> Pairs:
    return [("fr", _("French")), ("en", _("English"))] + [
        (code, code) for code in seen(entity, "nullif(language, '')") if code not in ("fr", "en")
    ]


def countries(entity: Entity) -> Pairs:
    return [(code, code) for code in sorted({*seen(entity, "nullif(country, '')"), entity.country})]


def categories(entity: Entity) -> Pairs:
    return [(word, word) for word in seen(entity, "nullif(category, '')")]


def tags(entity: Entity) -> Pairs:
    return [(word, word) for word in seen(entity, "unnest(tags)")]


def teams(entity: Entity) -> Pairs:
    return [(str(team.pk), team.name) for team in Team.objects.filter(entity=entity).order_by("name")]


def collectors(entity: Entity) -> Pairs:
    owners = seen(entity, "collector_id::text")
    own = Q(pk__in=people_at(Entity.objects.filter(pk=entity.pk)).values("pk")) | Q(pk__in=owners)
    people = working(User.objects.filter(own))
    return [(str(person.pk), str(person)) for person in people.order_by("last_name", "first_name", "pk")]


def attribute_keys(entity: Entity) -> Pairs:
    """The free attributes found on customers, as facts."""
    named = "case when jsonb_typeof(attributes) = 'object' then attributes else '{}' end"
    return [(ATTRIBUTE + key, key) for key in seen(entity, f"jsonb_object_keys({named})")]


def seen(entity: Entity, expression: str) -> list[str]:
    """Distinct values of a fixed SQL expression among the entity's latest customers, sorted."""
    statement = f"""select distinct value from (
        select {expression} as value from (
            select * from customers_customer where entity_id = %s order by id desc limit {LATEST_CUSTOMERS}
        ) latest
    ) found where value is not null order by value limit {MOST_PROPOSALS}"""
    with connection.cursor() as cursor:
        cursor.execute(statement, [entity.pk])
        return [value for (value,) in cursor.fetchall()]
