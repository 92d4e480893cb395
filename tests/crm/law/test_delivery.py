import importlib
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from crm.law.models import Holiday, Rate, RateKind, Rule
from crm.law.operations import derive_late_rates, load_law
from crm.law.queries import RateMissing, legal_rate, of_that_order, rate_on, rule
from crm.law.rules import check_late_rate

pytestmark = pytest.mark.django_db


def counts():
    return [model.objects.count() for model in (Rate, Rule, Holiday)]


def test_loading_the_law_again_changes_nothing():
    before = counts()
    load_law()
    assert counts() == before


def test_what_a_person_changed_is_kept():
    Rate.objects.filter(kind=RateKind.LEGAL_PROFESSIONAL, starts_on="2026-07-01").update(percent=Decimal("2.5"))
    load_law()
    assert legal_rate("FR", RateKind.LEGAL_PROFESSIONAL, date(2026, 9, 1)) == Decimal("2.5")


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        (date(2022, 6, 30), "10.00"),
        (date(2022, 12, 31), "10.00"),
        (date(2023, 1, 1), "12.50"),
        (date(2024, 7, 1), "14.25"),
        (date(2025, 1, 1), "13.15"),
        (date(2025, 7, 1), "12.15"),
        (date(2026, 1, 1), "12.15"),
        (date(2026, 7, 1), "12.40"),
        (date(2026, 12, 31), "12.40"),
    ],
)
def test_the_late_rate_of_a_half_year_is_the_central_bank_rate_of_its_first_day_plus_ten(on, percent):
    assert legal_rate("FR", RateKind.LATE_PROFESSIONAL, on) == Decimal(percent)


def test_public_bodies_owe_two_points_less():
    assert legal_rate("FR", RateKind.LATE_PUBLIC_BODY, date(2025, 7, 1)) == Decimal("10.15")


def test_a_half_year_without_a_change_of_the_central_bank_rate_is_opened_by_date():
    assert derive_late_rates(until=date(2027, 1, 2)) == 2
    assert derive_late_rates(until=date(2027, 1, 2)) == 0


def test_the_legal_rate_of_benin_is_that_of_the_union():
    assert legal_rate("BJ", RateKind.LEGAL_PROFESSIONAL, date(2024, 3, 1)) == Decimal("5.0336")


# The rate of BCEAO's window of marginal lending, its highest, from each day on.
HIGHEST = {
    date(2017, 1, 1): "4.50",
    date(2020, 6, 24): "4.00",
    date(2022, 6, 16): "4.25",
    date(2022, 9, 16): "4.50",
    date(2022, 12, 16): "4.75",
    date(2023, 3, 16): "5.00",
    date(2023, 9, 16): "5.25",
    date(2023, 12, 16): "5.50",
    date(2025, 6, 16): "5.25",
}


@pytest.mark.parametrize("year", range(2019, 2027))
def test_the_legal_rate_of_the_union_is_the_average_of_the_year_before(year):
    """Decision CM/UMOA/010/06/2013: published for 2022 to 2026, computed before."""
    first, days = date(year - 1, 1, 1), (date(year, 1, 1) - date(year - 1, 1, 1)).days
    year_before = (first + timedelta(number) for number in range(days))
    total = sum(Decimal(HIGHEST[max(start for start in HIGHEST if start <= day)]) for day in year_before)
    expected = legal_rate("BJ", RateKind.LEGAL_PROFESSIONAL, date(year, 1, 1))
    assert abs(total / days - expected) < Decimal("0.0001")


def test_a_date_before_the_first_rate_is_refused_with_words():
    with pytest.raises(RateMissing, match="legal_professional"):
        legal_rate("FR", RateKind.LEGAL_PROFESSIONAL, date(1999, 1, 1))


