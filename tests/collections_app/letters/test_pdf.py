"""The letter as it prints: positions, page breaks, payment code."""

import datetime as dt
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import typst
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from collections_app.letters import pdf
from collections_app.letters.compose import Composed, Line, compose
from collections_app.letters.views import pdf_answer
from crm.customers.models import Customer
from tests.factories.customers import AddressFactory, CustomerFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory

pytestmark = pytest.mark.django_db
ON = dt.date(2026, 3, 3)
BODY = "Madame, Monsieur,\n\n{{ invoice_table }}\n\n{{ amount_split }}\n\n{{ payment_details }}"
MM = 72 / 25.4
PAGE_HEIGHT = 297


def letter(customer: Customer, count: int = 2, body: str = BODY, **values: Any) -> Composed:
    invoices = [InvoiceFactory(customer=customer, number=f"FA-{n:03d}", amount=Decimal(10)) for n in range(count)]
    for invoice in invoices:
        invoice.refresh_from_db()
    values.setdefault("template__letter", True)
    values.setdefault("subject", "Relance {{ customer.name }}")
    version = TemplateVersionFactory(template__entity=customer.entity, body=body, **values)
    lines = [Line(invoice, invoice.amount) for invoice in invoices]
    return compose(version.template, customer, currency="EUR", lines=lines, on=ON)


def reader(made: Composed) -> PdfReader:
    return PdfReader(BytesIO(made.attachments[0].content))


def texts(made: Composed) -> list[str]:
    return [page.extract_text() for page in reader(made).pages]


def positions(made: Composed) -> list[tuple[str, float, float]]:
    """Texts of the first page with their place in millimetres from the left and from the top."""
    found: list[tuple[str, float, float]] = []

    def visit(text: str, matrix: list[float], text_matrix: list[float], font: object, size: float) -> None:
        x = text_matrix[4] * matrix[0] + matrix[4]
        y = text_matrix[5] * matrix[3] + matrix[5]
        if text.strip():
            found.append((text.strip(), x / MM, PAGE_HEIGHT - y / MM))

    reader(made).pages[0].extract_text(visitor_text=visit)
    return found


def test_the_address_stands_in_the_window() -> None:
    customer = CustomerFactory(name="Boulangerie Morel")
    AddressFactory(customer=customer, post=True, value="3 place Bellecour\n69002 Lyon")
    block = [place for place in positions(letter(customer)) if place[0] in ("Boulangerie Morel", "69002 LYON")]
    assert [(text, round(left)) for text, left, _top in block] == [("Boulangerie Morel", 110), ("69002 LYON", 110)]
    assert [55 <= top <= 88 for _text, _left, top in block] == [True, True]


def test_nothing_else_stands_in_the_window() -> None:
    customer = CustomerFactory(name="Boulangerie Morel")
    AddressFactory(customer=customer, post=True, value="3 place Bellecour\n69002 Lyon")
    inside = [text for text, left, top in positions(letter(customer)) if 100 <= left <= 200 and 45 <= top <= 90]
    assert inside == ["Boulangerie Morel", "3 PLACE BELLECOUR", "69002 LYON"]


def test_a_name_too_long_for_the_window_stands_whole_beside_it() -> None:
    customer = CustomerFactory(
        name="Société coopérative de production et de distribution du Sud-Ouest et des Pyrénées SAS"
    )
    AddressFactory(customer=customer, post=True, value="bât. A\nétage 2\n3 place Bellecour\nBP 12\n69002 Lyon")
    page = " ".join(texts(letter(customer, body="Bonjour", subject="Relance"))[0].split())
    assert page.count("Sud-Ouest et des Pyrénées SAS") == 1


@pytest.mark.parametrize("lines", range(22, 40, 2))
def test_who_signs_stands_with_the_closing_words(lines: int) -> None:
    body = "\n\n".join([*["Bonjour."] * lines, "Salutations distinguées.", "Camille Berthier\nVerdier"])
    last = texts(letter(CustomerFactory(), body=body))[-1]
    assert ("Salutations" in last, "Berthier" in last) == (True, True)


def test_it_is_archival() -> None:
    metadata = reader(letter(CustomerFactory())).xmp_metadata
    assert metadata is not None
    assert b"<pdfaid:part>3</pdfaid:part>" in letter(CustomerFactory()).attachments[0].content


