"""Letters that are printed and not yet posted: what of them is no longer true, or may no longer be said."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from collections_app.actions.labels import stale_sentence
from collections_app.compliance import gates
from collections_app.compliance.wording import rule_sentence
from crm.accounts.models import Entity
from crm.core import sql
from crm.core.among import named
from crm.customers.models import Customer
from crm.holds.queries import net_open_items

MARK = "/* net open items */"
CANDIDATES = """
select m.id as key, x.entity_id, x.customer_id, x.currency, x.channel, x.address_id, x.formal_notice,
       x.mode = 'automatic' as automatic, x.amount, x.run_id as occasion, m.id as message,
       array(select l.invoice_id from actions_actionline l where l.action_id = x.id) as invoice_ids,
       null::date as oldest_due_on
from messaging_message m join actions_action x on x.id = m.origin_id
where m.id = any(%(messages)s::bigint[])
"""


def changed_since(entity: Entity, message_ids: Sequence[int], on: date, at: datetime) -> dict[int, str]:
    """Message id -> why in words, of those composed for an action that was closed since, that ask on `on` for what is
    settled, held, less or given up, or that a gate refuses at `at`. Three statements for any number."""
    refused = gates.evaluate(CANDIDATES, {"messages": list(message_ids)}, at=at)
    told = {verdict.key: rule_sentence(verdict.rule) for verdict in refused if verdict.answer == "refused"}
    return told | _no_longer_asked(entity, message_ids, on)


def _no_longer_asked(entity: Entity, message_ids: Sequence[int], on: date) -> dict[int, str]:
    customers = Customer.objects.filter(messages__in=message_ids).order_by().distinct()
    among = named(list(customers.values_list("pk", flat=True)))
    look = sql.statement("collections_app.actions", "printed").replace(MARK, net_open_items(among))
    params: dict[str, Any] = {"entity": entity.pk, "on": on, "messages": list(message_ids)}
    with connection.cursor() as cursor:
        cursor.execute(look, params | among.params)
        return {message_id: stale_sentence(changed) for message_id, changed in cursor.fetchall()}
