from datetime import UTC, date, datetime
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils.translation import override

from collections_app.letters.models import Template
from collections_app.scenarios import operations as scenarios
from collections_app.scenarios.models import Scenario, ScenarioVersion
from collections_app.segments.criteria import WrongCriteria, parse
from collections_app.segments.models import Group
from collections_app.segments.operations import (
    GroupRefused,
    archive,
    delete_group,
    deliver_defaults,
    move,
    save_group,
    unarchive,
)
from collections_app.segments.regrouping import regroup
from collections_app.segments.wording import sentence
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import ScenarioFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OVERDUE = {"fact": "overdue", "is": "gt", "value": "0"}


@pytest.fixture
def entity():
    return EntityFactory()


def order(entity):
    return list(Group.objects.filter(entity=entity, archived=False).order_by("priority").values_list("code", flat=True))


def test_a_new_group_is_tried_last(entity):
    for code in ("a", "b"):
        save_group(Group(entity=entity, code=code, name=code, criteria=OVERDUE), by=None)
    assert order(entity) == ["a", "b"]


def test_wrong_criteria_are_not_saved(entity):
    with pytest.raises(WrongCriteria):
        save_group(Group(entity=entity, code="a", name="a"), by=None)


def test_a_code_is_taken_once(entity):
    GroupFactory(entity=entity, code="a")
    with pytest.raises(ValidationError):
        save_group(Group(entity=entity, code="a", name="a", criteria=OVERDUE), by=None)


def test_groups_move_up_and_down(entity):
    _a, b, c = (GroupFactory(entity=entity, code=code) for code in "abc")
    move(c, up=True, by=None)
    assert order(entity) == ["a", "c", "b"]
    b.refresh_from_db()
    with pytest.raises(GroupRefused):
        move(b, up=False, by=None)


@pytest.mark.parametrize(
    "verb",
    [save_group, lambda group, by: move(group, up=True, by=by), archive, unarchive, delete_group],
    ids=["save", "move", "archive", "unarchive", "delete"],
)
def test_who_changes_a_group_is_written_down_also_outside_a_page(entity, verb):
    group = [GroupFactory(entity=entity, code=code, archived=verb is unarchive) for code in "ab"][-1]
    group.name, number, supervisor = "New", str(group.pk), UserFactory(supervisor=True)
    verb(group, by=supervisor)
    assert LogEntry.objects.filter(object_pk=number).latest("pk").actor == supervisor


@pytest.mark.parametrize(
    ("verb", "meanwhile"),
    [
        (save_group, {"rehearsal": "rehearsing", "archived": True, "priority": 3}),
        (archive, {"rehearsal": "rehearsing", "name": "New", "priority": 3}),
        (unarchive, {"rehearsal": "rehearsing", "name": "New"}),
    ],
    ids=["save", "archive", "unarchive"],
)
def test_a_verb_leaves_alone_what_others_wrote_since_the_group_was_read(entity, verb, meanwhile):
    group = GroupFactory(entity=entity, priority=1, archived=verb is unarchive)
    Group.objects.filter(pk=group.pk).update(**meanwhile)
    GroupFactory(entity=entity, priority=1)  # its place is taken
    verb(group, by=None)
    assert Group.objects.values(*meanwhile).get(pk=group.pk) == meanwhile


def test_the_default_group_neither_moves_nor_goes(entity):
    default = GroupFactory(entity=entity, default=True)
    for attempt in (lambda: move(default, up=True, by=None), lambda: archive(default, by=None)):
        with pytest.raises(GroupRefused):
            attempt()


def test_an_archived_group_takes_nobody_and_comes_back_last(entity):
    group, other = GroupFactory(entity=entity, code="a"), GroupFactory(entity=entity, code="b")
    InvoiceFactory(customer__entity=entity)
    archive(group, by=None)
    regroup(entity, on=date(2026, 3, 2))
    assert other.memberships.count() == 1
    unarchive(group, by=None)
    assert order(entity) == ["b", "a"]


