"""What a migration corrects of rules delivered before."""

from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from crm.law.models import Rule
from crm.law.operations import load_law

pytestmark = pytest.mark.django_db
MIGRATION = import_module("crm.law.migrations.0004_what_interrupts_a_limitation")
INSOLVENCY = {"jurisdiction": "FR", "code": "insolvency"}


def corrected():
    MIGRATION.correct(apps, SimpleNamespace(connection=connection))
    load_law()
    return list(Rule.objects.filter(**INSOLVENCY).order_by("starts_on").values_list("value", "ends_on"))


def test_a_rule_nobody_changed_ends_and_the_right_one_follows():
    Rule.objects.filter(**INSOLVENCY).update(value={"declare_within_days": 61})
    yesterday = timezone.localdate() - timedelta(days=1)
    then = [({"declare_within_days": 61}, yesterday), ({"declare_within_months": 2}, None)]
    assert corrected() == then
    assert corrected() == then


@pytest.mark.parametrize("change", [{"value": {"declare_within_days": 30}}, {"ends_on": date(2025, 12, 31)}])
def test_one_a_person_changed_is_kept(change):
    Rule.objects.filter(**INSOLVENCY).update(**{"value": {"declare_within_days": 61}} | change)
    kept = Rule.objects.get(**INSOLVENCY)
    assert corrected() == [(kept.value, kept.ends_on)]


def test_what_is_delivered_is_what_it_corrects_to():
    for (code, kind, debt_type), _was, value, article in MIGRATION.CORRECTED:
        rule = Rule.objects.get(jurisdiction="FR", code=code, customer_kind=kind, debt_type=debt_type)
        assert (rule.value, rule.article) == (value, article)
