"""Teams of another entity: the database refuses them, and takes off those an older Acquit let stand."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection

from collections_app.segments.models import Group
from crm.customers.models import Customer
from tests.factories.accounts import EntityFactory, TeamFactory
from tests.factories.customers import CustomerFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.parametrize("factory", [CustomerFactory, GroupFactory])
def test_a_customer_and_a_group_have_a_team_of_their_entity(factory):
    entity = EntityFactory()
    mine = factory(entity=entity, team=TeamFactory(entity=entity))
    run("set constraints all immediate")
    with pytest.raises(IntegrityError):
        type(mine).objects.filter(pk=mine.pk).update(team=TeamFactory(entity=EntityFactory()))


@pytest.mark.parametrize("factory", [CustomerFactory, GroupFactory])
def test_a_team_that_is_removed_leaves_them_without(factory):
    entity = EntityFactory()
    team = TeamFactory(entity=entity)
    mine = factory(entity=entity, team=team)
    team.delete()
    run("set constraints all immediate")
    mine.refresh_from_db()
    assert mine.team is None


@pytest.mark.parametrize(
    "migrations",
    [
        ["collections_app.segments.migrations.0003_teams_of_their_entity"],
        [
            "crm.customers.migrations.0005_a_team_of_the_same_entity",
            "collections_app.segments.migrations.0004_a_team_of_the_same_entity",
        ],
    ],
)
def test_an_upgrade_takes_them_off_customers_and_groups(migrations):
    tables = ("customers_customer", "segments_group")
    run(*(f"alter table {table} drop constraint {table}_team_id_of_entity" for table in tables))
    entity = EntityFactory()
    mine, other = TeamFactory(entity=entity), TeamFactory(entity=EntityFactory())
    for factory in (CustomerFactory, GroupFactory):
        for team in (mine, other):
            factory(entity=entity, team=team)
    run(*(import_module(name).TAKEN_OFF for name in migrations))
    found = [list(model.objects.order_by("pk").values_list("team", flat=True)) for model in (Customer, Group)]
    assert found == [[mine.pk, None], [mine.pk, None]]
