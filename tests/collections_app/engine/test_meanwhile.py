"""What people, payments and a crash do between the stages of a night."""

from datetime import timedelta

import pytest
from django.db import connection

from collections_app.actions.models import Action, ActionLine
from collections_app.actions.operations import approve
from collections_app.engine import stages
from crm.customers.operations.merging import merge_customers
from telephony.messaging.models import Message
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.factories.accounts import UserFactory
from tests.factories.paying import pay

pytestmark = pytest.mark.django_db


def when(stage, then):
    """A listener that does `then` as the night begins `stage`."""
    return lambda name: then() if name == stage else None


def test_a_task_taken_while_the_night_looks_for_its_owner_stays_with_who_took_it():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.night()
    customer.collector = UserFactory()
    customer.save()
    taker = UserFactory()
    world.night(starting=when("open", lambda: Action.objects.update(owner=taker)))
    assert Action.objects.get().owner == taker


def test_a_task_handed_back_while_the_night_counts_what_it_carries_stays_handed_back():
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.night()
    Action.objects.update(owner=UserFactory())
    world.invoice(customer, late=7)
    world.night(starting=when("open", lambda: Action.objects.update(owner=None)))
    task = Action.objects.get()
    assert (task.owner, task.amount) == (None, 200)


@pytest.mark.parametrize("full", [False, True])
def test_a_task_cancelled_before_the_night_decides_opens_again_once(full):
    world = World({"offset_days": 5})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.night()
    world.invoice(customer, late=7)

    def cancel():
        Action.objects.update(state="cancelled", closed_at=noon(MARCH_1), outcome="cancelled")

    on = MARCH_1 + timedelta(days=1)
    world.night(on, full=full, starting=when("decide", cancel))
    task = Action.objects.get()
    assert (task.state, task.opened_on, task.amount, task.lines.count()) == ("todo", on, 200, 2)


def test_what_is_approved_before_the_night_decides_stays_as_it_was_seen():
    world = World({"offset_days": 5, "mode": "approval", "email": True})
    customer = world.customer()
    world.invoice(customer, late=6)
    world.night()
    world.invoice(customer, late=7)
    [task] = Action.objects.all()
    world.night(starting=when("decide", lambda: approve(task, by=world.person, at=noon(MARCH_1))))
    task.refresh_from_db()
    assert (task.state, task.amount, task.lines.count()) == ("scheduled", 100, 1)


def test_a_second_night_of_the_day_adds_what_came_in_to_the_message_before_the_due_date():
    world = World({"offset_days": -5})
    customer = world.customer()
    world.invoice(customer, late=-5)
    world.night()
    world.invoice(customer, late=-1)
    world.night()
    assert (Action.objects.get().amount, ActionLine.objects.count()) == (200, 2)


def test_a_message_is_taken_back_with_its_action_though_the_night_fails_after(monkeypatch):
    world = World({"offset_days": 5, "email": True})
    invoice = world.invoice(world.customer(), late=6)
    world.night()
    pay(invoice, 100, MARCH_1)
    monkeypatch.setattr(stages.Night, "keep", failing_on("night_plan", stages.Night.keep))
    with pytest.raises(ZeroDivisionError):
        world.night()
    assert (Action.objects.get().state, Message.objects.get().state) == ("cancelled", "cancelled")


def test_what_a_night_opened_for_a_customer_merged_meanwhile_is_closed_by_the_next():
    world = World({"offset_days": 5})
    kept, duplicate = world.customer(email=False), world.customer(email=False)
    world.invoice(duplicate, late=6)
    world.night(
        starting=when("open", lambda: merge_customers(kept, duplicate, by=world.person, at=noon(MARCH_1))), shards=1
    )
    world.night(MARCH_1 + timedelta(days=1))
    assert set(Action.objects.values_list("customer", "state")) == {(duplicate.pk, "cancelled"), (kept.pk, "todo")}


def failing_on(table, keep):
    return lambda night, name, statement, **key: 1 / 0 if name == table else keep(night, name, statement, **key)


def test_a_removal_locks_tables_in_the_order_a_night_writes_them():
    """Triggers of one event fire by name: in another order a removal and a night would wait for each other."""
    written = ["actions_cycle", "actions_action", "actions_actionline", "engine_decision", "messaging_message"]
    with connection.cursor() as cursor:
        cursor.execute("select tgrelid, tgname from pg_trigger where tgname like '%_kept_%' order by tgname")
        locked = [(parent, name.partition("_kept_")[2].partition("for_")[2]) for parent, name in cursor.fetchall()]
    for parent in {parent for parent, _ in locked}:
        order = [written.index(child) for of, child in locked if of == parent and child in written]
        assert order == sorted(order)
    assert {child for _, child in locked} >= set(written)
