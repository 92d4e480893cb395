"""References checked once per statement refuse what a foreign key would, and let removals go their way."""

import pytest
from django.db import IntegrityError, transaction

from collections_app.actions.models import Action, ActionLine, Cycle
from collections_app.engine.models import Decision
from collections_app.segments.models import Membership
from crm.customers.models import Customer
from crm.receivables.models import Invoice
from tests.collections_app.engine.world import World
from tests.factories.accounts import TeamFactory

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


def test_an_action_goes_with_its_lines(world):
    Action.objects.get().delete()
    assert ActionLine.objects.count() == 0


def test_a_night_goes_with_its_decisions(world):
    Decision.objects.get().run.delete()
    assert Decision.objects.count() == 0
