import datetime as dt

import pytest

from collections_app.letters.defaults import DEFAULTS, LANGUAGES, Default
from collections_app.letters.faults import problems_of
from collections_app.letters.models import Template, TemplateVersion
from collections_app.letters.operations import deliver_defaults
from collections_app.scenarios.models import ScenarioVersion
from crm.customers.models import Channel
from tests.factories.accounts import EntityFactory
from tests.factories.letters import TemplateFactory
from tests.factories.scenarios import StepFactory

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
NET = "Payez {{ total.net | money }}."
CODES = {
    "preventive-email",
    "friendly-email",
    "reminder-email",
    "firm-email",
    "friendly-letter",
    "reminder-letter",
    "firm-letter",
    "formal-notice-letter",
    "formal-notice-consumer-letter",
    "reminder-sms",
    "call-script-first",
    "call-script-firm",
    "statement-email",
    "statement-letter",
    "consumer-friendly-email",
    "consumer-reminder-email",
    "consumer-firm-letter",
}
each_default = pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: default.code)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def test_an_entity_receives_every_template_in_both_languages() -> None:
    entity = EntityFactory()
    deliver_defaults(entity, at=AT)
    assert set(entity.templates.values_list("code", flat=True)) == CODES
    published = TemplateVersion.objects.filter(template__entity=entity, published_at=AT, number=1)
    assert published.count() == 2 * len(CODES)


def test_delivering_again_changes_nothing() -> None:
    entity = EntityFactory()
    deliver_defaults(entity, at=AT)
    entity.templates.filter(code="friendly-email").update(name="Le nôtre")
    assert deliver_defaults(entity, at=AT) == []
    assert entity.templates.get(code="friendly-email").name == "Le nôtre"


def test_a_deleted_default_stays_deleted() -> None:
    entity = EntityFactory()
    deliver_defaults(entity, at=AT)
    entity.templates.get(code="reminder-sms").delete()
    deliver_defaults(entity, at=AT)
    assert not entity.templates.filter(code="reminder-sms").exists()


def test_a_template_of_the_same_code_made_by_hand_is_kept() -> None:
    own = TemplateFactory(code="firm-letter", name="La nôtre")
    deliver_defaults(own.entity, at=AT)
    assert [each.name for each in Template.objects.filter(entity=own.entity, code="firm-letter")] == ["La nôtre"]


def test_each_entity_receives_its_own() -> None:
    first, second = EntityFactory(), EntityFactory()
    deliver_defaults(first, at=AT)
    assert len(deliver_defaults(second, at=AT)) == len(CODES)


def test_names_follow_the_language_of_the_entity() -> None:
    french, english = EntityFactory(language="fr"), EntityFactory(language="en")
    for entity in (french, english):
        deliver_defaults(entity, at=AT)
    assert french.templates.get(code="reminder-sms").name == "Rappel (SMS)"
    assert english.templates.get(code="formal-notice-letter").name == "Formal notice (letter)"


@each_default
@each_language
def test_every_default_could_be_published(default: Default, language: str) -> None:
    template = TemplateFactory(
        channel=default.channel, tone=default.tone, for_consumers=default.for_consumers, entity__mentions="SAS"
    )
    subject, body = default.text(language)
    version = TemplateVersion(template=template, language=language, subject=subject, body=body)
    assert problems_of(version, on=AT.date()) == []


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        (NET, True),
        ("Payez {{ total.net | money }}.\n\n{{ amount_split }}", True),
        ("Payez ceci\u00a0:\n\n{{ amount_split }}", False),
        ("Payez {{ total.with_charges | money }}, dont {{ total.net | money }} de principal.", False),
    ],
)
def test_a_notice_that_does_not_name_what_its_code_asks_for_is_warned_of(body: str, warned: bool) -> None:
    template = TemplateFactory(formal_notice=True, for_consumers=True)
    version = TemplateVersion(template=template, language="fr", subject="Mise en demeure", body=body)
    said = [problem for problem in problems_of(version, on=AT.date()) if "total.with_charges" in problem.message]
    assert [problem.blocking for problem in said] == [False] * warned


@pytest.mark.parametrize(("state", "warned"), [("draft", True), ("published", True), ("retired", False)])
def test_so_is_one_of_another_tone_that_a_step_sends_as_a_notice(state: str, warned: bool) -> None:
    step = StepFactory(formal=True, template__tone="firm", template__for_consumers=True)
    ScenarioVersion.objects.update(state=state, published_at=None if state == "draft" else AT)
    version = TemplateVersion(template=step.template, language="fr", subject="Avant poursuites", body=NET)
    said = [problem for problem in problems_of(version, on=AT.date()) if "total.with_charges" in problem.message]
    assert [problem.blocking for problem in said] == [False] * warned


@each_default
@each_language
def test_what_a_consumer_receives_claims_no_fixed_compensation(default: Default, language: str) -> None:
    claims = [part for part in ("L441-10", "D441-5", "40\xa0€", "€40") if part in default.text(language)[1]]
    assert "consumer" not in default.code or claims == []


@each_default
def test_french_has_no_plain_space_before_double_punctuation(default: Default) -> None:
    literal = default.text("fr")[0] + default.text("fr")[1]
    assert [sign for sign in (" :", " ;", " ?", " !", "« ", " »") if sign in literal] == []


def test_only_messages_with_a_subject_line_have_one() -> None:
    with_subject = {default.code for default in DEFAULTS if default.text("fr")[0]}
    assert with_subject == {default.code for default in DEFAULTS if default.channel in (Channel.EMAIL, Channel.POST)}
