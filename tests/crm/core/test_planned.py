"""Statements planned once per connection."""

from datetime import date

import pytest
from django.db import ProgrammingError, connection, transaction

from crm.core import planned

pytestmark = pytest.mark.django_db
TYPES = {"day": "date", "words": "text[]"}
ASKED = "select %(day)s + 1, array_length(%(words)s, 1), %(day)s, '100 %%'"


def plans() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements where statement like %s", ["%100 \\%%"])
        return int(cursor.fetchone()[0])


def test_it_is_planned_once_and_asked_with_other_values():
    before = plans()
    asked = [planned.rows(ASKED, TYPES, {"day": date(2026, 3, day), "words": ["a"] * day}) for day in (1, 2)]
    assert asked == [
        [(date(2026, 3, 2), 1, date(2026, 3, 1), "100 %")],
        [(date(2026, 3, 3), 2, date(2026, 3, 2), "100 %")],
    ]
    planned.rows(ASKED, TYPES, {"day": date(2026, 3, 1), "words": []})
    assert plans() - before <= 1
    assert plans() == 1


def test_a_plan_outlives_the_transaction_that_made_it():
    statement, types = "select %(number)s * 2", {"number": "bigint"}
    with transaction.atomic():
        planned.rows(statement, types, {"number": 1})
        transaction.set_rollback(True)
    assert planned.rows(statement, types, {"number": 21}) == [(42,)]


def test_a_wrong_statement_is_an_error_of_the_database():
    with pytest.raises(ProgrammingError), transaction.atomic():
        planned.rows("select nothing from nowhere where id = %(id)s", {"id": "bigint"}, {"id": 1})


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_plans_again():
    statement, types = "select %(number)s * 3", {"number": "bigint"}
    assert planned.rows(statement, types, {"number": 1}) == [(3,)]
    connection.close()
    assert planned.rows(statement, types, {"number": 2}) == [(6,)]
