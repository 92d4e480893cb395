"""What a company must say of itself, on letters, statements and e-mails (C. com. R123-237 and R123-238)."""

import datetime as dt
from io import BytesIO

import pytest
from pypdf import PdfReader

from collections_app.letters.compose import Composed, Line, compose
from collections_app.letters.faults import problems_of
from collections_app.letters.letterhead import legal_parts
from crm.accounts.models import Entity
from tests.collections_app.letters.test_pdf import letter
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 3)
MENTIONS = "SAS au capital de 100 000 € · RCS Lyon 732 829 320"
FOOT = f"Verdier · {MENTIONS} · 12 rue des Lilas, 69003 Lyon"


def house(**values: str) -> Entity:
    entity: Entity = EntityFactory(legal_name="Verdier", **{"mentions": MENTIONS, **values})
    return entity


def test_mentions_stand_by_the_name_and_no_number_is_said_twice() -> None:
    entity = house(vat_number="FR44732829320")
    assert legal_parts(entity, "fr", ON) == ["Verdier", MENTIONS, "12 rue des Lilas, 69003 Lyon", "TVA FR44732829320"]
    assert legal_parts(house(mentions=""), "en", ON) == ["Verdier", "12 rue des Lilas, 69003 Lyon", "SIREN 732829320"]


def test_letters_and_statements_carry_them() -> None:
    made = letter(CustomerFactory(entity=house()), template__attach_statement=True)
    feet = [PdfReader(BytesIO(file.content)).pages[0].extract_text() for file in made.attachments]
    assert [FOOT in " ".join(foot.split()) for foot in feet] == [True, True]


def mail() -> Composed:
    invoice = InvoiceFactory(customer=CustomerFactory(entity=house()), amount=10)
    invoice.refresh_from_db()
    version = TemplateVersionFactory(template__entity=invoice.entity, body="Bonjour")
    return compose(version.template, invoice.customer, currency="EUR", lines=[Line(invoice, invoice.amount)], on=ON)


def test_an_e_mail_carries_them_for_readers_of_html_and_of_text() -> None:
    made = mail()
    assert made.prepared().text == f"Bonjour\n\n-- \n{FOOT}"
    assert made.html.count(FOOT) == 1


@pytest.mark.parametrize(("mentions", "told"), [("", ["C. com. R123-237 et R123-238"]), (MENTIONS, [])])
def test_who_writes_without_them_is_told(mentions: str, told: list[str]) -> None:
    version = TemplateVersionFactory(
        template__entity=house(mentions=mentions), template__tone="statement", body="Bonjour"
    )
    found = problems_of(version, on=ON)
    assert [(problem.article, problem.blocking) for problem in found] == [(article, False) for article in told]
