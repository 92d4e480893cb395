"""The tasks nobody has, as supervision counts them."""

from datetime import date

import pytest

from collections_app.actions import queries
from collections_app.actions.forms import WorklistFilters
from collections_app.dashboards.queries import unassigned
from crm.accounts.calendars import Days
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.actions import ActionFactory

pytestmark = pytest.mark.django_db
DAYS = Days(date(2026, 3, 2))


def test_it_counts_what_its_link_shows():
    entity = EntityFactory()
    lead = UserFactory(supervisor=True, sees=entity)
    waiting = [ActionFactory(customer__entity=entity, state=state) for state in ("todo", "to_approve")]
    waiting.append(ActionFactory(customer__entity=entity, snoozed_until=date(2026, 3, 2)))
    ActionFactory(customer__entity=entity, snoozed_until=date(2026, 3, 3))
    ActionFactory(customer__entity=entity, state="scheduled")
    ActionFactory(customer__entity=entity, owner=lead)
    filters = WorklistFilters({"portfolio": "unassigned"}, user=lead, days=DAYS)
    assert set(filters.narrow(queries.worklist(lead))) == set(waiting)
    assert unassigned(lead, days=DAYS) == "3"


def test_who_leads_one_team_reads_what_nobody_has_there():
    team, other = TeamFactory.create_batch(2, entity=EntityFactory())
    lead = UserFactory(supervisor=True, sees=team)
    of_team = ActionFactory(customer__entity=team.entity, customer__team=team)
    ActionFactory(customer__entity=team.entity, customer__team=other)
    filters = WorklistFilters({"portfolio": "unassigned"}, user=lead, days=DAYS)
    assert list(filters.narrow(queries.worklist(lead))) == [of_team]
    assert unassigned(lead, days=DAYS) == "1"


def test_above_what_is_counted_only_that_they_are_more(monkeypatch):
    monkeypatch.setattr("collections_app.actions.counting.COUNTED", 2)
    monkeypatch.setattr("collections_app.dashboards.queries.COUNTED", 2)
    entity = EntityFactory()
    lead = UserFactory(supervisor=True, sees=entity)
    ActionFactory.create_batch(2, customer__entity=entity)
    assert unassigned(lead, days=DAYS) == "2"
    ActionFactory(customer__entity=entity)
    assert unassigned(lead, days=DAYS) == ">\u00a02"
