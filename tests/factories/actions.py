from datetime import date
from decimal import Decimal

import factory

from collections_app.actions.models import Action, ActionKind, ActionLine, ActionState, Cycle
from collections_app.scenarios.models import StepMode
from crm.customers.models import Channel
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

MARCH_2 = date(2026, 3, 2)


class CycleFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cycle

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    currency = "EUR"
    opened_on = MARCH_2


class ActionFactory(factory.django.DjangoModelFactory):
    """A call to make for 100,00 EUR, opened on 2 March 2026, thirty days after the due date."""

    class Meta:
        model = Action

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    cycle = factory.SubFactory(CycleFactory, customer=factory.SelfAttribute("..customer"))
    currency = "EUR"
    kind = ActionKind.DUNNING
    step_code = "call-30"
    step_offset = 30
    channel = Channel.PHONE
    mode = StepMode.TODO
    state = ActionState.TODO
    amount = Decimal(100)
    oldest_due_on = date(2026, 1, 31)
    opened_on = MARCH_2
    weight = 100.0
    late_since_on = factory.LazyAttribute(lambda action: action.oldest_due_on or action.opened_on)

    class Params:
        to_approve = factory.Trait(
            state=ActionState.TO_APPROVE, mode=StepMode.APPROVAL, channel=Channel.POST, formal_notice=True
        )
        snoozed = factory.Trait(snoozed_until=date(2099, 1, 1))


class ActionLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ActionLine

    action = factory.SubFactory(ActionFactory)
    invoice = factory.SubFactory(InvoiceFactory, customer=factory.SelfAttribute("..action.customer"))
    amount = factory.SelfAttribute("invoice.open_amount")
