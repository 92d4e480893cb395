"""A small house for nights run in several ways, and how to compare what they wrote."""

from collections_app.actions.models import Action, ActionLine, Cycle, Refusal
from collections_app.engine.models import Account, DailyFigures, Decision, MorningReport, Run, RunPart, RunStage
from collections_app.segments.models import Membership
from crm.events.models import Delivery, Event
from telephony.messaging.models import Message, Withholding
from tests.collections_app.engine.world import World
from tests.factories.receivables import CreditFactory

LADDER = ({"offset_days": 5, "email": True}, {"offset_days": 15, "unit": "invoice"}, {"offset_days": -3})
WRITTEN = (
    Message, Withholding, Refusal, ActionLine, Action, Cycle, Account, Decision, DailyFigures, MorningReport, RunStage,
    RunPart, Run, Membership, Delivery, Event,
)  # fmt: skip


def small_house():
    world = World(*LADDER)
    for late in (40, 20, 6, 1, -2):
        customer = world.customer()
        world.invoice(customer, late=late)
        world.invoice(customer, late=late // 2)
    CreditFactory(customer=customer, amount=20)
    return world


def state():
    """Everything a night writes, without the numbers and instants of rows."""
    return (
        sorted(Action.objects.values_list("customer__external_id", "step_code", "state", "amount", "channel")),
        sorted(ActionLine.objects.values_list("invoice__external_id", "amount")),
        sorted(Cycle.objects.values_list("customer__external_id", "opened_on")),
        sorted(Decision.objects.values_list("customer__external_id", "outcome", "step_code")),
        sorted(Account.objects.values_list("customer__external_id", "open_amount", "outcome")),
        sorted(DailyFigures.objects.values_list("on", "currency", "open_amount", "actions_open")),
        sorted(Message.objects.values_list("customer__external_id", "state")),
    )


def forget_the_night():
    """As before the night. (Rows are few: DELETE is quicker than TRUNCATE.)"""
    for model in WRITTEN:
        model._base_manager.all()._raw_delete("default")
