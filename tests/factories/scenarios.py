from typing import Any

import factory
from django.db import connection

from collections_app.letters.models import Template
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step
from tests.factories.accounts import EntityFactory


class TemplateFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Template

    entity = factory.SubFactory(EntityFactory)
    code = factory.Sequence(lambda n: f"template-{n}")
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
    published_at = "2020-01-01T00:00:00Z"

    class Params:
        draft = factory.Trait(state="draft", published_at=None)


class StepFactory(factory.django.DjangoModelFactory):
    """A call to make, 5 days late, any day of the week; in a published version too, where the database lets nobody."""

    class Meta:
        model = Step

    @classmethod
    def _create(cls, model_class: type[Step], *args: Any, **kwargs: Any) -> Step:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('acquit.scenarios_unfrozen', 'on', true)")
            step = super()._create(model_class, *args, **kwargs)
            cursor.execute("select set_config('acquit.scenarios_unfrozen', '', true)")
        return step

    version = factory.SubFactory(VersionFactory)
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
    published = VersionFactory(scenario=scenario, **version)
    for step in steps:
        StepFactory(version=published, **step)
    return published
