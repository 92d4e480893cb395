"""The law a default text quotes is that of the creditor and of the customer, in both languages."""

import datetime as dt
import re

import pytest

from collections_app.letters.compose import Line, compose
from collections_app.letters.defaults import LANGUAGES
from collections_app.letters.operations import deliver_defaults
from crm.customers.models import CustomerKind
from crm.law.models import Rule
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


def written(code, language, kind, jurisdiction="FR"):
    """A default text as this customer receives it."""
    entity = EntityFactory(jurisdiction=jurisdiction, language=language)
    # Named here: the numbers the factories give are those of articles now and then.
    customer = CustomerFactory(entity=entity, kind=kind, name="Boulangerie", external_id="C")
    invoice = InvoiceFactory(customer=customer, external_id="FA", due_on="2026-01-10")
    invoice.refresh_from_db()
    deliver_defaults(entity, at=AT)
    template = entity.templates.get(code=code)
    made = compose(template, customer, currency="EUR", lines=[Line(invoice, invoice.amount)], on=ON)
    return made.text.replace("\xa0", " ")


def quoted(code, language, kind, jurisdiction="FR"):
    """Articles and fixed sums in a default text as this customer receives it."""
    return set(QUOTED.findall(written(code, language, kind, jurisdiction)))


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


AS_OF_RIGHT = re.compile(r"de plein droit|as of right|lendemain de chaque échéance|day after each due date")


@each_language
@pytest.mark.parametrize("code", [*INSISTING, "formal-notice-letter"])
def test_interest_is_said_to_run_from_the_due_date_only_where_it_does(code, language):
    assert AS_OF_RIGHT.search(written(code, language, CustomerKind.PROFESSIONAL)) is not None
    assert AS_OF_RIGHT.search(written(code, language, CustomerKind.PROFESSIONAL, jurisdiction="CI")) is None
    Rule.objects.filter(jurisdiction="CI", code="late_interest", customer_kind="professional").update(
        value={"rate": "legal_professional", "from": "due_date"}
    )
    assert AS_OF_RIGHT.search(written(code, language, CustomerKind.PROFESSIONAL, jurisdiction="CI")) is not None


SENT = {"fr": "à compter de l’envoi de la présente mise en demeure", "en": "from the sending of this formal notice"}
RECEIVED = {
    "fr": "à compter de la réception de la présente mise en demeure, comptée 3 jours après son envoi",
    "en": "from receipt of this formal notice, counted 3 days after it was sent",
}


@each_language
@pytest.mark.parametrize(
    ("code", "kind", "jurisdiction", "words"),
    [
        ("formal-notice-letter", CustomerKind.PROFESSIONAL, "CI", SENT),
        ("formal-notice-letter", CustomerKind.PUBLIC_BODY, "CI", RECEIVED),
        ("formal-notice-letter", CustomerKind.ASSOCIATION, "FR", RECEIVED),
        ("formal-notice-consumer-letter", CustomerKind.CONSUMER, "FR", RECEIVED),
        ("formal-notice-consumer-letter", CustomerKind.CONSUMER, "CI", RECEIVED),
    ],
)
def test_a_notice_says_from_which_day_interest_is_counted(code, kind, jurisdiction, words, language):
    assert words[language] in written(code, language, kind, jurisdiction)
