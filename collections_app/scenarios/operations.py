"""Verbs on scenarios: draft, steps, publish, copy, archive. A published version never changes."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _, override

from collections_app.letters.models import Template
from collections_app.scenarios.defaults import DEFAULTS, Default
from collections_app.scenarios.models import DeliveredDefault, Scenario, ScenarioVersion, Step, VersionState
from collections_app.scenarios.rules import reasons_not_to_publish
from crm.accounts.models import Entity, User
from crm.core.marks import mark
from crm.law.queries import of_that_order

AMOUNTS = ("minimum_amount", "escalate_above")
STEP_FIELDS = [
    "code", "name", "offset_days", "channel", "template", "mode", "unit", "formal_notice", "gap_days", "minimum_amount",
    "owner", "working_days_only", "escalate_after_days", "escalate_above", "repeat_after_days",
]  # fmt: skip


class NotPublishable(ValueError):
    """The draft cannot be published; `reasons` tell what to change."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class NotADraft(ValueError):
    """A published or retired version never changes: make a draft from it."""


class ChangedMeanwhile(ValueError):
    """Somebody else wrote what was read since; `publishing` the draft, not writing it."""

    def __init__(self, *, publishing: bool = False) -> None:
        super().__init__(
            _("Somebody else changed this draft since you opened it, and it was not published: read it again.")
            if publishing
            else _(
                "Somebody else changed this draft since you opened it, and nothing of yours was saved: open it again "
                "beside this page, then write your changes into it."
            )
        )


class StillUsed(ValueError):
    """The scenario is used by groups or by actions done: it cannot go."""


def create_scenario(entity: Entity, *, code: str, name: str, description: str = "", by: User | None) -> Scenario:
    """A scenario with an empty first draft. Raises ValidationError when the code is taken."""
    scenario = Scenario(entity=entity, code=code, name=name, description=description)
    scenario.full_clean()
    with transaction.atomic():
        scenario.save()
        create_draft(scenario, by=by)
    return scenario


@transaction.atomic
def create_draft(scenario: Scenario, *, by: User | None, source: ScenarioVersion | None = None) -> ScenarioVersion:
    """The draft of the scenario: the one that exists, or the next version with the steps of `source` (by default the
    latest version)."""
    latest = scenario.versions.select_for_update().order_by("-number").first()
    draft = scenario.versions.filter(state=VersionState.DRAFT).first()
    if draft is not None:
        return draft
    source = source or latest
    draft = scenario.versions.create(number=latest.number + 1 if latest else 1)
    if source is not None:
        draft.entry_policy = source.entry_policy
        draft.save()
        copy_steps(source, draft)
    return draft


def copy_steps(source: ScenarioVersion, target: ScenarioVersion) -> None:
    """Give `target` the steps of `source`, codes included: they stay the same steps."""
    steps = [Step(version=target, **{name: getattr(step, name) for name in STEP_FIELDS}) for step in source.steps.all()]
    Step.objects.bulk_create(steps)


def save_step(draft: ScenarioVersion, *, code: str, by: User | None, **fields: Any) -> Step:
    """Add the step `code` to a draft or change it. Raises NotADraft, ValidationError."""
    must_be_draft(draft)
    step = draft.steps.filter(code=code).first() or Step(version=draft, code=code)
    for name, value in fields.items():
        if name not in STEP_FIELDS:
            raise ValidationError({name: _("A step has no such field.")})
        setattr(step, name, value)
    step.full_clean()
    step.save()
    return step


@transaction.atomic
def replace_steps(draft: ScenarioVersion, steps: list[dict[str, Any]], *, by: User | None) -> None:
    """Give a draft exactly these steps. Raises NotADraft, ValidationError; nothing is changed then."""
    must_be_draft(draft)
    present = {step.code: step for step in draft.steps.all()}
    same = {fields["code"] for fields in steps if fields == as_fields(present.get(fields["code"]))}
    # Those that differ leave first: two steps may exchange their offsets.
    for code, step in present.items():
        if code not in same:
            step.delete()
    for fields in steps:
        if fields["code"] not in same:
            save_step(draft, by=by, **fields)


@transaction.atomic
def write_draft(
    draft: ScenarioVersion, steps: list[dict[str, Any]], *, entry_policy: str, read: str, by: User | None
) -> None:
    """Make a draft say exactly this. `read`: its `mark_of` when the person read it.

    Raises ChangedMeanwhile, NotADraft, ValidationError; nothing is changed then.
    """
    draft = ScenarioVersion.objects.select_for_update().get(pk=draft.pk)
    if mark_of(draft) != read:
        raise ChangedMeanwhile
    set_entry_policy(draft, entry_policy=entry_policy, by=by)
    replace_steps(draft, steps, by=by)


@transaction.atomic
def take(scenario: Scenario, steps: list[Step], *, entry_policy: str, read: str, by: User | None) -> ScenarioVersion:
    """Make the draft say exactly these steps. `read`: the `mark_of` the latest version when the person read it.

    Raises ChangedMeanwhile, ValidationError; nothing is changed then.
    """
    draft = create_draft(scenario, by=by)
    write_draft(draft, [as_fields(step) for step in steps], entry_policy=entry_policy, read=read, by=by)
    return draft


def mark_of(version: ScenarioVersion) -> str:
    """Differs as soon as what the version says does."""
    names = ["template_id" if name == "template" else name for name in STEP_FIELDS]
    return mark(str(version.entry_policy), list(version.steps.order_by("code").values_list(*names)))


