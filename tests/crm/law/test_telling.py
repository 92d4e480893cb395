"""The value of a rule, in words for who does not write it."""

import pytest
from django.urls import reverse

from crm.law.models import Rule
from crm.law.operations import load_law
from crm.law.telling import KEYS, value_in_words
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_every_rule_that_is_delivered_has_its_words():
    load_law()
    for rule in Rule.objects.all():
        lines = value_in_words(rule.value)
        assert lines
        assert not [line for line in lines if "{" in line or "[" in line]
        assert rule.value.keys() <= KEYS.keys() | {"amount", "currency", "caps"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"caps": [{"channel": "all", "days": 7, "maximum": 3}]}, "3 au plus en 7 jours (tous canaux confondus)"),
        ({"days": {"1": [["08:30", "18:30"]]}, "holidays": False}, "lundi : 08:30–18:30|aussi les jours fériés : non"),
        ({"amount": "40.00", "currency": "EUR"}, "40,00 €"),
        ({"rate": "late_professional", "from": "due_date"}, None),
    ],
)
def test_a_value(value, told):
    lines = "|".join(value_in_words(value)).replace("\xa0", " ")
    assert (lines == told) if told else lines.endswith("compté depuis : l’échéance")


def test_a_supervisor_reads_words_an_administrator_writes_the_value(client):
    load_law()
    rule = Rule.objects.filter(code="contact_caps").first()
    pages = {}
    for person in (UserFactory(supervisor=True, sees=EntityFactory()), UserFactory(is_superuser=True, is_staff=True)):
        client.force_login(person)
        page = client.get(reverse("admin:law_rule_change", args=[rule.pk])).content.decode()
        pages[person.is_superuser] = ("&quot;caps&quot;" in page, "au plus en" in page)
    assert pages == {False: (False, True), True: (True, False)}
