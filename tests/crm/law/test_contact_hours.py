from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.law.models import Rule
from crm.law.queries import next_contact_at

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def at(text, zone=PARIS):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("channel", "kind", "when", "expected"),
    [
        ("phone", "consumer", "2026-03-03T10:00", "2026-03-03T10:00"),
        ("phone", "consumer", "2026-03-03T12:30", "2026-03-03T14:00"),
        ("phone", "consumer", "2026-03-03T19:31", "2026-03-04T09:00"),
        ("phone", "consumer", "2026-03-07T11:00", "2026-03-07T11:00"),
        ("phone", "consumer", "2026-03-07T12:30", "2026-03-09T09:00"),
        ("phone", "consumer", "2026-04-06T10:00", "2026-04-07T09:00"),
        ("phone", "professional", "2026-03-03T13:00", "2026-03-03T13:00"),
        ("phone", "professional", "2026-03-07T11:00", "2026-03-09T08:30"),
        ("email", "professional", "2026-03-03T04:00", "2026-03-03T07:00"),
        ("post", "consumer", "2026-03-08T04:00", "2026-03-08T04:00"),
    ],
)
def test_contact_waits_for_the_hours_of_the_channel(channel, kind, when, expected):
    assert next_contact_at("FR", channel, kind, "Europe/Paris", at(when)) == at(expected)


def test_the_hours_are_those_of_the_debtor():
    reunion = ZoneInfo("Indian/Reunion")
    evening = at("2026-03-03T18:00")
    assert next_contact_at("FR", "phone", "consumer", "Indian/Reunion", evening) == at("2026-03-04T09:00", reunion)


def test_the_rule_is_that_of_the_day_of_the_debtor():
    """Half past midnight in Paris, on the first day of other hours."""
    former = Rule.objects.get(jurisdiction="FR", code="contact_hours_email", customer_kind="")
    hours = {**former.value, "days": {day: [["10:00", "11:00"]] for day in former.value["days"]}}
    Rule.objects.create(jurisdiction="FR", code=former.code, starts_on="2026-03-03", value=hours)
    evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert next_contact_at("FR", "email", "professional", "Europe/Paris", evening) == at("2026-03-03T10:00")
