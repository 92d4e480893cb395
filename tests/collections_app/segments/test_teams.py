"""Teams of another entity that an older Acquit let stand."""

from importlib import import_module

import pytest
from django.db import connection

from collections_app.segments.models import Group
from crm.customers.models import Customer
from tests.factories.accounts import EntityFactory, TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db


def test_an_upgrade_takes_them_off_customers_and_groups():
    entity = EntityFactory()
    mine, other = TeamFactory(entity=entity), TeamFactory(entity=EntityFactory())
    for factory in (CustomerFactory, GroupFactory):
        for team in (mine, other):
            factory(entity=entity, team=team)
    with connection.cursor() as cursor:
        cursor.execute(import_module("collections_app.segments.migrations.0003_teams_of_their_entity").TAKEN_OFF)
    found = [list(model.objects.order_by("pk").values_list("team", flat=True)) for model in (Customer, Group)]
    assert found == [[mine.pk, None], [mine.pk, None]]
