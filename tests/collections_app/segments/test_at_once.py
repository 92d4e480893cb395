"""Two who group the same customer at once: a night and the news of a payment, say."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import connection, transaction

from collections_app.segments.models import Membership
from collections_app.segments.operations import regroup
from crm.core.among import named
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.segments import GroupFactory

FEB_1, FEB_2 = date(2026, 2, 1), date(2026, 2, 2)
WAITING = "select count(*) from pg_locks where not granted"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("days_apart", [-1, 0, 1])
@pytest.mark.parametrize("known", [True, False])
def test_the_second_sees_what_the_first_left(known, days_apart):
    entity = EntityFactory()
    customer = CustomerFactory(entity=entity)
    GroupFactory(entity=entity, code="default", default=True)
    if known:
        regroup(entity, on=FEB_1)
    InvoiceFactory(customer=customer, due_on=FEB_1 - timedelta(days=9))
    GroupFactory(entity=entity, code="late")
    on = FEB_2 + timedelta(days=1)
    assert at_once(entity, customer, on, on + timedelta(days=days_apart)) == (1, 0)
    expected = [("default", FEB_1, on)] * known + [("late", on, None)]
    assert list(Membership.objects.order_by("from_on").values_list("group__code", "from_on", "to_on")) == expected


def at_once(entity, customer, first, second):
    """What the regrouping of the whole entity, not yet committed, and that of its customer beside it moved."""

    def beside():
        try:
            return regroup(entity, on=second, among=named([customer.pk]))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            moved = regroup(entity, on=first)
            other = pool.submit(beside)
            until_it_waits(other)
        return moved, other.result()


def until_it_waits(other):
    patience = Event()
    with connection.cursor() as cursor:
        while not other.done():
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
            patience.wait(0.01)
