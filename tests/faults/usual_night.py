"""A usual night, which looks at some customers only: what brings each of them, and all that such a night writes."""

from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from collections_app.actions.models import Tally
from collections_app.engine.models import Account, Change, Decision, MorningReport, Run, RunPart, RunStage
from collections_app.letters.models import Template
from collections_app.segments.models import Membership
from crm.events.models import Delivery
from crm.holds.models import Hold
from crm.holds.operations import place_hold
from crm.timeline.models import Entry
from tests.collections_app.engine import lives, small_house
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.letters import TemplateVersionFactory
from tests.factories.paying import pay
from tests.factories.scenarios import published_scenario
from tests.factories.segments import GroupFactory

EVE = MARCH_1 - timedelta(days=1)
LADDER = (
    {"offset_days": 5, "email": True, "minimum_amount": 50},
    {"offset_days": 15, "unit": "invoice"},
    {"offset_days": -3},
)
OF_ITS_OWN: dict[Any, str] = {
    Change: "customer_id",
    Decision: "customer__external_id currency on outcome step_code next_look_on facts",
    Delivery: "event__kind event__customer_id consumer",
    Entry: "customer__external_id kind subject params",
    Membership: lives.WRITTEN[Membership] + " turns_on",
    MorningReport: "on state anomalies messages",
    Run: "on state opened entered blocked scope",
    RunPart: "number state",
    RunStage: "run__on name",
}
TABLES = [model._meta.db_table for model in (*small_house.WRITTEN, Change, Entry, Hold, Tally)]


def eve() -> World:
    """The night of the eve is done. On the first of March one customer's age reaches a step, one's group changes by the
    date, one gets an invoice, one has paid what is being written to him about, one falls due soon, one's suspension is
    over, one is left."""
    world = World(*LADDER)
    old = published_scenario(world.entity, steps=[{"offset_days": 6, "email": True}])
    for template in Template.objects.filter(entity=world.entity):
        TemplateVersionFactory(template=template, body="Bonjour")
    criteria = {"fact": "days_late", "is": "gte", "value": "8"}
    GroupFactory(entity=world.entity, priority=1, code="old", criteria=criteria, scenario=old.scenario)
    ages, turns, billed, paid, soon, spared, left = (world.customer() for _ in range(7))
    world.invoice(ages, late=5)
    world.invoice(turns, late=8, amount=20)
    world.invoice(billed, late=-40)
    settled = world.invoice(paid, late=6)
    world.invoice(soon, late=-3)
    world.invoice(spared, late=6)
    place_hold(spared, kind="manual", reason="x", starts_on=EVE, ends_on=EVE, at=noon(EVE))
    world.invoice(left, late=-60)
    world.night(EVE, shards=1)
    world.invoice(billed, late=7)
    pay(settled, 100, MARCH_1)
    return world


def keep() -> None:
    """What is written now, for `back`; until this connection is closed."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"create temporary table kept_{table} as table {table}")


@transaction.atomic
def back() -> None:
    """As it was kept, whatever nights have written since. No trigger notes it."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = replica")
        for table in TABLES:
            cursor.execute(f"delete from {table}")
            cursor.execute(f"insert into {table} table kept_{table}")


def written() -> dict[str, list[Any]]:
    """All that nights wrote, with the notes the next one goes by; without the numbers and instants of rows."""
    fields = lives.WRITTEN | OF_ITS_OWN
    return {model.__name__: _rows(model, *names.split()) for model, names in fields.items()}


def looks() -> dict[str, date | None]:
    """When each account is looked at again though nothing changes."""
    return dict(Account.objects.values_list("customer__external_id", "look_on"))


def _rows(model: Any, *fields: str) -> list[Any]:
    return sorted(model._base_manager.values_list(*fields), key=repr)
