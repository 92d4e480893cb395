import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from collections_app.letters import qr
from collections_app.letters.charges import charge_sheet
from collections_app.letters.compose import Composed, Line, compose
from collections_app.letters.languages import NoPublishedVersion
from collections_app.letters.models import Template
from collections_app.letters.operations import deliver_defaults
from crm.customers.models import Customer, CustomerKind
from crm.holds.models import Hold
from crm.holds.operations import lift_hold, place_hold
from crm.law.models import Rate, RateKind
from crm.receivables.late_charges import record_formal_notice
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, ContactFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 3)
AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def saved(made: Any) -> Any:
    """Factories give dates as texts; the composition compares dates."""
    made.refresh_from_db()
    return made


def line(customer: Customer, net: str | None = None, *, reached: bool = True, **values: Any) -> Line:
    invoice: Invoice = saved(InvoiceFactory(customer=customer, **values))
    return Line(invoice, invoice.amount if net is None else Decimal(net), reached)


def template_of(customer: Customer, body: str, subject: str = "Objet", **values: Any) -> Template:
    version = TemplateVersionFactory(template__entity=customer.entity, subject=subject, body=body, **values)
    template: Template = version.template
    return template


def written(customer: Customer, body: str, *lines: Line, **values: Any) -> Composed:
    return compose(template_of(customer, body, **values), customer, currency="EUR", lines=lines, on=ON)


def test_amounts_counts_and_dates() -> None:
    customer = CustomerFactory(external_id="C-1")
    first = line(customer, number="FA-1", due_on="2026-02-01", amount=Decimal(1000))
    second = line(customer, number="FA-2", due_on="2026-02-20", amount=Decimal("234.5"))
    body = "{{ total.net | money }} {{ total.count }} {{ oldest.label }} {{ oldest.days_late }} {{ today | date }}"
    made = written(customer, body, second, first)
    assert made.text == "1\u202f234,50\xa0€ 2 facture FA-1 30 3 mars 2026"
    assert made.amounts == {"EUR": Decimal("1234.5")}


@pytest.mark.parametrize("channel", ["email", "post", "sms"])
def test_what_is_read_says_what_leaves_and_is_not_drawn(channel: str) -> None:
    customer = CustomerFactory()
    files = {f"template__attach_{name}": True for name in ("statement", "invoice_list")}
    template = template_of(customer, "Payez.\n\n{{ invoice_table }}", template__channel=channel, **files)
    given: dict[str, Any] = {"currency": "EUR", "lines": [line(customer)], "on": ON}
    leaves, read = compose(template, customer, **given), compose(template, customer, **given, to_read=True)
    assert read.file_names == tuple(file.name for file in leaves.attachments) == leaves.file_names
    assert (read.html, read.attachments) == ("", ())
    assert replace(read, html=leaves.html, attachments=leaves.attachments) == leaves


def test_the_collector_of_the_portfolio_signs() -> None:
    customer = CustomerFactory(collector=UserFactory(first_name="Zoé", last_name="Petit"))
    assert written(customer, "{{ sender.name }}", line(customer)).text == "Zoé Petit"


def test_without_a_collector_the_entity_signs() -> None:
    customer = CustomerFactory(entity__sender_name="Comptabilité clients")
    assert written(customer, "{{ sender.name }}", line(customer)).text == "Comptabilité clients"


def test_the_deadline_is_a_worked_day() -> None:
    customer = CustomerFactory()
    template = template_of(customer, "{{ deadline | date: 'short' }}")
    friday_before = dt.date(2026, 2, 28)  # eight days on is a Sunday
    made = compose(template, customer, currency="EUR", lines=[line(customer)], on=friday_before)
    assert made.text == "09/03/2026"


@pytest.mark.parametrize(
    ("tone", "debt_type", "days_to_pay", "on"),
    [
        ("friendly", "trade", None, "13/03/2026"),  # 10 days, the house's
        ("friendly", "trade", 3, "06/03/2026"),
        ("friendly", "insurance", 3, "06/03/2026"),
        ("formal_notice", "trade", None, "23/03/2026"),  # 20, on a Monday
        ("formal_notice", "trade", 7, "10/03/2026"),
        ("formal_notice", "insurance", 7, "02/04/2026"),  # 30 by L113-3
        ("formal_notice", "insurance", 45, "17/04/2026"),
    ],
)
def test_the_days_to_pay_are_of_the_text_else_of_the_entity_and_a_notice_leaves_those_of_the_law(
    tone: str, debt_type: str, days_to_pay: int | None, on: str
) -> None:
    customer = CustomerFactory(entity__days_to_pay=10, entity__notice_days_to_pay=20)
    version = TemplateVersionFactory(
        template__entity=customer.entity,
        template__tone=tone,
        body="{{ deadline | date: 'short' }}",
        days_to_pay=days_to_pay,
    )
    owed = line(customer)
    owed.invoice.debt_type = debt_type
    made = compose(version.template, customer, currency="EUR", lines=[owed], on=dt.date(2026, 3, 3))
    assert (made.text, made.variables["deadline"]) == (on, "-".join(reversed(on.split("/"))))


