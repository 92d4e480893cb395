"""Letters that are printed and not yet posted: what of them is no longer true."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from collections_app.actions.labels import stale_sentence
from crm.accounts.models import Entity
from crm.core import sql
from crm.core.among import named
from crm.customers.models import Customer
from crm.holds.queries import net_open_items

MARK = "/* net open items */"


def changed_since(entity: Entity, message_ids: Sequence[int], on: date) -> dict[int, str]:
    """Message id -> why in words, of those composed for an action that was closed since, or that ask on `on` for what
    is settled, held or less. Two statements for any number."""
    customers = Customer.objects.filter(messages__in=message_ids).order_by().distinct()
    among = named(list(customers.values_list("pk", flat=True)))
    look = sql.statement("collections_app.actions", "printed").replace(MARK, net_open_items(among))
    params: dict[str, Any] = {"entity": entity.pk, "on": on, "messages": list(message_ids)}
    with connection.cursor() as cursor:
        cursor.execute(look, params | among.params)
        return {message_id: stale_sentence(changed) for message_id, changed in cursor.fetchall()}
