"""What “why?” says of a day once its night is over is what it says of that day ever after."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings, strategies as st

from collections_app.actions.models import Action
from collections_app.engine.queries import explain
from crm.customers.models import Customer
from tests.collections_app.engine.lives import FIRST, Life
from tests.collections_app.engine.world import MARCH_1, World

pytestmark = pytest.mark.django_db
EVER_AFTER = FIRST + timedelta(days=99)


def told(customer, on, **now):
    """Of each account something was late in, what was decided and what each invoice counted for; what each reminder
    asked for, where it is known."""
    found = explain(customer, on=on, **now)
    reminders = [then for then in found.actions if then.action.kind == "dunning"]
    opened = {then.action.currency for then in reminders if then.opened_on == on}
    accounts = {
        row.currency: (_decided(row, opened), {item.number: _said(item, on) for item in row.items})
        for row in found.accounts
        if row.outcome != "nothing_overdue"
    }
    return accounts, {(then.action.pk, then.amount) for then in reminders if then.amount is not None}


def _decided(account, opened):
    """The night that has opened an action finds it open when it is asked again on its day."""
    return "opened" if account.currency in opened else account.outcome


def _said(item, on):
    """On the day itself more is told of what is not due yet, and of a step that waits for a worked day."""
    outcome = "not due" if item.due_on >= on else item.outcome.replace("waiting_day", "waiting")
    return item.open_amount, item.net_amount, item.held or outcome, item.level


def merged(entity):
    """Those a merge touched: what was theirs has another name since."""
    pairs = Customer.objects.filter(entity=entity, merged_into__isnull=False).values_list("pk", "merged_into")
    return {pk for pair in pairs for pk in pair}


def differing(seed, *, days):
    """(customer, day) of which something else is told once the life is over."""
    with transaction.atomic():
        said, life = {}, Life(seed, full=False)
        everybody = Customer.objects.filter(entity=life.entity)
        life.live(days, lambda on: said.update({(pk, on): told(one, on) for pk, one in everybody.in_bulk().items()}))
        found = everybody.exclude(pk__in=merged(life.entity)).in_bulk()
        again = {(pk, on): told(found[pk], on, now=EVER_AFTER) for pk, on in said if pk in found}
        transaction.set_rollback(True)
    assert any(asked for _, asked in again.values()) or not any(asked for _, asked in said.values())
    return [
        (found[pk].external_id, on)
        for (pk, on), (accounts, asked) in again.items()
        if accounts != said[pk, on][0] or not asked <= said[pk, on][1]
    ]


@settings(max_examples=3, deadline=None, phases=[Phase.reuse, Phase.generate])  # a seed has nothing simpler
@given(seed=st.integers(0, 10**6))
def test_a_day_is_told_later_as_it_was_told_after_its_night(seed):
    assert differing(seed, days=8) == []


def asked(customer, **now):
    return {then.action.step_code: then.amount for then in explain(customer, on=MARCH_1, **now).actions}


def counted(customer, **now):
    """Of each invoice of the first of March: what it counts for, and its level."""
    [account] = explain(customer, on=MARCH_1, **now).accounts
    return {item.invoice_id: (item.outcome, item.level) for item in account.items}


def test_a_reminder_asked_for_nothing_that_was_only_announced():
    world = World({"offset_days": 5}, {"offset_days": -3})
    customer = world.customer()
    late, coming = world.invoice(customer, late=6, amount=176), world.invoice(customer, late=-3, amount=133)
    world.night()
    assert asked(customer) == {"s5": 176, "s-3": 133}
    # Of the announcement, whose invoices are those it has left, no amount is told.
    assert asked(customer, now=EVER_AFTER) == {"s5": 176, "s-3": None}
    assert counted(customer) == counted(customer, now=EVER_AFTER) == {
        late.pk: ("carried", "s5"), coming.pk: ("announced", "")
    }  # fmt: skip


def test_what_the_step_of_another_invoice_does_not_carry_waits():
    world = World(
        {"offset_days": 2, "unit": "invoice"}, {"offset_days": 6}, {"offset_days": 12, "unit": "invoice"},
        {"offset_days": 20}, entry_policy="step_by_age",
    )  # fmt: skip
    customer = world.customer()
    first, second = world.invoice(customer, late=13), world.invoice(customer, late=25)
    world.night()
    assert [action.invoice for action in Action.objects.all()] == [first]
    both = {first.pk: ("carried", "s12"), second.pk: ("waiting", "s20")}
    assert counted(customer) == counted(customer, now=EVER_AFTER) == both


def test_an_invoice_is_told_at_the_level_of_its_action_though_it_is_older():
    world = World({"offset_days": 5}, {"offset_days": 25})
    customer = world.customer()
    invoice = world.invoice(customer, late=30)
    world.regroup()
    before = counted(customer)
    world.night()
    assert before == counted(customer) == counted(customer, now=EVER_AFTER) == {invoice.pk: ("carried", "s5")}