# Language: contact, customer, entity; all of it or none.


def test_the_contact_s_language_comes_first() -> None:
    customer = CustomerFactory(language="fr")
    contact = ContactFactory(customer=customer, language="en")
    AddressFactory(customer=customer, contact=contact)
    deliver_defaults(customer.entity, at=AT)
    template = customer.entity.templates.get(code="friendly-email")
    made = compose(template, customer, currency="EUR", lines=[line(customer)], on=ON)
    assert (made.language, made.fell_back) == ("en", False)
    assert "Dear Camille Durand," in made.text
    assert "Account holder" in made.text


def test_without_a_text_in_his_language_all_is_in_that_of_the_entity() -> None:
    customer = CustomerFactory(language="en")
    made = written(customer, "{{ oldest.label }}\n\n{{ invoice_table }}", line(customer, number="FA-9"))
    assert (made.language, made.wanted_language, made.fell_back) == ("fr", "en", True)
    assert "Pièce" in made.text


def test_a_language_we_have_no_words_for_falls_back_whole() -> None:
    customer = CustomerFactory(language="de")
    template = template_of(customer, "Hallo", language="de")
    TemplateVersionFactory(template=template, language="fr", body="Bonjour")
    made = compose(template, customer, currency="EUR", lines=[line(customer)], on=ON)
    assert (made.text, made.language, made.wanted_language) == ("Bonjour", "fr", "de")


def test_regional_languages_are_written_in_the_language() -> None:
    customer = CustomerFactory(language="fr-BE")
    assert not written(customer, "x", line(customer)).fell_back


def test_a_draft_is_never_sent() -> None:
    customer = CustomerFactory()
    template = template_of(customer, "x", draft=True)
    with pytest.raises(NoPublishedVersion):
        compose(template, customer, currency="EUR", lines=[line(customer)], on=ON)


def test_the_last_published_version_is_sent() -> None:
    customer = CustomerFactory()
    template = template_of(customer, "ancien")
    version = TemplateVersionFactory(template=template, number=2, body="nouveau")
    TemplateVersionFactory(template=template, number=3, body="brouillon", draft=True)
    made = compose(template, customer, currency="EUR", lines=[line(customer)], on=ON)
    assert (made.text, made.template_version_id) == ("nouveau", version.pk)


# Which items are named.


def test_items_not_yet_due_are_never_named_in_a_reminder() -> None:
    customer = CustomerFactory()
    due, today, later = (line(customer, number=f"FA-{on}", due_on=on) for on in ("2026-03-02", ON, "2026-04-01"))
    made = written(customer, "{{ total.count }}\n\n{{ invoice_table }}", due, today, later)
    assert made.text.startswith("1\n\n")
    assert [number for number in ("FA-2026-03-02", f"FA-{ON}", "FA-2026-04-01") if number in made.text] == [
        "FA-2026-03-02"
    ]


def test_before_the_due_date_they_are_the_subject() -> None:
    customer = CustomerFactory()
    later = line(customer, number="FA-LATER", due_on="2026-04-01")
    made = written(customer, "{{ invoice_table }}", later, template__preventive=True)
    assert "Facture FA-LATER" in made.text
    assert "Retard" not in made.text


def test_a_formal_notice_asks_only_for_invoices_that_reached_it() -> None:
    customer = CustomerFactory()
    reached = line(customer, number="FA-OLD", amount=Decimal(500))
    young = line(customer, number="FA-YOUNG", amount=Decimal(70), reached=False)
    later = line(customer, number="FA-LATER", due_on="2026-05-01")
    amounts = "{{ total.net | money }} {{ total.other | money }}"
    body = f"{amounts}\n\n{{{{ invoice_table }}}}\n\n## Autres\n{{{{ other_invoice_table }}}}"
    asked, others = written(customer, body, reached, young, later, template__formal_notice=True).text.split("AUTRES")
    assert asked.startswith("500,00\xa0€ 70,00\xa0€")
    assert ("FA-OLD" in asked, "FA-YOUNG" in asked, "FA-YOUNG" in others) == (True, False, True)
    assert "FA-LATER" not in asked + others


