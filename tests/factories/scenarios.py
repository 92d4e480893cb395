from datetime import UTC, datetime
from typing import Any

import factory

from collections_app.letters.models import Template
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step
from tests.factories.accounts import EntityFactory

PUBLISHED_AT = datetime(2020, 1, 1, tzinfo=UTC)


class TemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Template

    entity = factory.SubFactory(EntityFactory)
    code = factory.Sequence(lambda n: f"of-a-step-{n}")
    name = factory.Sequence(lambda n: f"Modèle {n}")
    channel = "email"
    tone = "reminder"


class ScenarioFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Scenario

    entity = factory.SubFactory(EntityFactory)
    code = factory.Sequence(lambda n: f"scenario-{n}")
    name = factory.Sequence(lambda n: f"Scénario {n}")


class VersionFactory(factory.django.DjangoModelFactory):
    """A published version without steps, or an empty draft."""

    class Meta:
        model = ScenarioVersion

    scenario = factory.SubFactory(ScenarioFactory)
    number = 1
    state = "published"
    published_at = PUBLISHED_AT

    class Params:
        draft = factory.Trait(state="draft", published_at=None)


class StepFactory(factory.django.DjangoModelFactory):
    """A call to make, 5 days late, any day of the week, in a draft."""

    class Meta:
        model = Step

    version = factory.SubFactory(VersionFactory, draft=True)
    code = factory.LazyAttribute(lambda step: f"s{step.offset_days}")
    name = factory.LazyAttribute(lambda step: f"Étape {step.offset_days:+d}")
    offset_days = 5
    channel = "phone"
    mode = "todo"
    gap_days = 5
    working_days_only = False

    class Params:
        email = factory.Trait(
            channel="email",
            mode="automatic",
            template=factory.SubFactory(TemplateFactory, entity=factory.SelfAttribute("..version.scenario.entity")),
        )
        formal = factory.Trait(
            channel="post",
            mode="approval",
            formal_notice=True,
            template=factory.SubFactory(
                TemplateFactory,
                entity=factory.SelfAttribute("..version.scenario.entity"),
                channel="post",
                tone="formal_notice",
            ),
        )


def published_scenario(entity: object = None, *, steps: list[dict[str, Any]], **version: object) -> ScenarioVersion:
    """The published version of a new scenario with these steps, without the checks of `publish`."""
    scenario = ScenarioFactory(**({"entity": entity} if entity else {}))
    draft = VersionFactory(scenario=scenario, draft=True, **version)
    for step in steps:
        StepFactory(version=draft, **step)
    draft.state, draft.published_at = "published", PUBLISHED_AT
    draft.save()
    return draft
