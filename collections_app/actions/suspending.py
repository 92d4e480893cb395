"""What waits for a person and has nothing left to say leaves his list at once, and not with the night."""

from collections.abc import Collection
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection

from collections_app.actions.models import Action
from collections_app.actions.states import MOVES, sources
from crm.accounts.calendars import today
from crm.core.among import Among, named
from crm.core.sql import statement
from crm.customers.models import Customer
from crm.events.models import Event
from crm.holds.queries import net_open_items

HERE = "collections_app.actions"
# Why an action has nothing left to say, and the outcome the night would give it.
CLOSED_AS = {"held": "held", "settled": "settled", "ended": "settled"}


def suspend(customer: Customer, *, on: date, at: datetime) -> int:
    """Close the actions of a customer that wait for a person though all they ask for is on hold; how many. The rule is
    that of the night, which opens again what is due once nothing holds it. What was decided by hand stays."""
    among = named([customer.pk])
    text = _by_the_rule("suspend", among)
    params: dict[str, Any] = {"from_states": sources("suspend"), "state": MOVES["suspend"][1].value, **among.params}
    with connection.cursor() as cursor:
        cursor.execute(text, params | {"entity": customer.entity_id, "on": on, "at": at})
        return int(cursor.rowcount)


def nothing_left(actions: Collection[Action], *, on: date) -> dict[int, str]:
    """Those of some actions of one entity that have nothing left to say on a date, by the rule of the night, and why:
    held, where part of what they carry is on hold; settled; or ended, where what they carry is owed again, in another
    cycle."""
    among = named(sorted({action.customer_id for action in actions}))
    params: dict[str, Any] = {
        "entity": next(iter(actions)).entity_id,
        "on": on,
        "actions": [action.pk for action in actions],
    }
    with connection.cursor() as cursor:
        cursor.execute(_by_the_rule("nothing_left", among), params | among.params)
        return dict(cursor.fetchall())


def close_what_says_nothing(actions: Collection[int], *, at: datetime) -> list[int]:
    """Close those of these actions that wait for a person with nothing left to say; which."""
    waiting = Action.objects.waiting_for_a_person().filter(pk__in=actions).select_related("entity")
    closed: list[int] = []
    for entity, found in groupby(waiting.order_by("entity_id", "pk"), key=lambda action: action.entity):
        outcomes = nothing_left(list(found), on=today(entity, at))
        for outcome in set(CLOSED_AS.values()):
            keys = [key for key, why in outcomes.items() if CLOSED_AS[why] == outcome]
            still = Action.objects.filter(pk__in=keys, state__in=sources("suspend"))
            still.update(state=MOVES["suspend"][1], outcome=outcome, closed_at=at)
        closed += outcomes
    return sorted(closed)


def _by_the_rule(name: str, among: Among) -> str:
    text = statement(HERE, name).replace("/* alive */", statement(HERE, "alive"))
    return among.within(text.replace("/* net open items */", net_open_items(among)))


def on_hold_placed(event: Event) -> None:
    """Consumer of holds, wherever they were placed: what is held when it hears of it."""
    if event.customer_id is None:
        return
    customer = Customer.objects.select_related("entity").filter(pk=event.customer_id).first()
    if customer is not None:
        suspend(customer, on=today(customer.entity, event.delivered_at), at=event.delivered_at)
