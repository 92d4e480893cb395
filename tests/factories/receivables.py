from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import factory

from crm.receivables.models import Credit, CreditKind, Invoice, InvoiceKind
from crm.receivables.operations import close_in_ledger
from tests.factories.customers import CustomerFactory


def as_it_begins(on: date | str) -> datetime:
    """The first instant of a day."""
    return datetime.fromisoformat(str(on)).replace(tzinfo=UTC)


class InvoiceFactory(factory.django.DjangoModelFactory):
    """100,00 EUR, wholly open, issued and recorded 1 January 2026, due 31 January 2026."""

    class Meta:
        model = Invoice
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    external_id = factory.Sequence(lambda n: f"FA-{n:06d}")
    number = factory.SelfAttribute("external_id")
    issued_on = "2026-01-01"
    due_on = "2026-01-31"
    currency = "EUR"
    amount = Decimal(100)
    open_amount = factory.SelfAttribute("amount")
    recorded_at = factory.LazyAttribute(lambda made: as_it_begins(made.issued_on))

    class Params:
        opening = factory.Trait(kind=InvoiceKind.OPENING)
        guessed = factory.Trait(due_on_source="guessed")

    @factory.post_generation
    def closed_on(self: Any, create: bool, extracted: date | None, **kwargs: Any) -> None:
        """InvoiceFactory(closed_on=date(…)): the books closed it that day, by a movement as the ledger asks."""
        if extracted:
            close_in_ledger(self, on=extracted, at=datetime(extracted.year, extracted.month, extracted.day, tzinfo=UTC))


class CreditFactory(factory.django.DjangoModelFactory):
    """A payment of 40,00 EUR received and recorded 15 February 2026, not yet applied."""

    class Meta:
        model = Credit

    customer = factory.SubFactory(CustomerFactory)
    entity = factory.SelfAttribute("customer.entity")
    external_id = factory.Sequence(lambda n: f"RG-{n:06d}")
    received_on = "2026-02-15"
    currency = "EUR"
    amount = Decimal(40)
    open_amount = factory.SelfAttribute("amount")
    recorded_at = factory.LazyAttribute(lambda made: as_it_begins(made.received_on))

    class Params:
        credit_note = factory.Trait(kind=CreditKind.CREDIT_NOTE)
