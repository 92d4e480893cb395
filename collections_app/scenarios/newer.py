"""Scenarios the product delivers today and an entity does not have: an upgrade never changes what an entity follows, a
person takes the newer one."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import override

from collections_app.letters.models import Template
from collections_app.scenarios.defaults import DEFAULTS, Default
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step
from collections_app.scenarios.operations import AMOUNTS, STEP_FIELDS
from crm.law.queries import of_that_order

# A step called otherwise does the same.
COMPARED = [name for name in STEP_FIELDS if name not in ("name", "template")]
# What its versions say; a list asks for it at once.
SAID = "versions__steps__template"


def newer_default(scenario: Scenario) -> Default | None:
    """What the product delivers today; None where the scenario did not come from it, or some version says it already
    (what was delivered then and not changed since, or a newer one taken since)."""
    default = next((default for default in DEFAULTS if default.code == scenario.code), None)
    prefetch_related_objects([scenario], SAID)
    versions = list(scenario.versions.all())
    on = delivered_on(versions)
    if default is None or on is None:
        return None
    said = [_said(version.entry_policy, list(version.steps.all()), _code) for version in versions]
    codes = {step["code"]: step["template"] for step in default.steps}
    wanted = _said(default.entry_policy, steps_of(default, scenario, on, {}), lambda step: codes[step.code])
    return None if wanted in said else default


def delivered_on(versions: list[ScenarioVersion]) -> date | None:
    """The day the product delivered the first of these versions; nothing where a person wrote it."""
    for version in versions:
        if version.number == 1 and version.published_at and version.published_by_id is None:
            return version.published_at.date()
    return None


def newer_steps(scenario: Scenario, default: Default) -> list[Step]:
    """The steps delivered today, not saved, with the templates and in the currency of the entity."""
    on = delivered_on(list(scenario.versions.all()))
    assert on is not None
    templates = {one.code: one for one in Template.objects.filter(entity=scenario.entity, archived=False)}
    with override(scenario.entity.language):
        return steps_of(default, scenario, on, templates)


def steps_of(default: Default, scenario: Scenario, on: date, templates: dict[str, Template]) -> list[Step]:
    """As `deliver` writes them, the amounts at the rates of the day of the first delivery: other rates are no news."""
    currency = scenario.entity.currency
    return [
        Step(
            **{
                **step,
                **{name: of_that_order(step[name], currency, on) for name in AMOUNTS if name in step},
                "name": str(step["name"]),
                "template": templates.get(step["template"]),
            }
        )
        for step in default.steps
    ]


def _said(policy: str, steps: list[Step], template: Callable[[Step], str]) -> tuple[str, frozenset[tuple[Any, ...]]]:
    return policy, frozenset((template(step), *(getattr(step, name) for name in COMPARED)) for step in steps)


def _code(step: Step) -> str:
    return step.template.code if step.template else ""
