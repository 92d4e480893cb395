import factory

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
    """A published version without steps."""

    class Meta:
        model = ScenarioVersion

    scenario = factory.SubFactory(ScenarioFactory)
    number = 1
    state = "published"
    published_at = "2020-01-01T00:00:00Z"


class StepFactory(factory.django.DjangoModelFactory):
    """A call to make, 5 days late, any day of the week."""

    class Meta:
        model = Step

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
