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


DOUBLED = """-- Said first.
select %(number)s * 2, %(day)s + %(number)s, %(word)s || '%%', %(word)s is null, cardinality(%(ids)s::bigint[])"""
NAMED_HERE = "select count(*) from pg_prepared_statements where statement like %s"


def known(like: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NAMED_HERE, [like])
        return int(cursor.fetchone()[0])


def ask(**params):
    with connection.cursor() as cursor:
        cursor.execute(DOUBLED, params)
        return cursor.fetchone()


def test_inside_a_block_whatever_has_named_parameters_is_planned_once():
    day = date(2026, 3, 1)
    outside = ask(number=2, day=day, word="a", ids=[1, 2])
    with planned.planning_once():
        assert ask(number=2, day=day, word="a", ids=[1, 2]) == outside == (4, date(2026, 3, 3), "a%", False, 2)
        assert ask(number=-3, day=day, word=None, ids=[]) == (-6, date(2026, 2, 26), None, True, 0)
        assert known("%Said first%") == 1
        assert ask(number=2**40, day=None, word="a", ids=None)[0] == 2**41
        assert known("%Said first%") == 2


def test_what_cannot_be_planned_is_asked_as_it_is():
    with planned.planning_once(), connection.cursor() as cursor:
        cursor.execute("create temporary table counted as select %(number)s as number", {"number": 3})
        cursor.execute("update counted set number = number + %s", [1])
        cursor.execute("update counted set number = number + %(more)s", {"more": 1})
        assert cursor.rowcount == 1
        cursor.execute("select number from counted")
        assert cursor.fetchall() == [(5,)]


def test_plans_and_statements_are_forgotten():
    statement, types = "select %(number)s * 5", {"number": "bigint"}
    planned.rows(statement, types, {"number": 1})
    planned.forget_plans()
    assert planned.rows(statement, types, {"number": 2}) == [(10,)]
    planned.forget_statements()
    assert known("%* 5%") == 0
    assert planned.rows(statement, types, {"number": 3}) == [(15,)]
