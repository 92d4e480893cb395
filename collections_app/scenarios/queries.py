"""What changed from one version of a scenario to another, and what its steps are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from collections_app.letters.models import Template
from collections_app.scenarios.models import ScenarioVersion, Step, VersionState
from collections_app.scenarios.operations import STEP_FIELDS


@dataclass(frozen=True)
class Change:
    """A step added, removed or changed; `fields` are (label, before, after)."""

    kind: str
    step: Step
    fields: list[tuple[str, str, str]] = field(default_factory=list)


def used_by_a_notice(template: Template) -> bool:
    """Whether a step, published or drafted, sends it as a formal notice."""
    notices = Step.objects.filter(template=template, formal_notice=True)
    return notices.exclude(version__state=VersionState.RETIRED).exists()


def differences(before: ScenarioVersion, after: ScenarioVersion) -> list[Change]:
    """Steps that differ, in the order of the due date; a step is the same from version to version by its code."""
    return changed_steps(*(version.steps.select_related("template") for version in (before, after)))


def changed_steps(before: Iterable[Step], after: Iterable[Step]) -> list[Change]:
    """As `differences`, of steps that need not be saved."""
    old, new = ({step.code: step for step in steps} for steps in (before, after))
    changes = [Change("removed", step) for code, step in old.items() if code not in new]
    for code, step in new.items():
        if code not in old:
            changes.append(Change("added", step))
        elif fields := changed_fields(old[code], step):
            changes.append(Change("changed", step, fields))
    return sorted(changes, key=lambda change: change.step.offset_days)


def changed_fields(before: Step, after: Step) -> list[tuple[str, str, str]]:
    """Labels and values of what differs between two states of a step."""
    labels = {field.name: str(field.verbose_name) for field in Step._meta.fields}
    return [
        (labels[name], shown(before, name), shown(after, name))
        for name in STEP_FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def shown(step: Step, name: str) -> str:
    """A field of a step in words."""
    value: Any = getattr(step, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    display = getattr(step, f"get_{name}_display", None)
    return str(display() if display else "—" if value is None else value)


def step_names(entity_id: int, numbers: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(code, name, number) of each step code of `numbers`, along the due date as in a scenario, what is no step of one
    last; day and name are those of its latest version."""
    steps = Step.objects.filter(version__scenario__entity=entity_id, code__in=list(numbers)).order_by("version__number")
    known = {code: (day, name) for code, day, name in steps.values_list("code", "offset_days", "name")}
    order = sorted(numbers, key=lambda code: (code not in known, known.get(code, (0, ""))[0], code))
    return [(code, known.get(code, (0, ""))[1], numbers[code]) for code in order]


def steps_of(versions: Iterable[int | None]) -> dict[int, list[Step]]:
    """The steps of these versions along the due date, by version; one query."""
    found: dict[int, list[Step]] = {}
    for step in Step.objects.filter(version__in=set(versions) - {None}).order_by("version", "offset_days"):
        found.setdefault(step.version_id, []).append(step)
    return found


def names_of(versions: Iterable[int | None]) -> dict[tuple[int, str], str]:
    """What the steps of these versions are called, by (version, code); one query."""
    steps = Step.objects.filter(version__in=set(versions) - {None})
    return {(version, code): name for version, code, name in steps.values_list("version", "code", "name")}
