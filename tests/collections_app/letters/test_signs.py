"""Signs no font of letters has stop no letter, and authors are told of them."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from collections_app.letters import operations, pdf, printing, signs
from collections_app.letters.faults import problems_of
from collections_app.letters.models import PrintBatch, PrintedLetter
from collections_app.letters.operations import TemplateRefused
from crm.customers.models import Customer
from telephony.messaging.models import Message
from tests.collections_app.letters.test_pdf import letter, texts
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 3)
AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("Société Lefèvre ☎ ✉ ✔ ➜", "Société Lefèvre ☎ ✉ ✔ ➜"),
        ("Soci\ufffdt\ufffd", "Soci?t?"),
        ("ﬁnance ℹ", "finance i"),
        ("株式会社", "????"),
        ("📞 04 72 ✅", "☎ 04 72 ✔"),
        ("🦊", "?"),
        ("1\ufe0f\u20e3", "1"),
        ("a\tb\x07c", "a bc"),
        ("a\nb", "a\nb"),
        ("مؤسسة", "مؤسسة"),
    ],
)
def test_the_nearest_sign_stands_for_what_no_font_has(written: str, drawn: str) -> None:
    assert signs.drawable(written) == drawn


@pytest.mark.parametrize("name", ["Soci\ufffdt\ufffd", "株式会社 🦊", "a\u0323\u064e", "مؤسسة الاختبار", "a\x07\u0378"])
def test_no_name_keeps_a_letter_from_being_drawn(name: str) -> None:
    customer = CustomerFactory(name=name)
    AddressFactory(customer=customer, post=True, value=f"3 place {name}\n69002 Lyon")
    made = letter(customer, template__attach_statement=True)
    pages = [PdfReader(BytesIO(file.content)).pages for file in made.attachments]
    assert [len(each) for each in pages] == [1, 1]


def test_no_name_keeps_the_list_of_a_batch_from_being_drawn() -> None:
    entity = EntityFactory()
    customer = CustomerFactory(entity=entity, name="مؤسسة ☎ 🦊")
    message = Message(customer=customer, currency="EUR", amount=Decimal(10))
    rows = [PrintedLetter(message=message, position=1, pages=1)]
    drawn = printing.cover(PrintBatch(entity=entity, on=ON, number=1, prepared_at=AT), rows)
    page = PdfReader(BytesIO(drawn)).pages[0].extract_text()
    assert ("☎" in page, "?" in page) == (True, True)


def test_what_no_font_has_is_a_question_mark_in_the_letter() -> None:
    assert "Relance Soci?t? ☎" in texts(letter(CustomerFactory(name="Soci\ufffdt\ufffd ☎")))[0]


def test_every_sign_said_to_be_drawable_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_without_marks", lambda data: data)
    points = sorted(set().union(*map(signs.signs_of, signs.FONTS.glob("*_400Regular.ttf"))))
    text = [{"kind": "paragraph", "rtl": False, "lines": [[{"text": chr(each), "bold": True}] for each in points]}]
    version = TemplateVersionFactory(template__letter=True)
    drawn = pdf.sheet(version.template.entity, pdf.Writer("fr", "EUR"), {"pieces": text}, title="", on=ON)
    assert (len(points) > 4000, drawn[:5]) == (True, b"%PDF-")


def test_the_author_is_told_where_a_sign_stands_that_no_letter_can_show() -> None:
    version = TemplateVersionFactory(template__letter=True, subject="Rappel 🦊", body="Bonjour\nappelez 📞 🦊 🦊")
    told = [(each.where, each.line, each.column, each.blocking) for each in problems_of(version, on=ON) if each.line]
    assert told[:3] == [("subject", 1, 8, True), ("body", 2, 11, True), ("body", 2, 9, False)]


def test_a_text_no_letter_can_show_is_not_published() -> None:
    draft = TemplateVersionFactory(draft=True, template__letter=True, body="Bonjour 🦊")
    with pytest.raises(
        TemplateRefused, match=r"ligne 1, colonne 9\xa0: Aucune police des lettres n’a le signe « 🦊 » \(U\+1F98A\)"
    ):
        operations.publish(draft, by=None, at=AT)


def test_a_mail_may_say_what_its_reader_has_signs_for() -> None:
    draft = TemplateVersionFactory(draft=True, body="Bonjour 🦊")
    assert operations.publish(draft, by=None, at=AT).published_at == AT


def refused(*args: Any, **words: Any) -> bytes:
    raise pdf.NotDrawn("the layout says no")


def test_a_letter_that_cannot_be_drawn_is_not_published(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = TemplateVersionFactory(draft=True, template__letter=True)
    monkeypatch.setattr(pdf, "compiled", refused)
    with pytest.raises(TemplateRefused, match=r"Le PDF ne peut pas être dessiné .* \(the layout says no\)"):
        operations.publish(draft, by=None, at=AT)


def test_the_pdf_that_cannot_be_drawn_says_so_in_the_editor(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    customer: Customer = CustomerFactory(external_id="C-9")
    version = TemplateVersionFactory(template__letter=True, template__entity=customer.entity)
    client.force_login(UserFactory(administrator=True, language="fr"))
    monkeypatch.setattr(pdf, "compiled", refused)
    address = reverse("admin:letters_template_letter", args=[version.template_id])
    answer = client.get(address, {"customer": "C-9", "language": version.language}, follow=True)
    assert (answer.redirect_chain[0][1], "Le PDF ne peut pas être dessiné" in answer.content.decode()) == (302, True)
