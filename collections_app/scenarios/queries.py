"""What changed from one version of a scenario to another, and what its steps are called."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from collections_app.letters.models import Template
from collections_app.scenarios.models import ScenarioVersion, Step, VersionState
from collections_app.scenarios.operations import AMOUNTS, STEP_FIELDS
from crm.core.formats import money


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
    old, new = (version.steps.select_related("template") for version in (before, after))
    return changed_steps(old, new, after.scenario.entity.currency)


def changed_steps(before: Iterable[Step], after: Iterable[Step], currency: str) -> list[Change]:
    """As `differences`, of steps that need not be saved; their amounts are of `currency`."""
    old, new = ({step.code: step for step in steps} for steps in (before, after))
    changes = [Change("removed", step) for code, step in old.items() if code not in new]
    for code, step in new.items():
        if code not in old:
            changes.append(Change("added", step))
        elif fields := changed_fields(old[code], step, currency):
            changes.append(Change("changed", step, fields))
    return sorted(changes, key=lambda change: change.step.offset_days)


def changed_fields(before: Step, after: Step, currency: str) -> list[tuple[str, str, str]]:
    """Labels and values of what differs between two states of a step."""
    labels = {field.name: str(field.verbose_name) for field in Step._meta.fields}
    return [
        (labels[name], shown(before, name, currency), shown(after, name, currency))
        for name in STEP_FIELDS
        if getattr(before, name) != getattr(after, name)
    ]


def shown(step: Step, name: str, currency: str) -> str:
    """A field of a step in words."""
    value: Any = getattr(step, name)
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in AMOUNTS:
        return money(Decimal(value), currency)  # one not saved yet has the 0 of the model
    display = getattr(step, f"get_{name}_display", None)
    return str(display() if display else value)


def step_names(entity_id: int, numbers: Mapping[str, int]) -> list[tuple[str, str, int]]:
    """(code, name, number) of each step code of `numbers`, along the due date as in a scenario, what is no step of one
    last. Day and name are those of its latest version; where several scenarios have the code and name it otherwise, all
    its names, for the number is of all of them."""
    known = _days_and_names(entity_id, numbers)
    order = sorted(numbers, key=lambda code: (code not in known, known.get(code, [(0, "")])[0][0], code))
    return [
        (code, " / ".join(dict.fromkeys(name for _day, name in known.get(code, []))), numbers[code]) for code in order
    ]


def _days_and_names(entity_id: int, codes: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """By code, along the due date, as the latest version of each scenario in use says it, else of each archived one."""
    steps = Step.objects.filter(version__scenario__entity=entity_id, code__in=list(codes)).order_by("version__number")
    latest: dict[tuple[str, int], tuple[bool, int, str]] = {}
    read = ("code", "version__scenario", "version__scenario__archived", "offset_days", "name")
    for code, scenario, archived, day, name in steps.values_list(*read):
        latest[code, scenario] = (archived, day, name)
    found: dict[str, list[tuple[int, str]]] = {}
    for code in codes:
        told = sorted(row for (of, _scenario), row in latest.items() if of == code)
        if told:
            found[code] = [(day, name) for archived, day, name in told if archived == told[0][0]]
    return found


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
