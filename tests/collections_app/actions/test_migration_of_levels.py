"""What waited approved when levels were still stored claims after the upgrade what it claimed before."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.factories.actions import ActionFactory, ActionLineFactory

pytestmark = pytest.mark.django_db
DUE = date(2020, 3, 1)


def migrate(name: str) -> None:
    MigrationExecutor(connection).migrate([("actions", name)])


def latest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] == "actions"])


def test_what_had_not_reached_its_step_when_it_was_approved_has_not_after_the_upgrade():
    action = ActionFactory(state="scheduled", mode="approval", step_offset=30, formal_notice=True)
    ActionLineFactory(action=action, invoice__due_on=DUE)
    young = ActionLineFactory(action=action, invoice__due_on=DUE + timedelta(days=5))
    guessed = ActionLineFactory(action=action, invoice__due_on=DUE, invoice__due_on_source="guessed")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        migrate("0014_calls_by_customer")
        not_reached = [young.invoice_id, guessed.invoice_id]
        cursor.execute("update actions_actionline set reached = false where invoice_id = any(%s)", [not_reached])
        migrate("0015_levels_follow_from_due_dates")
    latest()
    action.refresh_from_db()
    assert action.approved_on == DUE + timedelta(days=34)


def test_what_leaves_by_itself_is_no_longer_said_to_be_approved():
    sent = ActionFactory(state="scheduled", mode="automatic")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        migrate("0015_levels_follow_from_due_dates")
        cursor.execute("update actions_action set approved_on = %s where id = %s", [DUE, sent.pk])
    latest()
    sent.refresh_from_db()
    assert sent.approved_on is None