def as_fields(step: Step | None) -> dict[str, Any]:
    """What `replace_steps` takes."""
    return {name: getattr(step, name) for name in STEP_FIELDS} if step else {}


def set_entry_policy(draft: ScenarioVersion, *, entry_policy: str, by: User | None) -> None:
    """Where a backlog enters. Raises NotADraft."""
    must_be_draft(draft)
    draft.entry_policy = entry_policy
    draft.full_clean()
    draft.save()


def must_be_draft(version: ScenarioVersion) -> None:
    if version.state != VersionState.DRAFT:
        raise NotADraft(
            _("Version %(number)d is published or retired: make a draft from it.") % {"number": version.number}
        )


@transaction.atomic
def publish(version: ScenarioVersion, *, by: User | None, at: datetime, read: str | None = None) -> ScenarioVersion:
    """The draft becomes what the next night follows, and the version published until now is retired.

    `read`: its `mark_of` when the person read it, None when nobody did. Raises NotADraft, ChangedMeanwhile, or
    NotPublishable with every reason.
    """
    version = ScenarioVersion.objects.select_for_update().select_related("scenario__entity").get(pk=version.pk)
    must_be_draft(version)
    if read is not None and read != mark_of(version):
        raise ChangedMeanwhile(publishing=True)
    if reasons := reasons_not_to_publish(version):
        raise NotPublishable(reasons)
    for former in version.scenario.versions.filter(state=VersionState.PUBLISHED):
        former.state = VersionState.RETIRED
        former.save()
    version.state, version.published_at, version.published_by = VersionState.PUBLISHED, at, by
    version.save()
    return version


@transaction.atomic
def copy(scenario: Scenario, *, code: str, name: str, by: User | None) -> Scenario:
    """Another scenario whose draft has the steps of the latest version of this one."""
    twin = create_scenario(scenario.entity, code=code, name=name, description=scenario.description, by=by)
    source = scenario.versions.order_by("-number").first()
    draft = twin.versions.get()
    if source is not None:
        copy_steps(source, draft)
        set_entry_policy(draft, entry_policy=source.entry_policy, by=by)
    return twin


@transaction.atomic
def archive(scenario: Scenario, *, by: User | None) -> None:
    """Out of the lists; its history stays. Raises StillUsed while a group in use follows it."""
    Scenario.objects.select_for_update(no_key=True).get(pk=scenario.pk)  # no group comes to it meanwhile
    must_be_unused(scenario)
    scenario.archived = True
    scenario.save(update_fields=["archived"])


def unarchive(scenario: Scenario, *, by: User | None) -> None:
    """Back in the lists."""
    scenario.archived = False
    scenario.save(update_fields=["archived"])


def must_be_unused(scenario: Scenario) -> None:
    groups = list(scenario.groups.filter(archived=False).values_list("name", flat=True))
    if groups:
        raise StillUsed(_("Groups follow this scenario: %(groups)s.") % {"groups": ", ".join(groups)})


@transaction.atomic
def delete(scenario: Scenario, *, by: User | None) -> None:
    """Remove a scenario no group follows and no action came from; its versions go with it.

    Raises StillUsed; ProtectedError when actions keep one of its versions.
    """
    must_be_unused(scenario)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('acquit.scenarios_unfrozen', 'on', true)")
        scenario.delete()
        cursor.execute("select set_config('acquit.scenarios_unfrozen', '', true)")


def deliver_defaults(entity: Entity, *, at: datetime) -> list[Scenario]:
    """Give the entity the default scenarios it never received, published; return those created.

    What was delivered once is the entity's own: it is never overwritten, and what it deleted stays deleted. A scenario
    whose templates the entity no longer has stays a draft.
    """
    with transaction.atomic(), override(entity.language):
        taken = set(entity.scenarios.values_list("code", flat=True))
        received = first_time(entity, [f"scenario:{default.code}" for default in DEFAULTS], at=at)
        wanted = [default for default in DEFAULTS if f"scenario:{default.code}" in received]
        return [deliver(entity, default, at=at) for default in wanted if default.code not in taken]


def first_time(entity: Entity, codes: list[str], *, at: datetime) -> set[str]:
    """Those of `codes` never delivered to the entity; from now on they are."""
    known = set(DeliveredDefault.objects.filter(entity=entity, code__in=codes).values_list("code", flat=True))
    fresh = [code for code in codes if code not in known]
    DeliveredDefault.objects.bulk_create(
        [DeliveredDefault(entity=entity, code=code, delivered_at=at) for code in fresh]
    )
    return set(fresh)


def deliver(entity: Entity, default: Default, *, at: datetime) -> Scenario:
    """One default scenario, its amounts in the entity's currency, published when nothing speaks against it."""
    names = {"name": str(default.name), "description": str(default.description)}
    scenario = create_scenario(entity, code=default.code, by=None, **names)
    draft = scenario.versions.get()
    set_entry_policy(draft, entry_policy=default.entry_policy, by=None)
    templates = {template.code: template for template in Template.objects.filter(entity=entity, archived=False)}
    for step in default.steps:
        words = {"name": str(step["name"]), "template": templates.get(step["template"])}
        amounts = {name: of_that_order(step[name], entity.currency, at.date()) for name in AMOUNTS if name in step}
        save_step(draft, by=None, **{**step, **words, **amounts})
    if not reasons_not_to_publish(draft):
        publish(draft, by=None, at=at)
    return scenario
