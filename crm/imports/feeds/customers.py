"""Customers sent by another system."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _, gettext_noop
from psycopg.types.json import Jsonb

from crm.accounts.models import Entity, User
from crm.accounts.queries import people_at, working
from crm.core import sql
from crm.core.rest.bulk import Row, Written, WrittenMeanwhile
from crm.customers.models import Channel, Customer
from crm.events.operations import emit_many
from crm.imports.staging import write_addresses
from crm.imports.turns import turn_of_a_feed

ADDED = gettext_noop("Customer received through the API")
CHANGED = gettext_noop("Customer changed through the API")
ADDRESSES = {"email": Channel.EMAIL, "phone": Channel.PHONE, "postal_address": Channel.POST}
FACTS = """
select %(entity)s::bigint as entity_id, customer_id, '{}'::jsonb as payload
from unnest(%(customers)s::bigint[]) as customer_id
"""


def upsert_customers(entity: Entity, given: Sequence[Mapping[str, Any]], *, by: User | None, at: datetime) -> Written:
    """Write customers by `external_id`; a field that is absent stays as it is. Three statements for any number.

    Rows are checked before (feed_customers): `name` is there for a new one, `collector_id` is that of somebody who
    works there. Raises WrittenMeanwhile.
    """
    params = {
        "entity": entity.pk,
        "rows": Jsonb([dict(row) for row in given]),
        "by": by.pk if by else None,
        "at": at,
        "added": ADDED,
        "changed": CHANGED,
    }
    rows = sql.rows("crm.imports", "feed_customers", params)
    if any(row["id"] is None for row in rows):
        raise WrittenMeanwhile
    added = _add_addresses(given, params | {"told": [row["id"] for row in rows]})
    customers = {row["id"] for row in rows} | {row["customer_id"] for row in added}
    if customers:
        emit_many("facts.changed", FACTS, {"entity": entity.pk, "customers": sorted(customers)}, at=at)
    created = {row["external_id"] for row in rows if row["created"]}
    written = {row["external_id"] for row in [*rows, *added]}
    return Written(len(created), len(written - created), len(given) - len(written))


def _add_addresses(given: Sequence[Mapping[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """Add those not on file: (external_id, customer_id) of the rows that brought one."""
    addresses = [
        (row["external_id"], channel.value, row[name])
        for row in given
        for name, channel in ADDRESSES.items()
        if row.get(name)
    ]
    if not addresses:
        return []
    external_ids, channels, values = map(list, zip(*addresses, strict=True))
    named = {"external_ids": external_ids, "channels": channels, "values": values}
    return write_addresses("feed_addresses", params | named)


def feed_customers(entity: Entity, rows: dict[int, Row], *, by: User | None, at: datetime) -> Written:
    """Add customers by `external_id` or change what is given of those known.

    A new customer without a name and an unknown collector are faults of their place. Raises WrittenMeanwhile.
    """
    turn_of_a_feed(entity)
    faults = _nameless(entity, rows) + _unknown_collectors(entity, rows)
    refused = {place for place, _field, _message in faults}
    written = upsert_customers(entity, [row for place, row in rows.items() if place not in refused], by=by, at=at)
    written.faults = faults
    return written


def _nameless(entity: Entity, rows: dict[int, Row]) -> list[tuple[int, str, str]]:
    ids = {row["external_id"]: place for place, row in rows.items() if "name" not in row}
    known = Customer.objects.filter(entity=entity, external_id__in=ids).values_list("external_id", flat=True)
    return [(ids[external_id], "name", _("A new customer has a name.")) for external_id in ids.keys() - set(known)]


def _unknown_collectors(entity: Entity, rows: dict[int, Row]) -> list[tuple[int, str, str]]:
    """Put the collectors' keys in the rows; name those that are nobody of the entity."""
    named = {row["collector"] for row in rows.values() if row.get("collector")}
    keys = {person.username: person.pk for person in _collectors(entity, named)} if named else {}
    faults: list[tuple[int, str, str]] = []
    for place, row in rows.items():
        if "collector" in row:
            name = row.pop("collector")
            row["collector_id"] = keys.get(name)
            if name and name not in keys:
                faults.append(
                    (place, "collector", _("Nobody who works on customers of this entity has this user name."))
                )
    return faults


def _collectors(entity: Entity, named: set[str]) -> QuerySet[User]:
    """Of these user names, those who may be given a customer: a portfolio lets its collector see him."""
    portfolio = Customer.objects.filter(collector=OuterRef("pk"), entity=entity)
    there = Q(Exists(portfolio)) | Q(pk__in=people_at(Entity.objects.filter(pk=entity.pk)).values("pk"))
    return working(User.objects.filter(there, username__in=named))