def test_a_group_in_use_follows_no_archived_scenario(entity):
    group = GroupFactory(entity=entity, scenario=ScenarioFactory(entity=entity, name="Export"), archived=True)
    scenarios.archive(group.scenario, by=None)
    save_group(group, by=None)  # it may be written while it is archived
    with pytest.raises(GroupRefused, match="Le scénario Export est archivé"):
        unarchive(group, by=None)
    with pytest.raises(GroupRefused, match="Le scénario Export est archivé"):
        save_group(Group(entity=entity, code="new", name="new", criteria=OVERDUE, scenario=group.scenario), by=None)
    scenarios.unarchive(group.scenario, by=None)
    unarchive(group, by=None)
    assert order(entity) == [group.code]


def test_defaults_are_delivered_once(entity):
    counts = deliver_defaults(entity, at=NOW)
    assert (counts["scenarios"], counts["groups"]) == (4, 7)
    assert deliver_defaults(entity, at=NOW) == {"templates": 0, "scenarios": 0, "groups": 0}


def test_every_default_scenario_is_published(entity):
    deliver_defaults(entity, at=NOW)
    assert set(ScenarioVersion.objects.values_list("state", flat=True)) == {"published"}
    assert order(entity)[-1] == "default"
    assert not Group.objects.filter(scenario=None).exists()


def test_a_formal_notice_of_ours_waits_for_approval(entity):
    deliver_defaults(entity, at=NOW)
    for version in ScenarioVersion.objects.all():
        steps = list(version.steps.all())
        assert {(step.mode, step.channel) for step in steps if step.formal_notice} <= {("approval", "post")}
        assert (steps[-1].owner, steps[-1].mode) == ("supervisor", "decision")


def test_what_was_changed_or_deleted_stays_so(entity):
    deliver_defaults(entity, at=NOW)
    Group.objects.filter(code="small-balances").delete()
    Group.objects.filter(code="high-amount").update(name="Mes gros comptes")
    Group.objects.filter(scenario__code="small-amounts").update(scenario=None)
    scenarios.delete(Scenario.objects.get(code="small-amounts"), by=None)
    deliver_defaults(entity, at=NOW)
    assert Group.objects.get(code="high-amount").name == "Mes gros comptes"
    assert not Scenario.objects.filter(code="small-amounts").exists()
    assert not Group.objects.filter(code="small-balances").exists()


def test_groups_the_entity_already_had_stay_first(entity):
    mine = GroupFactory(entity=entity, code="high-amount", priority=1)
    own_default = GroupFactory(entity=entity, default=True)
    assert deliver_defaults(entity, at=NOW)["groups"] == 5
    assert order(entity)[0] == mine.code
    assert Group.objects.get(entity=entity, is_default=True) == own_default


def test_a_scenario_whose_templates_are_gone_stays_a_draft(entity):
    deliver_defaults(entity, at=NOW)
    Group.objects.all().delete()
    for scenario in Scenario.objects.all():
        scenarios.delete(scenario, by=None)
    Template.objects.all().delete()
    entity.scenarios.model.objects.all().delete()
    from collections_app.scenarios.models import DeliveredDefault

    DeliveredDefault.objects.all().delete()
    deliver_defaults(entity, at=NOW)
    assert set(ScenarioVersion.objects.values_list("state", flat=True)) == {"draft"}


def test_names_are_in_the_language_of_the_entity():
    deliver_defaults(EntityFactory(language="en"), at=NOW)
    deliver_defaults(EntityFactory(language="fr"), at=NOW)
    names = set(Group.objects.filter(code="default").values_list("name", flat=True))
    assert names == {"All others", "Tous les autres"}


def test_the_only_team_of_the_entity_takes_the_groups(entity):
    team = TeamFactory(entity=entity)
    deliver_defaults(entity, at=NOW)
    assert set(Group.objects.values_list("team", flat=True)) == {team.pk}


def test_the_command_counts_and_knows_the_codes(entity):
    told = StringIO()
    call_command("deliver_defaults", entity=entity.code, stdout=told)
    assert told.getvalue().strip().endswith("4 scenarios, 7 groups")
    with pytest.raises(CommandError, match=entity.code):
        call_command("deliver_defaults", entity="NOPE")


def test_criteria_read_as_a_sentence(entity):
    tree = {"all": [OVERDUE, {"any": [{"fact": "kind", "is": "in", "value": ["consumer"]}, {"not": OVERDUE}]}]}
    with override("en"):
        assert sentence(parse(tree), entity) == (
            "Overdue is more than €0.00 and (Kind is consumer or not (Overdue is more than €0.00))"
        )
