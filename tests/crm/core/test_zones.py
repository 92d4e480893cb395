import pytest
from django.db import connection

from crm.core.zones import zones


@pytest.mark.django_db
def test_the_database_knows_every_zone_one_may_choose():
    with connection.cursor() as cursor:
        cursor.execute("select name from pg_timezone_names")
        known = {name for (name,) in cursor.fetchall()}
    assert set(zones()) - known == set()


def test_what_is_no_place_is_not_offered():
    assert {"Europe/Paris", "Africa/Porto-Novo", "UTC"} <= set(zones())
    assert {"Factory", "localtime", "US/Pacific", "Etc/GMT+1"} & set(zones()) == set()
