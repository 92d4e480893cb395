from datetime import date

import pytest
from django.urls import reverse
from django.utils.translation import override

from crm.law.labels import RULES
from crm.law.models import ExchangeRate, Holiday, Rate, RateKind, Rule
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
MODELS = ["rate", "rule", "holiday", "exchangerate"]


@pytest.mark.parametrize("model", MODELS)
def test_who_enters_the_admin_reads_the_law_and_only_administrators_change_it(client, model):
    rows, add = reverse(f"admin:law_{model}_changelist"), reverse(f"admin:law_{model}_add")
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert (client.get(rows).status_code, client.get(add).status_code) == (200, 403)
    client.force_login(UserFactory(administrator=True))
    assert (client.get(rows).status_code, client.get(add).status_code) == (200, 200)


def test_a_rule_ends_and_does_not_vanish(client):
    client.force_login(UserFactory(administrator=True))
    rule = Rule.objects.filter(jurisdiction="FR").first()
    assert client.post(reverse("admin:law_rule_delete", args=[rule.pk]), {"post": "yes"}).status_code == 403


def test_a_new_central_bank_rate_opens_the_late_rates_of_its_half_year(client):
    client.force_login(UserFactory(administrator=True))
    given = {"jurisdiction": "FR", "kind": "central_bank", "starts_on": "2027-01-01", "percent": "3", "source": "BCE"}
    client.post(reverse("admin:law_rate_add"), given)
    assert Rate.objects.get(kind=RateKind.LATE_PROFESSIONAL, starts_on="2027-01-01").percent == 13


def test_every_rule_delivered_has_a_name():
    assert set(Rule.objects.values_list("code", flat=True)) == set(RULES)


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (
            Rate(kind=RateKind.LATE_PROFESSIONAL, starts_on=date(2026, 7, 1)),
            "pénalités de retard entre professionnels · 01/07/2026",
        ),
        (Rule(code="flat_fee", starts_on=date(2013, 1, 1)), "flat_fee · 01/01/2013"),
        (Rule(code="contact_caps", starts_on=date(2013, 1, 1)), "nombre maximal de contacts · 01/01/2013"),
        (Holiday(name="Noël", on=date(2026, 12, 25)), "Noël · 25/12/2026"),
        (ExchangeRate(base="CHF", quote="EUR", on=date(2026, 11, 1)), "CHF EUR · 01/11/2026"),
    ],
)
def test_a_row_of_the_law_is_named_with_its_day(row, name):
    with override("fr"):
        assert str(row) == name
