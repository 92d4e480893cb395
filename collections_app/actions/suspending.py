"""What waits for a person and speaks of nothing but what is on hold leaves his list at once, and not with the night."""

from datetime import date, datetime
from typing import Any

from django.db import connection

from collections_app.actions.states import MOVES, sources
from crm.accounts.calendars import today
from crm.core.among import named
from crm.core.sql import statement
from crm.customers.models import Customer
from crm.events.models import Event
from crm.holds.queries import net_open_items


def suspend(customer: Customer, *, on: date, at: datetime) -> int:
    """Close the actions of a customer that wait for a person though all they ask for is on hold; how many. The rule is
    that of the night, which opens again what is due once nothing holds it. What was decided by hand stays."""
    among = named([customer.pk])
    text = statement("collections_app.actions", "suspend")
    text = text.replace("/* alive */", statement("collections_app.actions", "alive"))
    text = among.within(text.replace("/* net open items */", net_open_items(among)))
    params: dict[str, Any] = {"from_states": sources("suspend"), "state": MOVES["suspend"][1].value, **among.params}
    with connection.cursor() as cursor:
        cursor.execute(text, params | {"entity": customer.entity_id, "on": on, "at": at})
        return int(cursor.rowcount)


def on_hold_placed(event: Event) -> None:
    """Consumer of holds, wherever they were placed: what is held when it hears of it."""
    if event.customer_id is None:
        return
    customer = Customer.objects.select_related("entity").filter(pk=event.customer_id).first()
    if customer is not None:
        suspend(customer, on=today(customer.entity, event.delivered_at), at=event.delivered_at)
