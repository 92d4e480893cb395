"""A test that commits leaves what a TRUNCATE and the migrations would leave."""

import pytest
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection

from crm.accounts.models import Entity
from crm.law.models import Rule
from tests.collections_app.engine.small_house import small_house
from tests.flushing import KEPT


def rows() -> dict[str, int]:
    """How many there are in each table that has some."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        counted = " union all ".join(f"select '{table}', count(*) from {table}" for (table,) in cursor.fetchall())
        cursor.execute(f"select * from ({counted}) as t (name, number) where number > 0")
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_test_stays_and_what_migrations_deliver_does():
    call_command("flush", verbosity=0, interactive=False)
    fresh = rows()
    world = small_house()
    world.night(shards=1)
    Rule.objects.all().delete()
    assert Entity.objects.exists()
    call_command("flush", verbosity=0, interactive=False)
    assert rows() == fresh
    assert {"law_rule", *KEPT} <= fresh.keys()


@pytest.mark.django_db
def test_numbers_that_begin_again_are_left_to_truncate():
    [first, *_] = connection.ops.sql_flush(no_style(), ["accounts_entity"], reset_sequences=True)
    assert first.startswith("TRUNCATE")
