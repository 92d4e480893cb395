"""What the models declare is in the database: Django drops every index on a column with the index of its reference."""

from django.apps import apps
from django.db import connection

DECLARED = "select relname from pg_class where relkind in ('i', 'I') union select conname from pg_constraint"


def test_every_index_and_constraint_of_a_model_exists(db):
    with connection.cursor() as cursor:
        cursor.execute(DECLARED)
        existing = {name for (name,) in cursor.fetchall()}
    managed = [model._meta for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    declared = {one.name for meta in managed for one in (*meta.indexes, *meta.constraints)}
    assert declared - existing == set()
