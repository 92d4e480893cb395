"""The law a default text quotes is that of the creditor and of the customer, in both languages."""

import datetime as dt
import re

import pytest

from collections_app.letters.compose import Line, compose
from collections_app.letters.defaults import LANGUAGES
from collections_app.letters.operations import deliver_defaults
from crm.customers.models import CustomerKind
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
AT, ON = dt.datetime(2026, 3, 1, tzinfo=dt.UTC), dt.date(2026, 3, 3)
QUOTED = re.compile(r"[LRD]\d{3,4}-\d+|\b1344|1231-6|40\s€|€40|code civil|Civil Code")
INSISTING = ["reminder-email", "reminder-letter", "firm-email", "firm-letter"]
NOTICES = ["formal-notice-letter", "formal-notice-consumer-letter"]
COMMERCE, PROCUREMENT = {"L441-10", "D441-5"}, {"R2192-31", "D2192-35"}
each_language = pytest.mark.parametrize("language", LANGUAGES)


def quoted(code, language, kind, jurisdiction="FR"):
    """Articles and fixed sums in a default text as this customer receives it."""
    entity = EntityFactory(jurisdiction=jurisdiction, language=language)
    # Named here: the numbers the factories give are those of articles now and then.
    customer = CustomerFactory(entity=entity, kind=kind, name="Boulangerie", external_id="C")
    invoice = InvoiceFactory(customer=customer, external_id="FA", due_on="2026-01-10")
    invoice.refresh_from_db()
    deliver_defaults(entity, at=AT)
    template = entity.templates.get(code=code)
    made = compose(template, customer, currency="EUR", lines=[Line(invoice, invoice.amount)], on=ON)
    return {said.replace("\xa0", " ") for said in QUOTED.findall(made.text)}


def fixed(language):
    return {"€40"} if language == "en" else {"40 €"}


@each_language
@pytest.mark.parametrize("code", INSISTING)
def test_a_reminder_quotes_the_code_of_its_reader(code, language):
    assert quoted(code, language, CustomerKind.PROFESSIONAL) == COMMERCE | fixed(language)
    assert quoted(code, language, CustomerKind.PUBLIC_BODY) == PROCUREMENT | fixed(language)
    assert quoted(code, language, CustomerKind.ASSOCIATION) == set()


@each_language
def test_a_firm_call_recalls_the_fixed_sum_to_professionals_only(language):
    assert quoted("call-script-firm", language, CustomerKind.PROFESSIONAL) == fixed(language)
    assert quoted("call-script-firm", language, CustomerKind.CONSUMER) == set()


@each_language
def test_a_formal_notice_quotes_the_code_of_its_reader(language):
    civil = {"1344", "Civil Code" if language == "en" else "code civil"}
    notice = "formal-notice-letter"
    assert quoted(notice, language, CustomerKind.PROFESSIONAL) == civil | COMMERCE | fixed(language)
    assert quoted(notice, language, CustomerKind.PUBLIC_BODY) == civil | PROCUREMENT | fixed(language)
    assert quoted(notice, language, CustomerKind.ASSOCIATION) == civil | {"1231-6"}


@each_language
@pytest.mark.parametrize("code", [*INSISTING, *NOTICES, "call-script-firm"])
def test_no_french_law_is_quoted_under_another_one(code, language):
    kind = CustomerKind.CONSUMER if "consumer" in code else CustomerKind.PROFESSIONAL
    assert quoted(code, language, kind, jurisdiction="CI") == set()
