import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import event, given, strategies

from crm.core.liquid import LONGEST_SOURCE, TemplateFault, check, parse, render

NAMES = {"customer.name", "contact.name", "invoices[].number", "invoices[].net", "total.net", "today"}
VALUES = {
    "customer": {"name": "Éts <Ô>"},
    "contact": {"name": None},
    "invoices": [{"number": "F1", "net": Decimal(10)}, {"number": "F2", "net": Decimal(20)}],
    "total": {"net": Decimal("1234.5")},
    "today": dt.date(2026, 3, 1),
}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def fill(source: str, locale: str = "fr", *, html: bool = False) -> str:
    return render(source, VALUES, locale=locale, currency="EUR", html=html)


def findings(source: str) -> list[tuple[str, int | None, int | None]]:
    return [(finding.message, finding.line, finding.column) for finding in check(source, NAMES)]


def test_amounts_and_dates_are_written_for_the_recipient() -> None:
    source = "{{ total.net | money }} {{ today | date }} {{ 12.15 | percent }} {{ total.net | money: 'XOF' }}"
    assert fill(source) == "1\u202f234,50\xa0€ 1er mars 2026 12,15\xa0% 1\u202f234\xa0F\u202fCFA"
    assert fill("{{ total.net | money }}, {{ today | date: 'short' }}", "en_GB") == "€1,234.50, 01/03/2026"


def test_an_amount_keeps_the_decimals_the_books_keep() -> None:
    assert (
        fill("{{ total.net | money: 'RSD' }} {{ total.net | money: 'IQD' }}")
        == "1\u202f234,50\xa0RSD 1\u202f234,500\xa0IQD"
    )


def test_loops_conditions_and_sizes() -> None:
    loop = "{% for i in invoices %}{{ i.number }}{% unless forloop.last %}, {% endunless %}{% endfor %}"
    assert fill(loop + " ({{ invoices.size }})") == "F1, F2 (2)"
    assert fill("{% if contact.name %}a{% else %}b{% endif %}{% if total.net > 1000 %}c{% endif %}") == "bc"


def test_html_escapes_every_value() -> None:
    assert fill("<b>{{ customer.name }}</b>", html=True) == "<b>Éts &lt;Ô&gt;</b>"
    assert fill("{{ customer.name }}") == "Éts <Ô>"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x\n {{ customer.nme }}", ("Unknown variable “customer.nme”. Did you mean “customer.name”?", 2, 5)),
        ("{{ customer }}", ("“customer” holds several values: choose one.", 1, 4)),
        ("{{ invoices }}", ("“invoices” holds several values: choose one.", 1, 4)),
        ("{% for i in invoices %}{{ i.nb }}{% endfor %}", ("Unknown variable “i.nb”.", 1, 27)),
        ("{% for i in customer.name %}{% endfor %}", ("“for” needs a list of the published variables.", 1, 8)),
        ("{{ invoices[0].x }}", ("Unknown variable “invoices[0].x”.", 1, 4)),
        ("{{ now }}", ("Unknown variable “now”.", 1, 4)),
        ("{{ _currency }}", ("Unknown variable “_currency”.", 1, 4)),
        ("{% if a.b == total.net %}{% endif %}", ("Unknown variable “a.b”.", 1, 7)),
        ("a\n{% if today %}x", ("A block is not closed: “{% endif %}” is missing.", 2, 16)),
        ("{{ total.net", ("A brace is not closed: “}}” or “%}” is missing.", 1, 1)),
        ("{% assign a = 1 %}", ("The tag “assign” is not known here.", 1, 4)),
        ("{% for i in (1..3) %}{% endfor %}", ("Ranges of numbers are not available.", 1, 13)),
    ],
)
def test_a_fault_is_named_with_its_line_and_column(source: str, found: tuple[str, int, int]) -> None:
    assert findings(source) == [found]


