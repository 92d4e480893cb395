"""The migration that says when stored mistakes were called so, on a database that did not."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection

from crm.holds.models import Hold
from crm.holds.operations import call_mistake, lift_hold, place_hold
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
MIGRATION = import_module("crm.holds.migrations.0004_what_was_known_when")
CONSTRAINT = "holds_hold_mistaken_with_time"
JUDGED, NOON = date(2026, 3, 2), datetime(2026, 3, 2, 12, tzinfo=UTC)


def migrate():
    """On a database as it was before, up to the constraint it ends with."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table holds_hold drop constraint {CONSTRAINT}")
        cursor.execute("update holds_hold set mistaken_at = null")
        cursor.execute(MIGRATION.KNOWN)
    with connection.schema_editor() as editor:
        [constraint] = [one for one in Hold._meta.constraints if one.name == CONSTRAINT]
        editor.add_constraint(Hold, constraint)


def test_a_mistake_is_known_since_it_was_told_of_its_hold_last():
    given = {"kind": "insolvency", "reason": "RJ", "starts_on": JUDGED, "at": NOON}
    mistaken, lifted = (place_hold(CustomerFactory(), **given) for _ in range(2))
    for days, hold in enumerate((mistaken, lifted), 1):
        lift_hold(hold, on=JUDGED, at=NOON + timedelta(days=days))
    call_mistake(mistaken, on=JUDGED, at=NOON + timedelta(days=9))
    migrate()
    found = list(Hold.objects.order_by("pk").values_list("mistaken_at", flat=True))
    assert found == [NOON + timedelta(days=9), None]


def test_one_of_which_nothing_is_told_is_known_since_it_ended():
    customer = CustomerFactory()
    ended = {"ended_on": JUDGED, "outcome": "mistake", "mistaken_at": NOON}
    Hold.objects.create(
        entity=customer.entity, customer=customer, kind="legal", starts_on=JUDGED, created_at=NOON, **ended
    )
    migrate()
    assert Hold.objects.get().mistaken_at == datetime(2026, 3, 2, tzinfo=UTC)
