from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from collections_app.scenarios import operations as scenarios
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step, StepMode, VersionState
from collections_app.scenarios.operations import NotADraft, NotPublishable, StillUsed
from collections_app.scenarios.queries import changed_steps, differences
from crm.customers.models import Channel
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.letters import TemplateFactory, TemplateVersionFactory
from tests.factories.scenarios import ScenarioFactory, StepFactory, published_scenario
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def email_template(entity, **fields):
    return TemplateVersionFactory(template__entity=entity, **{f"template__{k}": v for k, v in fields.items()}).template


@pytest.fixture
def draft():
    return scenarios.create_scenario(EntityFactory(), code="standard", name="Standard", by=None).versions.get()


def test_a_scenario_starts_with_an_empty_draft(draft):
    assert (draft.number, draft.state, draft.steps.count()) == (1, VersionState.DRAFT, 0)


def test_a_code_is_taken_once(draft):
    with pytest.raises(ValidationError):
        scenarios.create_scenario(draft.scenario.entity, code="standard", name="Other", by=None)


def test_a_step_is_added_then_changed(draft):
    scenarios.save_step(draft, code="call", name="Appel", offset_days=8, channel=Channel.PHONE, by=None)
    scenarios.save_step(draft, code="call", offset_days=10, minimum_amount=Decimal(50), by=None)
    assert list(draft.steps.values_list("code", "offset_days", "minimum_amount")) == [("call", 10, 50)]


@pytest.mark.parametrize(
    "wrong", [{"offset_days": 8}, {"minimum_amount": -1}, {"channel": "pigeon"}, {"colour": "red"}]
)
def test_a_wrong_step_is_refused(draft, wrong):
    StepFactory(version=draft, code="call", offset_days=8)
    fields = {"name": "Appel", "offset_days": 9, "channel": Channel.PHONE, **wrong}
    with pytest.raises(ValidationError):
        scenarios.save_step(draft, code="second", by=None, **fields)


def test_a_draft_is_written_whole_or_not_at_all(draft):
    StepFactory(version=draft, code="call", offset_days=8)
    wrong = {"code": "wrong", "name": "", "offset_days": 9, "channel": "phone"}
    steps = [scenarios.as_fields(draft.steps.get()), wrong]
    with pytest.raises(ValidationError):
        scenarios.write_draft(draft, steps, entry_policy="by_hand", read=scenarios.mark_of(draft), by=None)
    draft.refresh_from_db()
    assert (draft.entry_policy, draft.steps.get().code) == ("first_step", "call")


def test_publishing_freezes_the_draft_and_retires_the_former_version(draft):
    user = UserFactory(supervisor=True)
    StepFactory(version=draft)
    scenarios.publish(draft, by=user, at=NOW)
    second = scenarios.create_draft(draft.scenario, by=user)
    scenarios.publish(second, by=user, at=NOW)
    states = ScenarioVersion.objects.order_by("number").values_list("number", "state", "published_by")
    assert list(states) == [(1, "retired", user.pk), (2, "published", user.pk)]


def test_the_next_draft_has_the_same_steps_and_is_made_once(draft):
    step = StepFactory(version=draft)
    scenarios.publish(draft, by=None, at=NOW)
    second = scenarios.create_draft(draft.scenario, by=None)
    assert scenarios.create_draft(draft.scenario, by=None) == second
    assert list(second.steps.values_list("code", "offset_days")) == [(step.code, step.offset_days)]


def reasons(draft):
    with pytest.raises(NotPublishable) as refused:
        scenarios.publish(draft, by=None, at=NOW)
    return len(refused.value.reasons)


def test_a_scenario_without_steps_is_not_published(draft):
    assert reasons(draft) == 1


@pytest.mark.parametrize("mode", [StepMode.AUTOMATIC, StepMode.APPROVAL])
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.PHONE])
def test_a_channel_nothing_carries_cannot_be_automatic(draft, channel, mode):
    template = email_template(draft.scenario.entity, channel=channel)
    StepFactory(version=draft, channel=channel, mode=mode, template=template)
    assert reasons(draft) == 1


def test_a_channel_nothing_carries_may_be_to_do(draft):
    StepFactory(version=draft, channel=Channel.SMS, template=email_template(draft.scenario.entity, channel=Channel.SMS))
    assert scenarios.publish(draft, by=None, at=NOW).state == VersionState.PUBLISHED


def test_a_connected_channel_may_be_automatic(draft, settings):
    settings.CONNECTED_CHANNELS = ["email", "post", "sms"]
    template = email_template(draft.scenario.entity, channel=Channel.SMS)
    StepFactory(version=draft, channel=Channel.SMS, mode=StepMode.AUTOMATIC, template=template)
    assert scenarios.publish(draft, by=None, at=NOW).state == VersionState.PUBLISHED


@pytest.mark.parametrize(
    "template",
    [
        lambda entity: None,
        lambda entity: email_template(entity, channel=Channel.POST),
        lambda entity: email_template(entity, archived=True),
        lambda entity: email_template(EntityFactory()),
        lambda entity: TemplateFactory(entity=entity),
    ],
)
def test_what_is_sent_needs_a_written_template(draft, template):
    StepFactory(version=draft, channel=Channel.EMAIL, mode=StepMode.AUTOMATIC, template=template(draft.scenario.entity))
    assert reasons(draft) == 1


