"""References checked once per statement refuse what a foreign key would, and let removals go their way."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.db.models import ForeignKey

from collections_app.actions.models import Action, ActionLine, Cycle
from collections_app.engine.models import Decision
from collections_app.segments.models import Membership
from crm.core.references import parents_seen_since, snapshot
from crm.customers.models import Customer
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import World
from tests.connections import elsewhere, write_something
from tests.factories.accounts import TeamFactory
from tests.factories.scenarios import TemplateFactory

pytestmark = pytest.mark.django_db
NOBODY = 2**40


@pytest.fixture
def world():
    world = World({"offset_days": 5, "email": True})
    world.invoice(world.customer(collector=world.person), late=6)
    world.night()
    return world


@pytest.mark.parametrize(
    ("model", "column"),
    [
        (Action, "customer_id"),
        (Action, "template_id"),
        (Action, "owner_id"),
        (Action, "team_id"),
        (Cycle, "customer_id"),
        (ActionLine, "invoice_id"),
        (Decision, "run_id"),
        (Membership, "group_id"),
    ],
)
def test_no_row_may_name_a_parent_that_is_not_there(world, model, column):
    with pytest.raises(IntegrityError, match=f"{column} {NOBODY}"), transaction.atomic():
        model.objects.update(**{column: NOBODY})


@pytest.mark.parametrize("parent", [Customer, Invoice, Cycle, Action])
def test_no_parent_goes_while_a_row_names_it(world, parent):
    with pytest.raises(IntegrityError), transaction.atomic():
        parent.objects.all()._raw_delete("default")


def test_what_may_be_emptied_is_emptied_when_its_parent_goes(world):
    team = TeamFactory(entity=world.entity)
    Action.objects.update(team=team, closed_by=world.person)
    Action.objects.get().address.delete()
    team.delete()
    world.group.delete()
    Customer.objects.update(collector=None)
    world.person.delete()
    action = Action.objects.get()
    assert (action.address, action.team, action.group, action.owner, action.closed_by) == (None,) * 5


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_after_it_was_read_is_missed_when_a_row_names_it(world):
    seen, template = snapshot(), TemplateFactory(entity=world.entity)
    with transaction.atomic(), parents_seen_since(seen):
        Action.objects.update(template=template)
    Action.objects.update(template=None)
    key = template.pk
    template.delete()
    with pytest.raises(IntegrityError, match=f"template_id {key}"), transaction.atomic(), parents_seen_since(seen):
        Action.objects.update(template_id=key)


def test_what_the_same_transaction_removed_is_missed_too_whatever_others_wrote_meanwhile(world):
    template = TemplateFactory(entity=world.entity)
    elsewhere(write_something)
    seen, key = snapshot(), template.pk
    template.delete()
    with pytest.raises(IntegrityError, match=f"template_id {key}"), transaction.atomic(), parents_seen_since(seen):
        Action.objects.update(template_id=key)


def test_an_action_goes_with_its_lines(world):
    Action.objects.get().delete()
    assert ActionLine.objects.count() == 0


def test_a_night_goes_with_its_decisions(world):
    Decision.objects.get().run.delete()
    assert Decision.objects.count() == 0


SET_CHECKS = "select tgrelid::regclass::text, tgname, tgargs from pg_trigger where tgname like '%\\_refers\\_%'"
ROW_CHECKS = """
select conrelid::regclass::text, attname from pg_constraint
join pg_attribute on attrelid = conrelid and attnum = any (conkey) where contype = 'f'
"""


def test_every_reference_is_checked_in_sets_or_by_a_constraint():
    with connection.cursor() as cursor:
        cursor.execute(SET_CHECKS)
        in_sets = {
            (table, column, name.rpartition("_")[2])
            for table, name, args in cursor.fetchall()
            for column in bytes(args).decode().split("\0")[:-1:2]
        }
        cursor.execute(ROW_CHECKS)
        by_row = set(cursor.fetchall())
    fields = [field for model in apps.get_models() for field in model._meta.local_fields]
    columns = {
        (field.model._meta.db_table, field.column)
        for field in fields
        if isinstance(field, ForeignKey) and field.model._meta.managed and not field.model._meta.proxy
    }
    assert in_sets == {(*place, verb) for place in columns - by_row for verb in ("insert", "update")}
