from decimal import Decimal

import factory

from crm.receivables.models import Credit, CreditKind, Invoice, InvoiceKind
from tests.factories.customers import CustomerFactory


class InvoiceFactory(factory.django.DjangoModelFactory):
    """100,00 EUR, wholly open, issued 1 January 2026, due 31 January 2026."""

    class Meta:
        model = Invoice

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    external_id = factory.Sequence(lambda n: f"FA-{n:06d}")
    number = factory.SelfAttribute("external_id")
    issued_on = "2026-01-01"
    due_on = "2026-01-31"
    currency = "EUR"
    amount = Decimal(100)
    open_amount = factory.SelfAttribute("amount")

    class Params:
        opening = factory.Trait(kind=InvoiceKind.OPENING)
        guessed = factory.Trait(due_on_source="guessed")


class CreditFactory(factory.django.DjangoModelFactory):
    """A payment of 40,00 EUR received 15 February 2026, not yet applied."""

    class Meta:
        model = Credit

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    external_id = factory.Sequence(lambda n: f"RG-{n:06d}")
    received_on = "2026-02-15"
    currency = "EUR"
    amount = Decimal(40)
    open_amount = factory.SelfAttribute("amount")

    class Params:
        credit_note = factory.Trait(kind=CreditKind.CREDIT_NOTE)
