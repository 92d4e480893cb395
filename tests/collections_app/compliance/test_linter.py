from datetime import date
from pathlib import Path

import pytest

from collections_app.compliance.linter import lint
from crm.law.models import Rule

pytestmark = pytest.mark.django_db
DEFAULTS = Path(__file__).parents[3] / "collections_app" / "letters" / "defaults"


def rules(body, **kwargs):
    return [remark.rule for remark in remarks(body, **kwargs)]


def remarks(body, **kwargs):
    values = {"channel": "email", "tone": "reminder", "jurisdiction": "FR", "on": date(2026, 3, 1)}
    return lint(body, **(values | kwargs))


@pytest.mark.parametrize(
    "body",
    [
        "Pénalités : 12,15 % l’an, et 40 € par facture.",
        "{{ charges.rate | percent }} {{ charges.indemnity | money }}",
        "{% if customer.professional %}{{ interest_detail }} {{ amount_split }}{% endif %}",
        "Penalties of 12% a year and EUR 40,00: €40",
    ],
)
def test_a_reminder_that_says_the_rate_and_the_indemnity(body):
    assert rules(body) == []


def test_a_reminder_that_says_neither():
    assert rules("Merci de payer.") == ["mention_fixed_indemnity", "mention_late_rate"]
    assert remarks("Merci de payer.")[0].article == "C. com. L441-9 et L441-10"


@pytest.mark.parametrize(
    "kwargs",
    [{"tone": "preventive"}, {"tone": "statement"}, {"tone": "friendly"}, {"channel": "sms"}, {"channel": "phone"}],
)
def test_what_does_not_insist_or_has_no_room_may_go_without(kwargs):
    assert rules("Merci de payer.", **kwargs) == []


def test_consumers_owe_neither():
    assert rules("Merci de payer.", customer_kinds=["consumer"]) == []


def test_forbidden_words_are_found_where_they_stand():
    (remark,) = remarks("Madame,\n\nnos Huissiers passeront.", customer_kinds=["consumer"])
    assert (remark.rule, remark.line, remark.column) == ("forbidden_words", 3, 5)
    assert "Huissiers" in remark.message
    assert "FR-16" in remark.article


def test_they_are_found_without_accents_and_in_the_subject():
    (remark,) = remarks("", subject="SERVICE JUDICIAIRE", customer_kinds=["consumer"])
    assert (remark.field, remark.line, remark.column) == ("subject", 1, 1)


def test_a_variable_or_a_longer_word_is_not_a_word_of_the_text():
    assert rules("{{ saisie }} {% if huissier %}{% endif %} insaisissable", customer_kinds=["consumer"]) == []


def test_the_words_are_those_of_the_law_in_force():
    Rule.objects.filter(code="forbidden_words", jurisdiction="FR").update(value={"words": ["croque-mitaine"]})
    assert rules("huissier et croque-mitaine", customer_kinds=["consumer"]) == ["forbidden_words"]


def test_who_collects_for_others_repeats_the_first_letter():
    body = "Nous agissons au nom de Verdier."
    found = remarks(body, customer_kinds=["consumer"], third_party=True)
    assert [(r.rule, r.level) for r in found] == [
        ("mention_first_letter_date", "error"),
        ("mention_first_letter_ref", "error"),
    ]
    assert rules(body + "{{ first_letter.date }}{{ first_letter.ref }}", customer_kinds=[], third_party=True) == []


def test_a_broken_template_is_still_read():
    assert rules("{{ charges.rate", customer_kinds=["professional"]) == ["mention_fixed_indemnity", "mention_late_rate"]


@pytest.mark.parametrize("path", sorted(DEFAULTS.glob("*.liquid")), ids=lambda path: path.name)
def test_the_delivered_templates_say_what_they_must(path):
    channel = next(kind for word, kind in WORDS.items() if word in path.name)
    tone = next((word for word in ("preventive", "statement", "friendly") if word in path.name), "firm")
    kinds = ["consumer"] if "consumer" in path.name else ["professional", "public_body", "association"]
    assert remarks(path.read_text(), channel=channel, tone=tone, customer_kinds=kinds) == []


WORDS = {"email": "email", "letter": "post", "sms": "sms", "script": "phone"}