def test_an_opening_balance_is_never_named_an_invoice_nor_noticed() -> None:
    customer = CustomerFactory()
    opening = line(customer, opening=True, number="OUV-1")
    made = written(customer, "{{ oldest.label }} [{{ oldest.number }}]\n\n{{ invoice_table }}", opening)
    assert made.text.startswith("solde antérieur []")
    assert ("Solde antérieur" in made.text, "OUV-1" in made.text) == (True, False)
    notice = written(customer, "{{ total.count }} {{ total.other_count }}", opening, template__formal_notice=True)
    assert notice.text == "0 1"


def test_a_covered_invoice_is_left_out_and_a_partly_covered_one_shows_both_amounts() -> None:
    customer = CustomerFactory()
    covered, partly = line(customer, "0", number="FA-PAID"), line(customer, "60", number="FA-PART")
    made = written(customer, "{{ invoice_table }}", covered, partly)
    assert made.text.splitlines()[1].endswith("100,00\xa0€ | 60,00\xa0€")
    assert "FA-PAID" not in made.text
    assert "Montant d’origine" in made.text


def test_an_instalment_says_which() -> None:
    customer = CustomerFactory()
    made = written(customer, "{{ oldest.label }}", line(customer, number="FA-3", installment=2))
    assert made.text == "facture FA-3 (échéance 2)"


# Channels.


def test_an_email_escapes_what_it_quotes() -> None:
    customer = CustomerFactory(name="<script>alert(1)</script> & Fils")
    made = written(customer, "Cher {{ customer.name }}", line(customer))
    assert "<script" not in made.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Fils" in made.html
    assert made.text == "Cher <script>alert(1)</script> & Fils"


def test_an_email_has_inlined_styles_bold_and_lists() -> None:
    customer = CustomerFactory()
    made = written(customer, "**Gras** et fin\nsuite\n\n- un\n- deux", line(customer))
    kept = made.html.partition("<style>")[2].partition("</style>")[0]
    assert kept.startswith("@media (max-width: 480px)")
    assert "<strong>Gras</strong> et fin<br>suite" in made.html
    assert made.text == "Gras et fin\nsuite\n\n- un\n- deux"


def test_a_name_cannot_pass_for_a_table() -> None:
    customer = CustomerFactory(name="\ue000invoice_table\ue000")
    assert written(customer, "{{ customer.name }}", line(customer)).text == "invoice_table"


def test_an_sms_is_written_in_the_plain_alphabet() -> None:
    customer = CustomerFactory()
    made = written(customer, "L’échéance « {{ total.net | money }} »", line(customer), template__sms=True)
    assert (made.text, made.html) == ('L\'échéance " 100,00 € "', "")


