from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from crm.law.models import ExchangeRate
from crm.law.queries import rate_on

pytestmark = pytest.mark.django_db


def converted(amount, base, quote, on):
    with connection.cursor() as cursor:
        cursor.execute("select converted(%s, %s, %s, %s)", [amount, base, quote, on])
        return cursor.fetchone()[0]


def test_the_last_rate_up_to_the_date_serves():
    for on, rate in [(date(2026, 1, 1), "0.85"), (date(2026, 2, 1), "0.90")]:
        ExchangeRate.objects.create(base="USD", quote="EUR", on=on, rate=Decimal(rate))
    assert converted(Decimal(100), "USD", "EUR", date(2026, 1, 31)) == Decimal("85.00")
    assert rate_on("USD", "EUR", date(2026, 2, 1)) == Decimal("0.90")


def test_the_inverse_rate_serves_too():
    ExchangeRate.objects.create(base="EUR", quote="XOF", on="2020-01-01", rate=Decimal("655.957"))
    assert converted(Decimal(655957), "XOF", "EUR", date(2026, 1, 1)) == Decimal("1000.00")
    assert converted(Decimal("1.50"), "EUR", "XOF", date(2026, 1, 1)) == 984


def test_a_currency_is_worth_itself():
    assert converted(Decimal("12.34"), "EUR", "EUR", date(2026, 1, 1)) == Decimal("12.34")
    assert rate_on("EUR", "EUR", date(2026, 1, 1)) == 1


def test_an_unknown_rate_is_unknown_not_one():
    assert converted(Decimal(1), "USD", "EUR", date(2026, 1, 1)) is None
    assert rate_on("USD", "EUR", date(2026, 1, 1)) is None