@pytest.mark.parametrize(
    ("kind", "debt_type", "years"),
    [
        ("professional", "trade", 5),
        ("consumer", "trade", 2),
        ("consumer", "rent", 3),
        ("professional", "rent", 5),
        ("consumer", "telecom", 1),
        ("public_body", "trade", 4),
        ("association", "trade", 5),
    ],
)
def test_the_most_precise_limitation_wins(kind, debt_type, years):
    found = rule("FR", "limitation", on=date(2026, 1, 1), customer_kind=kind, debt_type=debt_type)
    assert found is not None
    assert found.value["years"] == years


def test_an_ended_rule_is_not_in_force():
    Rule.objects.filter(jurisdiction="FR", code="opt_out").update(ends_on="2025-12-31")
    assert rule("FR", "opt_out", on=date(2026, 1, 1)) is None


def test_every_rule_names_its_article():
    assert Rule.objects.filter(article="").count() == 0


def test_bastille_day_is_a_holiday_every_year():
    assert Holiday.objects.filter(jurisdiction="FR", on__month=7, on__day=14).count() == 12


def test_a_contract_rate_below_three_times_the_legal_rate_is_refused():
    with pytest.raises(ValidationError, match="14,76"):
        check_late_rate(Decimal("14.25"), jurisdiction="FR", on=date(2024, 9, 1))
    check_late_rate(Decimal("14.76"), jurisdiction="FR", on=date(2024, 9, 1))


def test_the_parity_of_the_cfa_franc_is_known():
    assert rate_on("EUR", "XOF", date(2026, 3, 1)) == Decimal("655.957")
    assert of_that_order(Decimal(15000), "XOF", date(2026, 3, 1)) == 10_000_000
    assert [of_that_order(Decimal(150), currency, date(2026, 3, 1)) for currency in ("EUR", "TND")] == [150, 150]


CORRECT = importlib.import_module("crm.law.migrations.0003_interest_from_the_formal_notice").correct
DUE_DATE = {"rate": "legal_professional", "from": "due_date"}


def as_delivered_before(jurisdiction):
    """Interest of a professional under OHADA law, wrongly from the due date."""
    found = Rule.objects.filter(jurisdiction=jurisdiction, code="late_interest", customer_kind="professional")
    found.update(value=DUE_DATE, article="AUDCG (OHADA) art. 291")
    return found


def starts(jurisdiction, kind, on):
    found = rule(jurisdiction, "late_interest", on=on, customer_kind=kind)
    return found and found.value["from"]


def test_interest_under_ohada_law_runs_from_a_notice_where_nobody_changed_the_rule():
    untouched, changed, followed = (as_delivered_before(code) for code in ("BJ", "CI", "SN"))
    changed.update(article="conditions générales")
    ended = followed.get()
    Rule.objects.filter(pk=ended.pk).update(ends_on="2024-12-31")
    Rule.objects.create(
        jurisdiction="SN",
        code="late_interest",
        customer_kind="professional",
        starts_on="2025-01-01",
        value=DUE_DATE,
        article="AUDCG (OHADA) art. 291",
    )
    for _ in range(2):
        CORRECT(apps, connection.schema_editor())
    today = timezone.localdate()
    days = (today - timedelta(days=1), today)
    assert [starts("BJ", "professional", on) for on in days] == ["due_date", "formal_notice"]
    assert [untouched.count(), changed.count(), followed.count()] == [2, 1, 2]
    assert [starts(code, "professional", today) for code in ("CI", "SN")] == ["due_date", "due_date"]
    load_law()
    assert untouched.count() == 2


def test_a_notice_counts_as_received_some_days_after_it_left_where_nobody_changed_the_rule():
    delivered = Rule.objects.filter(jurisdiction="FR", code="late_interest", customer_kind="")
    now = delivered.get()
    delivered.update(value={"rate": "legal_professional", "from": "formal_notice"}, article="C. civ. 1231-6 et 1344-1")
    CORRECT(apps, connection.schema_editor())
    follows = delivered.get(ends_on=None)
    assert (follows.value, follows.article) == (now.value, now.article)