def test_statement_and_list_are_attached() -> None:
    customer = CustomerFactory(external_id="C-7")
    template = template_of(customer, "x")
    template.attach_statement = template.attach_invoice_list = True
    made = compose(template, customer, currency="EUR", lines=[line(customer)], on=ON)
    assert [(each.name, each.content[:2]) for each in made.attachments] == [
        ("releve-C-7.pdf", b"%P"),
        ("factures-C-7.xlsx", b"PK"),
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_statement_mail_calls_balance_only_what_it_encloses(language: str) -> None:
    """100 € are late; 900 € more are not due yet, and stand in the PDF."""
    customer = CustomerFactory(language=language)
    late = line(customer, due_on="2026-02-01", issued_on="2026-01-01")
    line(customer, amount=Decimal(900), due_on="2026-04-01", issued_on="2026-03-01")
    deliver_defaults(customer.entity, at=AT)
    template = customer.entity.templates.get(code="statement-email")
    made = compose(template, customer, currency="EUR", lines=[late], on=ON)
    enclosed = PdfReader(BytesIO(made.attachments[0].content)).pages[0].extract_text()
    assert re.search(r"(Solde|Balance) .*1.000[,.]00", enclosed) is not None
    assert re.findall(r"solde|balance", made.text) == []
    assert re.search(r"restent à régler, pour 100,00|remain to be paid, for €100\.00", made.text) is not None


def enclosed(customer: Customer, *lines: Line) -> list[str]:
    """The lines of the statement of account enclosed with a reminder."""
    template = template_of(customer, "Payez.", template__attach_statement=True)
    made = compose(template, customer, currency="EUR", lines=lines, on=ON)
    text = PdfReader(BytesIO(made.attachments[0].content)).pages[0].extract_text()
    return [" ".join(row.replace("\u202f", " ").split()) for row in text.splitlines()]


def balance(rows: list[str]) -> list[str]:
    return [row.partition("2026 ")[2] for row in rows if row.startswith("Solde du compte")]


def silenced(customer: Customer, kind: str, **values: Any) -> None:
    place_hold(customer, kind=kind, reason="x", starts_on=ON, at=AT, **values)


class TestOfWhatTheLawForbidsToAskFor:
    """500 € are late, 10 € more may not be asked for."""

    @pytest.fixture
    def customer(self) -> Customer:
        return CustomerFactory(kind="consumer")

    @pytest.fixture
    def late(self, customer: Customer) -> Line:
        values = {"due_on": "2026-02-20", "issued_on": "2026-02-01"}
        return line(customer, number="NEW", amount=Decimal(500), **values)

    @pytest.fixture
    def old(self, customer: Customer) -> Line:
        return line(customer, number="OLD", amount=Decimal(10), due_on="2023-01-01", issued_on="2022-12-01")

    @pytest.mark.parametrize(
        ("kind", "scope"),
        [
            ("limitation", "invoice"),
            ("insolvency", "born_before"),
            ("insolvency", "invoice"),
        ],
    )
    @pytest.mark.parametrize("disputed", [False, True])
    def test_the_statement_does_not(
        self, customer: Customer, late: Line, old: Line, kind: str, scope: str, disputed: bool
    ):
        if disputed:
            silenced(customer, "dispute", invoice=old.invoice)
        silenced(customer, kind, **{scope: old.invoice if scope == "invoice" else dt.date(2026, 1, 31)})
        rows = enclosed(customer, late)
        assert ([row for row in rows if "OLD" in row], balance(rows)) == ([], ["500,00 €"])

    def test_what_only_a_dispute_holds_is_listed(self, customer: Customer, late: Line, old: Line):
        silenced(customer, "dispute", invoice=old.invoice)
        assert balance(enclosed(customer, late)) == ["510,00 €"]

    def test_what_was_held_once_is_listed(self, customer: Customer, late: Line, old: Line):
        silenced(customer, "limitation", invoice=old.invoice)
        lift_hold(Hold.objects.get(), on=ON, at=AT)
        assert balance(enclosed(customer, late)) == ["510,00 €"]

    def test_what_the_message_asks_for_all_the_same_is_listed(self, customer: Customer, late: Line, old: Line):
        silenced(customer, "insolvency", invoice=old.invoice)
        assert balance(enclosed(customer, late, old)) == ["510,00 €"]

    def test_money_that_covers_it_is_not_counted_twice(self, customer: Customer, late: Line, old: Line):
        """What came before it ran out, or names it."""
        silenced(customer, "limitation", invoice=old.invoice)
        CreditFactory(customer=customer, amount=Decimal(6), received_on="2026-02-25")
        CreditFactory(customer=customer, amount=Decimal(6), received_on=ON, names_invoice=old.invoice)
        rows = enclosed(customer, late)
        assert [row for row in rows if "ne figure pas ici" in row] == [
            "dont compté sur ce qui ne figure pas ici 10,00 €"
        ]
        assert balance(rows) == ["498,00 €"]

    def test_money_that_came_since_it_ran_out_counts_on_what_is_listed(self, customer: Customer, late: Line, old: Line):
        silenced(customer, "limitation", invoice=old.invoice)
        CreditFactory(customer=customer, amount=Decimal(12), received_on=ON)
        rows = enclosed(customer, late)
        assert ([row for row in rows if "ne figure pas ici" in row], balance(rows)) == ([], ["488,00 €"])


def test_what_is_kept_is_plain_json_without_the_marks_of_tables() -> None:
    customer = CustomerFactory()
    kept = written(customer, "{{ invoice_table }}", line(customer, number="FA-1")).variables
    assert (kept["today"], kept["total"]["net"], kept["invoices"][0]["number"]) == ("2026-03-03", "100.000", "FA-1")
    assert "invoice_table" not in kept


# Late charges.


def test_a_professional_is_told_interest_and_rate() -> None:
    customer = CustomerFactory(entity__late_rate_percent=Decimal(12))
    late = line(customer, amount=Decimal(3650), due_on="2026-02-01")
    body = "{{ charges.rate | percent }} {{ charges.interest | money }} {{ total.with_charges | money }}"
    assert written(customer, body, late).text == "12\xa0% 36,00\xa0€ 3\u202f726,00\xa0€"


@pytest.mark.parametrize("contract", [None, Decimal("12.5")])
@pytest.mark.parametrize("jurisdiction", ["FR", "CI"])
@pytest.mark.parametrize("kind", CustomerKind.values)
def test_the_rate_told_is_the_rate_counted(kind: str, jurisdiction: str, contract: Decimal | None) -> None:
    entity = EntityFactory(jurisdiction=jurisdiction, late_rate_percent=contract)
    customer = CustomerFactory(entity=entity, kind=kind)
    late = line(customer, amount=Decimal(3650), due_on="2026-02-01")
    charges = charge_sheet(customer, [late], on=ON)
    assert {charges.rate} - {None} == {accrued.percent for accrued in charges.details}


def test_of_several_rates_the_lowest_is_told() -> None:
    entity = EntityFactory()
    entity.contract_rates.create(starts_on="2026-01-15", percent=20)
    customer = CustomerFactory(entity=entity)
    older, newer = (line(customer, issued_on=day, due_on="2026-02-01") for day in ("2026-01-14", "2026-01-15"))
    legal = charge_sheet(customer, [older], on=ON).rate
    assert [charge_sheet(customer, lines, on=ON).rate for lines in ([newer], [older, newer])] == [20, legal]


def test_a_consumer_owes_nothing_beside() -> None:
    customer = CustomerFactory(consumer=True, entity__late_rate_percent=Decimal(12))
    body = "[{{ charges.rate }}] {{ total.with_charges | money }}"
    assert written(customer, body, line(customer)).text == "[] 100,00\xa0€"


def test_the_legal_rate_serves_without_a_contract() -> None:
    Rate.objects.all().delete()
    Rate.objects.create(
        jurisdiction="FR", kind=RateKind.LATE_PROFESSIONAL, starts_on="2026-01-01", percent="12.15", source="test"
    )
    customer = CustomerFactory()
    assert written(customer, "{{ charges.rate | percent }}", line(customer)).text == "12,15\xa0%"


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_invoices(count: int, django_assert_num_queries: Any) -> None:
    customer = CustomerFactory()
    template = template_of(customer, "{{ invoice_table }}")
    lines = [line(customer) for _ in range(count)]
    customer = Customer.objects.select_related("entity", "collector").get(pk=customer.pk)
    with django_assert_num_queries(11):
        compose(template, customer, currency="EUR", lines=lines, on=ON)


def test_every_default_composes_in_both_languages() -> None:
    entity = EntityFactory()
    deliver_defaults(entity, at=AT)
    customer = CustomerFactory(entity=entity)
    lines = [line(customer, number="FA-1"), line(customer, number="FA-2", reached=False), line(customer, opening=True)]
    for template in entity.templates.all():
        for language in ("fr", "en"):
            made = compose(template, customer, currency="EUR", lines=lines, on=ON, language=language)
            assert (made.language, "{{" in made.text, "{%" in made.text) == (language, False, False)


def test_the_default_sms_fits_in_two_parts() -> None:
    from collections_app.letters.sms import measure

    entity = EntityFactory(legal_name="Ateliers Verdier", phone="04 72 00 11 22")
    deliver_defaults(entity, at=AT)
    customer = CustomerFactory(entity=entity)
    template = entity.templates.get(code="reminder-sms")
    for language in ("fr", "en"):
        made = compose(template, customer, currency="EUR", lines=[line(customer)], on=ON, language=language)
        assert (measure(made.text).parts, measure(made.text).foreign) in (((1, ())), (2, ()))


SINCE = {
    "consumer-friendly-email": "attendu le",
    "consumer-reminder-email": "attendu depuis le",
    "consumer-firm-letter": "attendue depuis le",
    "firm-letter": "échue depuis le",
}


@pytest.mark.parametrize("code", SINCE)
@pytest.mark.parametrize("count", [1, 2])
def test_a_sum_of_several_items_is_not_told_as_due_since_the_oldest(code: str, count: int) -> None:
    customer = CustomerFactory(consumer=True)
    deliver_defaults(customer.entity, at=AT)
    lines = [line(customer, number=f"FA-{n}", due_on=f"2026-02-0{n + 1}", amount=Decimal(50)) for n in range(count)]
    made = compose(customer.entity.templates.get(code=code), customer, currency="EUR", lines=lines, on=ON)
    assert (f"{SINCE[code]} 1er février 2026" in made.text, "1er février 2026" in made.text) == (count == 1, True)
    assert count == 1 or "FA-0" not in made.subject


def test_no_default_speaks_of_1_days() -> None:
    entity = EntityFactory()
    deliver_defaults(entity, at=AT)
    customer = CustomerFactory(entity=entity)
    lines = [line(customer, number="FA-1", due_on=ON - dt.timedelta(days=1))]
    texts = {}
    for template in entity.templates.all():
        for language in ("fr", "en"):
            texts[template.code, language] = compose(
                template, customer, currency="EUR", lines=lines, on=ON, language=language
            ).text
    assert [name for name, text in texts.items() if re.search(r"\b1 (jours|days)\b", text)] == []
    assert {"1 jour ", "1 day "} <= {
        found for text in texts.values() for found in re.findall(r"\b1 (?:jour|day) ", text)
    }


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_second_notice_of_a_consumer_asks_for_one_amount(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subject, text, total of its parts, QR code and what is kept: legal interest runs from the first notice."""
    customer = CustomerFactory(kind=CustomerKind.CONSUMER, language=language)
    late = line(customer, amount=Decimal(500), due_on="2025-10-01", issued_on="2025-09-01")
    record_formal_notice([late.invoice.pk], on=dt.date(2025, 12, 1), at=AT)
    deliver_defaults(customer.entity, at=AT)
    template = customer.entity.templates.get(code="formal-notice-consumer-letter")
    asked: list[Decimal] = []
    monkeypatch.setattr(qr, "payload", lambda *, amount, **_others: asked.append(amount))
    made = compose(template, customer, currency="EUR", lines=[late], on=ON)
    owed = Decimal(500) + charge_sheet(customer, [late], on=ON).interest
    said = re.findall(r"\d+[.,]\d\d", made.subject + re.sub(r"(?s)^.*?(Par la présente|By this letter)", "", made.text))
    assert owed > 500
    assert (asked, made.amounts) == ([owed], {"EUR": owed})
    assert [Decimal(each.replace(",", ".")) for each in said] == [owed, owed, 500, owed - 500, owed]


@pytest.mark.parametrize(
    ("code", "words"),
    [("firm-letter", "Total si ces frais étaient réclamés : "), ("formal-notice-letter", "Total à payer : ")],
)
def test_only_a_notice_ends_its_split_on_what_is_asked_for(code: str, words: str) -> None:
    customer = CustomerFactory()
    deliver_defaults(customer.entity, at=AT)
    late = line(customer, amount=Decimal(500), due_on="2025-10-01", issued_on="2025-09-01")
    text = compose(customer.entity.templates.get(code=code), customer, currency="EUR", lines=[late], on=ON).text
    totals = [row.split("\xa0")[0] + " : " for row in text.splitlines() if row.startswith("Total") and "|" not in row]
    assert totals == [words]


def test_days_in_a_row_of_one_rate_and_balance_are_one_line_of_the_interest() -> None:
    customer = CustomerFactory()
    late = line(customer, amount=Decimal(500), due_on="2025-10-01", issued_on="2025-09-01")
    [told] = charge_sheet(customer, [late], on=ON).details  # 12,15 % in both half-years
    assert (told.starts_on, told.ends_on, told.percent) == (dt.date(2025, 10, 2), ON, Decimal("12.15"))
    assert told.interest == (Decimal(500) * Decimal("0.1215") * (ON - dt.date(2025, 10, 1)).days / 365).quantize(
        Decimal("0.01")
    )


@pytest.mark.parametrize("code", ["friendly-email", "firm-letter", "formal-notice-letter"])
def test_a_house_without_a_collector_signs_once(code: str) -> None:
    customer = CustomerFactory(entity__legal_name="Zéro & Fils SARL", entity__sender_name="")
    deliver_defaults(customer.entity, at=AT)
    lines = [line(customer, due_on="2026-01-01")]
    made = compose(customer.entity.templates.get(code=code), customer, currency="EUR", lines=lines, on=ON)
    assert made.text.rsplit("\n\n", 1)[-1] == "Zéro & Fils SARL"


def test_a_subject_published_with_a_table_leaves_without_it() -> None:
    customer = CustomerFactory()
    made = written(customer, "Bonjour", line(customer), subject="{{ invoice_table }} rappel")
    assert made.subject == "rappel"