def test_an_unknown_filter_comes_with_those_that_exist() -> None:
    [(message, line, column)] = findings("{{ total.net | euros }}")
    assert (message.startswith("Unknown filter “euros”. The filters are: capitalize, date,"), line, column) == (
        True,
        1,
        16,
    )


def test_a_sound_template_has_no_finding() -> None:
    source = (
        "{% for i in invoices %}{{ i.number }} {{ i.net | money }} {{ forloop.index }}{% endfor %}{{ invoices | size }}"
    )
    assert findings(source + "{{ invoices.first.number }}{% if invoices %}x{% endif %}") == []


@pytest.mark.parametrize(
    "attack",
    [
        "{% for a in invoices %}" * 12 + "x" + "{% endfor %}" * 12,
        "{% for i in (1..99999999999) offset: 99999999990 %}{{ i }}{% endfor %}",
        "{{ (1..100000000) | size }}",
        "{% if true %}" * 30 + "{% endif %}" * 30,
        "{{ customer.name.__class__.__mro__ }}",
        "{{ customer.items }}",
        "{{ invoices.append }}",
        "{{ today.year }}",
        "{{ total.net.__class__ }}",
        "{{ nothing }}",
        "{{ customer.name | join: 'x' }}",
        "{{ 'x' | times: 2000000000 }}",
        "{% capture x %}{{ x }}{{ x }}{% endcapture %}",
        "{% include '/etc/passwd' %}",
        "{% render 'x' %}",
        "{{ 'abc' | date }}",
        "{{ today | money }}",
        "x" * (LONGEST_SOURCE + 1),
    ],
)
def test_attacks_are_refused(attack: str) -> None:
    with pytest.raises(TemplateFault):
        fill(attack)


def test_more_than_two_hundred_thousand_characters_are_refused() -> None:
    with pytest.raises(TemplateFault, match="too long"):
        render("{{ a }}{{ a }}", {"a": "é" * 60_000}, locale="fr", currency="EUR")


def test_truncate_never_grows_a_text() -> None:
    assert fill("{{ 'x' | truncate: 2000000000, 'aaaaaaaa' }}") == "x"


@given(strategies.text(alphabet="{}%|. ifor'customerna_\n(1..9)", max_size=60))
def test_any_text_either_renders_or_is_a_fault(source: str) -> None:
    try:
        assert len(fill(source)) < 200_000
    except TemplateFault:
        event("refused")


def test_a_text_without_braces_is_itself() -> None:
    assert parse("Bonjour, 100 % d’accord").render() == "Bonjour, 100 % d’accord"


@pytest.mark.parametrize("number", ["1e9999999", "sNaN", "NaN", "-Infinity", "1e15", "9" * 5_000])
@pytest.mark.parametrize("written", ["money", "percent"])
def test_what_no_book_holds_is_no_amount(number: str, written: str) -> None:
    source, told = f"{{{{ '{number}' | {written} }}}}", f"“{number[:40]}” is not an amount."
    with pytest.raises(TemplateFault, match=re.escape(told)):
        fill(source)
    assert findings(source) == [(told, 1, 4)]


def test_what_is_written_as_a_date_and_is_none_is_found_before_it_is_filled() -> None:
    assert findings("a {{ '2026-13-01' | date }}") == [("“2026-13-01” is not a date.", 1, 6)]


def test_the_largest_and_the_smallest_amounts_are_written() -> None:
    assert fill("{{ '-999999999999999' | money }} {{ '1e-9999999' | money }}") == (
        "-999\u202f999\u202f999\u202f999\u202f999,00\xa0€ 0,00\xa0€"
    )


@pytest.mark.parametrize("value", [Decimal("sNaN"), float("inf")])
def test_what_cannot_be_computed_is_a_fault(value: object) -> None:
    with pytest.raises(TemplateFault, match="A number in the text is none"):
        render("{% if x > 1.5 %}{% endif %}{{ 'a' | truncate: x }}", {"x": value}, locale="fr", currency="EUR")