@pytest.mark.parametrize(
    ("channel", "mode", "count"),
    [(Channel.POST, "todo", 1), (Channel.EMAIL, "approval", 1), (Channel.EMAIL, "todo", 2)],
)
def test_a_formal_notice_is_a_letter_sent_after_approval(draft, channel, mode, count):
    template = email_template(draft.scenario.entity, channel=channel)
    StepFactory(version=draft, channel=channel, mode=mode, formal_notice=True, template=template)
    assert reasons(draft) == count


@pytest.mark.parametrize(
    ("offset", "template", "count"),
    [(-3, None, 1), (30, email_template, 1), (-3, email_template, 2)],
)
def test_a_decision_comes_after_the_due_date_and_sends_nothing(draft, offset, template, count):
    chosen = template(draft.scenario.entity) if template else None
    step = {"offset_days": offset, "mode": StepMode.DECISION, "template": chosen}
    StepFactory(version=draft, channel=Channel.EMAIL if chosen else Channel.PHONE, **step)
    assert reasons(draft) == count


@pytest.fixture
def published():
    return published_scenario(steps=[{"offset_days": 8}])


def test_operations_refuse_a_published_version(published):
    for attempt in (
        lambda: scenarios.save_step(published, code="s8", offset_days=9, by=None),
        lambda: scenarios.replace_steps(published, [], by=None),
        lambda: scenarios.set_entry_policy(published, entry_policy="by_hand", by=None),
        lambda: scenarios.publish(published, by=None, at=NOW),
    ):
        with pytest.raises(NotADraft):
            attempt()


@pytest.mark.parametrize(
    "change",
    [
        lambda version: version.steps.update(gap_days=1),
        lambda version: version.steps.get().delete(),
        lambda version: Step(version=version, code="x", name="x", offset_days=20, channel="phone").save(),
        lambda version: ScenarioVersion.objects.update(entry_policy="by_hand"),
        lambda version: ScenarioVersion.objects.update(state="draft"),
        lambda version: version.delete(),
        lambda version: version.scenario.delete(),
    ],
)
def test_the_database_refuses_to_change_a_published_version(published, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        change(published)


def test_a_copy_is_a_draft_with_the_same_steps(published):
    twin = scenarios.copy(published.scenario, code="twin", name="Copie", by=None)
    draft = twin.versions.get()
    assert (draft.state, [step.code for step in draft.steps.all()]) == (VersionState.DRAFT, ["s8"])


def test_a_scenario_a_group_follows_stays(published):
    GroupFactory(entity=published.scenario.entity, scenario=published.scenario)
    for attempt in (scenarios.archive, scenarios.delete):
        with pytest.raises(StillUsed):
            attempt(published.scenario, by=None)


def test_an_unused_scenario_is_archived_and_brought_back(published):
    scenarios.archive(published.scenario, by=None)
    scenarios.unarchive(published.scenario, by=None)
    assert not Scenario.objects.get().archived


def test_an_unused_scenario_is_deleted_with_its_versions(published):
    other = published_scenario(steps=[{"offset_days": 1}])
    scenarios.delete(published.scenario, by=None)
    assert list(Step.objects.values_list("version", flat=True)) == [other.pk]
    with pytest.raises(IntegrityError), transaction.atomic():
        other.delete()


def test_differences_name_what_changed(published):
    draft = scenarios.create_draft(published.scenario, by=None)
    scenarios.save_step(draft, code="s8", offset_days=10, by=None)
    scenarios.save_step(draft, code="new", name="SMS", offset_days=3, channel=Channel.SMS, by=None)
    found = [(change.kind, change.step.code, len(change.fields)) for change in differences(published, draft)]
    assert found == [("added", "new", 0), ("changed", "s8", 1)]
    assert [change.kind for change in differences(draft, published)] == ["removed", "changed"]


def test_amounts_that_differ_are_told_in_the_currency_of_the_entity(published):
    draft = scenarios.create_draft(published.scenario, by=None)
    amounts = {"minimum_amount": Decimal(1500), "escalate_above": Decimal("2500.5")}
    fields = scenarios.as_fields(scenarios.save_step(draft, code="s8", by=None, **amounts))
    [change] = differences(published, draft)
    told = [("0,00\u00a0€", "1\u00a0500,00\u00a0€"), ("—", "2\u00a0500,50\u00a0€")]
    assert [(before, after) for _label, before, after in change.fields] == told
    del fields["minimum_amount"]
    [change] = changed_steps(draft.steps.all(), [Step(**fields)], "XOF")  # not saved yet
    assert change.fields == [("montant minimum", "1\u00a0500\u00a0F\u00a0CFA", "0\u00a0F\u00a0CFA")]


def test_identical_versions_do_not_differ(published):
    assert differences(published, scenarios.create_draft(published.scenario, by=None)) == []


def test_scenarios_of_two_entities_may_share_a_code():
    assert ScenarioFactory(code="a").code == ScenarioFactory(code="a").code
