"""Which items a message names, whatever the ledger holds; and the spreadsheet that goes with it."""

import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, strategies
from python_calamine import CalamineWorkbook

from collections_app.letters.compose import compose
from collections_app.letters.lines import Line, choose, net_total
from collections_app.letters.models import Tone
from collections_app.letters.writing import Writer
from crm.receivables.models import Invoice, InvoiceKind
from tests.factories.customers import CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

ON = dt.date(2026, 3, 3)


def test_a_letter_rounds_no_amount():
    assert Writer("fr", "RSD").money(Decimal("1234.56")) == "1\u202f234,56\xa0RSD"


def line(days: int, net: int, kind: str, reached: bool, number: int) -> Line:
    invoice = Invoice(pk=number, due_on=ON + dt.timedelta(days=days), amount=Decimal(100), kind=kind)
    return Line(invoice, Decimal(net), reached)


ledgers = strategies.lists(
    strategies.builds(
        line,
        strategies.integers(-90, 30),
        strategies.integers(0, 100),
        strategies.sampled_from(InvoiceKind.values),
        strategies.booleans(),
        strategies.integers(1, 10_000),
    ),
    unique_by=lambda each: each.invoice.pk,
    max_size=12,
)


@given(ledgers, strategies.sampled_from(Tone.values), strategies.booleans())
def test_every_amount_due_is_named_once_and_nothing_else_is(lines: list[Line], tone: str, notice: bool) -> None:
    chosen = choose(lines, tone=tone, formal_notice=notice, on=ON)
    named = [*chosen.main, *chosen.others]
    everything = tone in (Tone.PREVENTIVE, Tone.STATEMENT)
    expected = [each for each in lines if each.net_amount > 0 and (everything or each.invoice.due_on < ON)]
    assert sorted(each.invoice.pk for each in named) == sorted(each.invoice.pk for each in expected)
    assert net_total(named) == net_total(expected)


@given(ledgers)
def test_a_formal_notice_claims_only_invoices_that_reached_it(lines: list[Line]) -> None:
    chosen = choose(lines, tone=Tone.FORMAL_NOTICE, formal_notice=True, on=ON)
    assert [each for each in chosen.main if not each.reached or each.invoice.kind != InvoiceKind.INVOICE] == []
    assert [each.invoice.due_on for each in chosen.main] == sorted(each.invoice.due_on for each in chosen.main)


@pytest.mark.django_db
def test_the_spreadsheet_holds_amounts_and_never_a_formula() -> None:
    customer = CustomerFactory()
    invoice = InvoiceFactory(customer=customer, number='=HYPERLINK("http://x")', amount=Decimal("12.50"))
    invoice.refresh_from_db()
    version = TemplateVersionFactory(template__entity=customer.entity, template__attach_invoice_list=True)
    made = compose(version.template, customer, currency="EUR", lines=[Line(invoice, Decimal(10))], on=ON)
    [head, row] = CalamineWorkbook.from_filelike(BytesIO(made.attachments[0].content)).get_sheet_by_index(0).to_python()
    assert head == ["Pièce", "Date", "Échéance", "Montant d’origine", "Reste à payer"]
    assert row == ['facture =HYPERLINK("http://x")', dt.date(2026, 1, 1), dt.date(2026, 1, 31), 12.5, 10.0]