def test_typst_code_in_a_name_is_printed_as_text() -> None:
    made = letter(CustomerFactory(name='#read("letter.typ") $x$ *b* @a'))
    assert '#read("letter.typ") $x$ *b* @a' in texts(made)[0]


def test_two_hundred_invoices_carry_their_total_from_page_to_page() -> None:
    pages = texts(letter(CustomerFactory(), 200, "{{ invoice_table }}"))
    assert len(pages) == 5
    carried = [next(line for line in page.splitlines() if line.startswith("À reporter")) for page in pages[:-1]]
    brought = [next(line for line in page.splitlines() if line.startswith("Report")) for page in pages[1:]]
    assert [line.removeprefix("À reporter") for line in carried] == [line.removeprefix("Report") for line in brought]
    assert "Total" in pages[-1]
    assert "2 000,00 €" in pages[-1].replace("\u202f", " ").replace("\xa0", " ")
    assert "À reporter" not in pages[-1]
    assert all(f"FA-{n:03d}" in "".join(pages) for n in range(200))


def test_a_long_name_stays_inside_the_window() -> None:
    name = "Société coopérative agricole de production et de distribution du Val de Loire et du Berry"
    customer = CustomerFactory(name=name)
    AddressFactory(customer=customer, post=True, value="Lieu-dit Les Grands Champs\n1 route de la Gare\n45000 Orléans")
    tops = [top for _text, left, top in positions(letter(customer)) if 109 <= left <= 111]
    assert 55 <= min(tops) <= max(tops) <= 88


def test_a_formal_notice_leaves_room_for_the_proof_of_posting() -> None:
    made = letter(CustomerFactory(), template__formal_notice=True)
    assert "Lettre recommandée avec avis de réception" in texts(made)[0]
    assert "N° d’envoi" in texts(made)[0]


def test_the_payment_code_reads_as_the_transfer_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[bytes] = []

    def as_picture(layout: str, data: Any, *, at: dt.datetime) -> bytes:
        picture = typst.compile(
            str(pdf.LAYOUTS / layout), format="png", ppi=200, sys_inputs={"data": __import__("json").dumps(data)},
            font_paths=[str(pdf.FONTS)],
        )  # fmt: skip
        drawn.append(picture)
        return picture

    monkeypatch.setattr(pdf, "compiled", as_picture)
    letter(CustomerFactory(external_id="C-9", entity__legal_name="Éts Verdier"))
    [code] = zxingcpp.read_barcodes(Image.open(BytesIO(drawn[0])))
    assert code.text.split("\n") == [
        "BCD", "002", "1", "SCT", "AGRIFRPP", "Éts Verdier", "FR7630006000011234567890189", "EUR20.00", "", "", "C-9",
    ]  # fmt: skip


def test_another_currency_has_no_payment_code() -> None:
    customer = CustomerFactory()
    invoice = InvoiceFactory(customer=customer, currency="USD")
    invoice.refresh_from_db()
    version = TemplateVersionFactory(
        template__entity=customer.entity, template__letter=True, body="{{ payment_details }}"
    )
    made = compose(version.template, customer, currency="USD", lines=[Line(invoice, invoice.amount)], on=ON)
    assert "QR" not in texts(made)[0]


def test_the_same_letter_gives_the_same_file() -> None:
    customer = CustomerFactory()
    version = TemplateVersionFactory(template__entity=customer.entity, template__letter=True)
    first, second = (compose(version.template, customer, currency="EUR", lines=[], on=ON) for _ in range(2))
    assert first.attachments == second.attachments


def test_the_logo_of_the_entity_is_printed(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "logo.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><rect width="9" height="9"/></svg>'
    )
    customer = CustomerFactory(entity__logo="logo.svg")
    plain, with_logo = letter(CustomerFactory()), letter(customer)
    assert len(with_logo.attachments[0].content) != len(plain.attachments[0].content)


@pytest.mark.parametrize(
    ("account", "header"),
    [
        ('A"B', 'inline; filename="lettre-A\\"B.pdf"'),
        ("A€", "inline; filename*=utf-8''lettre-A%E2%82%AC.pdf"),
        ("C-1", 'inline; filename="lettre-C-1.pdf"'),
    ],
)
def test_any_account_names_its_file(account: str, header: str) -> None:
    assert pdf_answer(b"%PDF", f"lettre-{account}.pdf")["Content-Disposition"] == header
