from decimal import Decimal

import pytest

from collections_app.letters import labels, markup, qr, script, sms
from collections_app.letters.labels import LABELS
from collections_app.letters.markup import Bullets, Heading, Insert, Paragraph, Run
from collections_app.letters.postal import recipient_lines
from collections_app.letters.variables import VARIABLES, block, plain, published


def test_every_language_has_every_word() -> None:
    assert {language: set(words) for language, words in LABELS.items()} == {
        language: set(LABELS["en"]) for language in labels.LOCALES
    }


def test_marks_become_blocks() -> None:
    text = f"## Titre\nUne **ligne**\nsuite\n- a\n- b\n\nAvant {block('invoice_table')} après"
    assert markup.parse(text) == [
        Heading("Titre"),
        Paragraph(((Run("Une "), Run("ligne", bold=True)), (Run("suite"),))),
        Bullets(((Run("a"),), (Run("b"),))),
        Paragraph(((Run("Avant"),),)),
        Insert("invoice_table"),
        Paragraph(((Run("après"),),)),
    ]


def test_a_script_has_one_step_per_heading() -> None:
    found = script.steps(markup.parse("Avant\n## Un\na\n\n- b\n## Deux\nc"))
    assert [(step.title, len(step.pieces)) for step in found] == [("", 1), ("Un", 2), ("Deux", 1)]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("a" * 160, (160, 1)),
        ("a" * 161, (161, 2)),
        ("a" * 306, (306, 2)),
        ("a" * 307, (307, 3)),
        ("€" * 80, (160, 1)),
        ("é" * 160, (160, 1)),
        ("ê" * 70, (70, 1)),
        ("ê" * 71, (71, 2)),
        ("😀" * 35, (70, 1)),
    ],
)
def test_length_of_an_sms(text: str, size: tuple[int, int]) -> None:
    measured = sms.measure(text)
    assert (measured.characters, measured.parts) == size


def test_an_sms_names_the_signs_that_make_it_dear() -> None:
    assert sms.measure("déjà reçu ?").foreign == ("ç",)
    assert sms.measure(sms.simplified("déjà reçu : « 1\u202f234,50\xa0€ » …")).foreign == ()


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("3 place Bellecour\n69002 Lyon\nFrance", ["Morel", "Camille", "3 PLACE BELLECOUR", "69002 LYON"]),
        ("3, place Bellecour.\n69002 Lyon", ["Morel", "Camille", "3 PLACE BELLECOUR", "69002 LYON"]),
        ("Morel\nBât. A\n3 rue X\n69002 Lyon", ["Morel", "Camille", "BÂT A", "3 RUE X", "69002 LYON"]),
        ("1 rue Haute\n1000 Bruxelles\nBelgique", ["Morel", "Camille", "1 RUE HAUTE", "1000 BRUXELLES", "BELGIQUE"]),
        ("a1\na2\na3\na4\na5\na6\n69002 Lyon", ["Morel", "A3", "A4", "A5", "A6", "69002 LYON"]),
        ("", ["Morel", "Camille"]),
    ],
)
def test_the_address_block_follows_the_norm(address: str, lines: list[str]) -> None:
    assert recipient_lines("Morel", "Camille", address, home="FR") == lines


@pytest.mark.parametrize(
    ("address", "country", "home", "last"),
    [
        ("rue de la Cathédrale 1\n4000 Liège", "BE", "FR", ["4000 LIÈGE", "BELGIQUE"]),
        ("rue de la Cathédrale 1\n4000 Liège\nBelgium", "BE", "FR", ["4000 LIÈGE", "BELGIUM"]),
        ("BP 12\nBelgique", "BE", "FR", ["BP 12", "BELGIQUE"]),
        ("3 place Bellecour\n69002 Lyon", "FR", "FR", ["3 PLACE BELLECOUR", "69002 LYON"]),
        ("3 place Bellecour\n69002 Lyon", "", "FR", ["3 PLACE BELLECOUR", "69002 LYON"]),
        ("3 place Bellecour\n69002 Lyon", "FR", "IE", ["69002 LYON", "FRANCE"]),
        ("1 rue de Paris\n97400 Saint-Denis", "RE", "FR", ["1 RUE DE PARIS", "97400 SAINT-DENIS"]),
        ("3 place Bellecour\n69002 Lyon", "BE", "FR", ["3 PLACE BELLECOUR", "69002 LYON"]),
        ("Torstraße 1\n10119 Berlin", "DE", "FR", ["10119 BERLIN", "ALLEMAGNE"]),
        ("", "BE", "FR", ["Morel", "Camille"]),
    ],
)
def test_an_address_abroad_tells_its_country(address: str, country: str, home: str, last: list[str]) -> None:
    assert recipient_lines("Morel", "Camille", address, home=home, country=country)[-2:] == last


def test_no_line_of_the_address_is_longer_than_38_characters() -> None:
    name = "Société coopérative agricole de production et de distribution du Val de Loire"
    found = recipient_lines(
        name, "Camille", "12 avenue du Général de Gaulle bâtiment administratif\n45000 Orléans", home="FR"
    )
    assert max(map(len, found)) <= 38
    assert len(found) <= 6


def test_the_payment_code_has_the_lines_of_the_standard() -> None:
    text = qr.payload(holder="Verdier", iban="FR76 3000", bic="AGRIFRPP", amount=Decimal("12.5"), reference="C-1")
    assert text == "BCD\n002\n1\nSCT\nAGRIFRPP\nVerdier\nFR763000\nEUR12.50\n\n\nC-1"


@pytest.mark.parametrize(("iban", "amount"), [("", "10"), ("FR76", "0"), ("FR76", "1000000000")])
def test_no_payment_code_where_the_standard_has_no_place(iban: str, amount: str) -> None:
    assert qr.payload(holder="V", iban=iban, bic="", amount=Decimal(amount), reference="r") is None


def test_values_are_cleaned() -> None:
    assert [plain(value) for value in ("a\tb\n c", "\ue000x\u202ey", "  ", "", 3, None)] == [
        "a b c",
        "x y",
        None,
        None,
        3,
        None,
    ]


def test_variables_are_published_once_and_found_by_word() -> None:
    names = [variable.name for variable in VARIABLES]
    assert len(names) == len(set(names))
    assert [variable.name for variable in published("email", "iban")] == ["payment.iban", "payment_details"]
    assert [variable.written for variable in published("email", "oldest.net")] == ["{{ oldest.net | money }}"]
