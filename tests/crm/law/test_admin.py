import json
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from crm.law.labels import RULES
from crm.law.models import ExchangeRate, Holiday, Rate, RateKind, Rule
from crm.law.operations import derive_late_rates
from crm.law.shapes import SHAPES
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


def test_a_half_year_opened_before_its_change_was_entered_follows_it(client):
    """The task of 2 January knows September's rate; December's is entered on the 5th, then corrected, then removed."""
    derive_late_rates(until=date(2027, 1, 2))
    opened = Rate.objects.filter(starts_on="2027-01-01").order_by("kind").values_list("percent", flat=True)
    seen = [list(map(float, opened))]
    client.force_login(UserFactory(administrator=True))
    given = {"jurisdiction": "FR", "kind": "central_bank", "starts_on": "2026-12-16", "percent": "3", "source": "BCE"}
    client.post(reverse("admin:law_rate_add"), given)
    seen.append(list(map(float, opened.all())))
    added = Rate.objects.get(starts_on="2026-12-16")
    client.post(reverse("admin:law_rate_change", args=[added.pk]), given | {"percent": "2.9"})
    seen.append(list(map(float, opened.all())))
    client.post(reverse("admin:law_rate_delete", args=[added.pk]), {"post": "yes"})
    seen.append(list(map(float, opened.all())))
    assert seen == [[12.65, 10.65], [13, 11], [12.9, 10.9], [12.65, 10.65]]


def test_a_late_rate_corrected_by_hand_stays(client):
    client.force_login(UserFactory(administrator=True))
    rate = Rate.objects.filter(jurisdiction="FR", kind="late_professional").latest("starts_on")
    given = {"jurisdiction": "FR", "kind": rate.kind, "starts_on": str(rate.starts_on), "source": rate.source}
    client.post(reverse("admin:law_rate_change", args=[rate.pk]), given | {"percent": "11.5"})
    derive_late_rates()
    rate.refresh_from_db()
    assert (rate.percent, rate.source) == (Decimal("11.5"), f"{given['source']}, corrigé à la main")


def test_late_rates_that_are_deleted_do_not_come_back(client):
    client.force_login(UserFactory(administrator=True))
    rate = Rate.objects.filter(jurisdiction="FR", kind="late_professional").latest("starts_on")
    chosen = {"action": "delete_selected", "_selected_action": [rate.pk], "post": "yes"}
    client.post(reverse("admin:law_rate_changelist"), chosen)
    assert not Rate.objects.filter(kind=rate.kind, starts_on=rate.starts_on).exists()


def test_a_late_rate_of_another_source_is_kept(client):
    Rate.objects.create(
        jurisdiction="FR", kind="late_professional", starts_on="2027-01-01", percent=15, source="avenant du 3 janvier"
    )
    client.force_login(UserFactory(administrator=True))
    given = {"jurisdiction": "FR", "kind": "central_bank", "starts_on": "2026-12-16", "percent": "3", "source": "BCE"}
    client.post(reverse("admin:law_rate_add"), given)
    assert Rate.objects.get(kind="late_professional", starts_on="2027-01-01").percent == 15


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


@pytest.mark.parametrize("jurisdiction", ["CI", "BE"])
def test_a_central_bank_rate_of_another_law_opens_no_french_rate(client, jurisdiction):
    client.force_login(UserFactory(administrator=True))
    given = {"kind": "central_bank", "starts_on": "2026-07-01", "percent": "3", "source": "BCEAO"}
    client.post(reverse("admin:law_rate_add"), given | {"jurisdiction": jurisdiction})
    assert list(Rate.objects.filter(jurisdiction=jurisdiction, source="BCEAO")) == [
        Rate.objects.get(jurisdiction=jurisdiction, kind=RateKind.CENTRAL_BANK, starts_on="2026-07-01")
    ]
    late = Rate.objects.filter(jurisdiction=jurisdiction, kind=RateKind.LATE_PROFESSIONAL, source__startswith="C. com.")
    assert not late.exists()


WRONG = {"a": 1}
RULE = {"jurisdiction": "FR", "starts_on": "2027-01-01", "article": "x"}


def added(client, model, given):
    """The errors of the form by field; none when the row was added."""
    client.force_login(UserFactory(administrator=True))
    page = client.post(reverse(f"admin:law_{model}_add"), given)
    return {} if page.status_code == 302 else page.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("contact_hours_sms", WRONG),
        ("contact_hours_sms", {"days": {"1": [["18:00", "09:00"]]}, "holidays": False}),
        ("contact_caps", {"caps": [{"channel": "all", "days": 7}]}),
        ("limitation", {"years": "five"}),
        ("limitation", {"years": 5, "interrupted_by": ["a call"]}),
        ("minimum_amount", {"amount": "1,00", "currency": "EUR"}),
        ("forbidden_words", {"words": [""]}),
        ("hold", []),
    ],
)
def test_a_value_no_night_could_read_is_refused(client, code, value):
    assert added(client, "rule", RULE | {"code": code, "value": json.dumps(value)}).keys() == {"value"}


def test_every_delivered_rule_could_be_typed():
    assert [rule for rule in Rule.objects.all() if not SHAPES[rule.code].fits(rule.value)] == []


def test_a_rule_is_one_the_decisions_know_over_days_in_order(client):
    assert added(client, "rule", RULE | {"code": "nope", "value": "[1]"}).keys() == {"code"}
    hold = RULE | {"code": "hold", "value": '{"blocks": true}'}
    assert added(client, "rule", hold | {"ends_on": "2026-01-01"}).keys() == {"ends_on"}
    assert added(client, "rule", hold) == {}


@pytest.mark.parametrize(
    ("change", "field"), [({"quote": "XOF"}, "quote"), ({"rate": "-1"}, "rate"), ({"rate": "0"}, "rate")]
)
def test_a_rate_is_above_zero_between_two_currencies(client, change, field):
    given = {"base": "XOF", "quote": "EUR", "on": "2026-11-01", "rate": "0.0015"} | change
    assert {name: len(said) for name, said in added(client, "exchangerate", given).items()} == {field: 1}
