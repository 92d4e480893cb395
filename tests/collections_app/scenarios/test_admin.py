import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.letters.operations import deliver_defaults as deliver_templates
from collections_app.scenarios import newer
from collections_app.scenarios.admin.pages import followers
from collections_app.scenarios.admin.scenarios import ScenarioAdmin
from collections_app.scenarios.defaults import DEFAULTS
from collections_app.scenarios.models import Scenario, ScenarioVersion, Step
from collections_app.scenarios.operations import STEP_FIELDS, create_draft, deliver_defaults, mark_of
from collections_app.scenarios.queries import step_names
from crm.law.operations import load_law
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.scenarios import ScenarioFactory, StepFactory, published_scenario
from tests.factories.segments import GroupFactory, MembershipFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def supervisor(client, entity):
    user = UserFactory(supervisor=True, sees=entity)
    client.force_login(user)
    return user


@pytest.fixture
def published(entity):
    return published_scenario(entity, steps=[{"offset_days": -5, "name": "Avant"}, {"offset_days": 8, "name": "Appel"}])


def url(scenario, page="change"):
    return reverse(f"admin:scenarios_scenario_{page}", args=[scenario.pk])


def posted(version, verb="save", **changes):
    """What the browser sends for the draft, with some fields changed: {"0-name": "…"}."""
    steps = list(version.steps.all())
    data = {"verb": verb, "entry_policy": version.entry_policy, "read": mark_of(version)}
    data |= {"steps-TOTAL_FORMS": len(steps), "steps-INITIAL_FORMS": len(steps)}
    for place, step in enumerate(steps):
        for name in STEP_FIELDS:
            value = step.template_id if name == "template" else getattr(step, name)
            if value is not None and value is not False:
                data[f"steps-{place}-{name}"] = value
    return data | {f"steps-{name}" if name[0].isdigit() else name: value for name, value in changes.items()}


def test_the_list_shows_scenarios_of_his_entities(client, supervisor, published):
    ScenarioFactory(name="D’ailleurs")
    page = client.get(reverse("admin:scenarios_scenario_changelist")).content.decode()
    assert published.scenario.name in page
    assert "D’ailleurs" not in page


def test_a_scenario_is_drawn_with_its_due_date(client, supervisor, published):
    page = client.get(url(published.scenario)).content.decode()
    assert page.count('<g class="mark') == 3
    assert "style=" not in page.partition('<svg class="scenario-line')[2].partition("</svg>")[0]


def test_a_scenario_of_another_entity_is_not_found(client, supervisor):
    assert client.get(url(ScenarioFactory())).status_code == 404


def test_an_auditor_reads_and_does_not_write(client, entity, published):
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert client.get(url(published.scenario)).status_code == 200
    assert client.post(url(published.scenario, "start")).status_code == 403


def test_a_collector_stays_out(client, entity, published):
    client.force_login(UserFactory(sees=entity))
    assert client.get(url(published.scenario)).status_code == 302


def test_a_new_scenario_leads_to_its_first_draft(client, supervisor, entity):
    data = {"entity": entity.pk, "name": "Export", "code": "export", "description": ""}
    answer = client.post(reverse("admin:scenarios_scenario_add"), data)
    assert answer.url == url(Scenario.objects.get(code="export"), "draft")
    assert client.get(answer.url).status_code == 200


def test_a_draft_is_started_saved_and_published(client, supervisor, published):
    client.post(url(published.scenario, "start"))
    draft = published.scenario.versions.get(state="draft")
    client.post(url(published.scenario, "draft"), posted(draft, **{"1-name": "Premier appel"}))
    assert Step.objects.get(version=draft, offset_days=8).name == "Premier appel"
    client.post(url(published.scenario, "draft"), posted(draft, verb="publish"))
    assert list(ScenarioVersion.objects.order_by("number").values_list("state", flat=True)) == ["retired", "published"]


def test_who_read_another_draft_publishes_nothing(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    page = url(published.scenario) + f"?version={draft.number}"
    read = {"read": client.get(page).context["read"]}
    client.post(url(published.scenario, "draft"), posted(draft, **{"1-name": "Premier appel"}), follow=True)
    answer = client.post(url(published.scenario, "publish"), read, follow=True)
    assert ["pas été publié" in str(message) for message in answer.context["messages"]] == [True]
    assert published.scenario.versions.filter(state="draft").get() == draft
    client.post(url(published.scenario, "publish"), {"read": client.get(page).context["read"]})
    assert published.scenario.versions.filter(state="published").get() == draft


def test_two_steps_may_exchange_their_days(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    client.post(url(published.scenario, "draft"), posted(draft, **{"0-offset_days": 8, "1-offset_days": -5}))
    assert list(draft.steps.values_list("name", flat=True)) == ["Appel", "Avant"]


def test_a_step_is_removed(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    client.post(url(published.scenario, "draft"), posted(draft, **{"0-DELETE": "on"}))
    assert list(draft.steps.values_list("name", flat=True)) == ["Appel"]


def test_a_step_is_added_and_named(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    page = client.post(url(published.scenario, "draft"), posted(draft, verb="add")).content.decode()
    assert 'name="steps-2-name"' in page
    new = {
        "name": "SMS à envoyer",
        "offset_days": 3,
        "channel": "sms",
        "mode": "todo",
        "unit": "account",
        "gap_days": 5,
    }
    new |= {"minimum_amount": 0, "owner": "team"}
    data = posted(draft, **{f"2-{name}": value for name, value in new.items()}) | {"steps-TOTAL_FORMS": 3}
    client.post(url(published.scenario, "draft"), data)
    assert draft.steps.get(offset_days=3).code == "sms-a-envoyer"


@pytest.mark.parametrize(
    "wrong", [{"0-offset_days": 8}, {"1-offset_days": "soon"}, {"1-channel": "pigeon"}, {"1-code": "follow-up"}]
)
def test_a_wrong_draft_is_shown_again_and_nothing_changes(client, supervisor, published, wrong):
    draft = create_draft(published.scenario, by=None)
    assert client.post(url(published.scenario, "draft"), posted(draft, **wrong)).status_code == 409
    assert list(draft.steps.values_list("offset_days", "name")) == [(-5, "Avant"), (8, "Appel")]


def test_what_is_wrong_with_a_whole_step_is_said_on_it(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    wrong = {"1-formal_notice": "on", "1-mode": "automatic"}
    page = client.post(url(published.scenario, "draft"), posted(draft, **wrong)).content.decode()
    assert "Une mise en demeure vient après l’échéance et doit être approuvée." in page


def test_who_read_another_draft_writes_nothing_over_it(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    mine = posted(draft, **{"0-name": "À moi"})
    assert client.get(url(published.scenario, "draft")).context["read"] == mine["read"]
    client.post(url(published.scenario, "draft"), posted(draft, **{"1-name": "À elle"}))
    for _again in range(2):
        answer = client.post(url(published.scenario, "draft"), mine)
        assert (answer.status_code, answer.context["read"]) == (409, mine["read"])
        assert answer.context["reasons"][0].startswith("Quelqu’un d’autre")
    assert list(draft.steps.values_list("name", flat=True)) == ["Avant", "À elle"]


def test_a_draft_refused_for_publication_is_saved_and_goes_on(client, supervisor, entity):
    draft = create_draft(ScenarioFactory(entity=entity), by=None)
    StepFactory(version=draft, name="SMS", channel="sms", mode="automatic")
    answer = client.post(url(draft.scenario, "draft"), posted(draft, "publish", **{"0-name": "Texto"}))
    assert (answer.status_code, answer.context["read"]) == (409, mark_of(draft))
    assert draft.steps.get().name == "Texto"


def test_a_refused_publication_gives_its_reasons(client, supervisor, entity):
    draft = create_draft(ScenarioFactory(entity=entity), by=None)
    StepFactory(version=draft, name="SMS", channel="sms", mode="automatic")
    answer = client.post(url(draft.scenario, "draft"), posted(draft, verb="publish"))
    assert answer.status_code == 409
    assert len(answer.context["reasons"]) == 2
    assert client.get(url(draft.scenario) + "?version=1").context["reasons"] == answer.context["reasons"]


def test_the_picture_follows_what_is_typed(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    typed = posted(draft, **{"1-name": "Tout autre chose", "0-offset_days": ""})
    page = client.post(url(published.scenario, "draft_picture"), typed).content.decode()
    assert "Tout autre chose" in page
    assert page.count('<g class="mark') == 2


def test_the_picture_reads_no_step_of_other_versions(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    with CaptureQueriesContext(connection) as asked:
        client.post(url(published.scenario, "draft_picture"), posted(draft))
    steps = [query["sql"] for query in asked if 'FROM "scenarios_step"' in query["sql"]]
    assert [sql for sql in steps if f'"version_id" = {draft.pk} ' not in sql] == []


def test_differences_are_shown(client, supervisor, published):
    draft = create_draft(published.scenario, by=None)
    draft.steps.filter(offset_days=8).update(gap_days=9)
    assert len(client.get(url(published.scenario, "differences")).context["changes"]) == 1


def test_a_copy_opens_its_draft(client, supervisor, published):
    answer = client.post(url(published.scenario, "copy"), {"name": "Copie", "code": "copie"})
    assert answer.url == url(Scenario.objects.get(code="copie"), "draft")


def test_a_code_taken_is_said(client, supervisor, published):
    answer = client.post(url(published.scenario, "copy"), {"name": "Copie", "code": published.scenario.code})
    assert answer.context["form"].errors


def test_a_scenario_in_use_is_not_archived(client, supervisor, published, entity):
    GroupFactory(entity=entity, scenario=published.scenario)
    client.post(url(published.scenario, "archive"))
    assert not Scenario.objects.get().archived


def test_a_scenario_published_once_is_archived_not_deleted(client, supervisor, published):
    assert client.post(url(published.scenario, "delete"), {"post": "yes"}).status_code == 403
    client.post(url(published.scenario, "archive"))
    assert Scenario.objects.get().archived


def test_a_second_click_on_archive_or_bring_back_does_nothing(client, supervisor, published):
    for archived in (True, False):
        sent = {"verb": re.search(r'name="verb" value="((?:un)?archive)"', client.get(url(published.scenario)).text)[1]}
        for _click in range(2):
            client.post(url(published.scenario, "archive"), sent)
            assert Scenario.objects.get().archived is archived


def test_the_name_changes_on_its_own_page(client, supervisor, published):
    client.post(url(published.scenario, "settings"), {"name": "Autre nom", "description": "Pour qui"})
    assert Scenario.objects.get().name == "Autre nom"


def read(page):
    """What a browser sends back of a form nobody has touched."""
    form = page.context["adminform"].form
    fields = [form[name] for name in form.fields]
    return {field.html_name: field.value() for field in fields} | {
        field.html_initial_name: field.value() for field in fields
    }


def test_what_the_second_of_two_people_did_not_touch_stays_as_the_first_left_it(client, supervisor, published):
    page = url(published.scenario, "settings")
    first, second = read(client.get(page)), read(client.get(page))
    client.post(page, first | {"name": "Autre nom"})
    client.post(page, second | {"description": "Pour qui"})
    assert Scenario.objects.values_list("name", "description").get() == ("Autre nom", "Pour qui")


def test_what_both_changed_is_told_to_the_second(client, supervisor, published):
    page = url(published.scenario, "settings")
    sent = read(client.get(page))
    client.post(page, sent | {"name": "Autre nom"})
    assert "Autre nom" in str(client.post(page, sent | {"name": "Le mien"}).context["adminform"].form.errors["name"])


def test_a_scenario_archived_while_its_name_is_being_saved_stays_so(client, supervisor, published, monkeypatch):
    page, real = url(published.scenario, "settings"), ScenarioAdmin.save_model

    def meanwhile(*args):
        Scenario.objects.update(archived=True)
        real(*args)

    monkeypatch.setattr(ScenarioAdmin, "save_model", meanwhile)
    client.post(page, {"name": "Autre nom", "description": ""})
    assert Scenario.objects.values_list("name", "archived").get() == ("Autre nom", True)


@pytest.mark.parametrize("name", ["minimum_amount", "escalate_above"])
def test_an_amount_below_zero_is_refused_in_words(client, supervisor, published, name):
    draft = create_draft(published.scenario, by=None)
    page = client.post(url(published.scenario, "draft"), posted(draft, **{f"0-{name}": "-5"}))
    assert "supérieure ou égale à" in page.text
    assert "scenarios_step_" not in page.text


@pytest.mark.parametrize("name", ["minimum_amount", "escalate_above"])
@pytest.mark.parametrize(("currency", "typed", "kept"), [("EUR", "1.200", "1200"), ("TND", "1,200", "1.2")])
def test_an_amount_is_read_in_the_currency_of_the_entity(
    client, supervisor, entity, published, name, currency, typed, kept
):
    type(entity).objects.update(currency=currency)
    draft = create_draft(published.scenario, by=None)
    client.post(url(published.scenario, "draft"), posted(draft, **{f"0-{name}": typed}))
    assert getattr(draft.steps.order_by("offset_days").first(), name) == Decimal(kept)


def test_a_draft_is_tried_from_where_it_is_written_and_listed(client, supervisor, entity, published):
    draft = create_draft(published.scenario, by=supervisor)
    ask = f"{reverse('admin:engine_simulation_ask')}?entity={entity.pk}&version={draft.pk}"
    answer = client.post(url(published.scenario, "draft"), posted(draft, "simulate", **{"0-name": "Bien avant"}))
    assert (answer.url, draft.steps.order_by("offset_days").first().name) == (ask, "Bien avant")
    listing = reverse("admin:scenarios_scenario_changelist")
    link = ask.replace("&", "&amp;")
    assert client.get(listing).text.count(link) == 1
    client.force_login(UserFactory(auditor=True, sees=entity))
    assert client.get(listing).text.count(link) == 0


def test_steps_are_counted_along_the_due_date(entity):
    published_scenario(entity, steps=[{"offset_days": 8, "name": "Appel"}, {"offset_days": -5, "name": "Avant"}])
    codes = dict(Step.objects.values_list("name", "code"))
    counted = step_names(entity.pk, {"by-hand": 3, codes["Appel"]: 2, codes["Avant"]: 1})
    assert [(name, number) for _code, name, number in counted] == [("Avant", 1), ("Appel", 2), ("", 3)]


def test_a_code_that_scenarios_name_otherwise_is_told_by_all_its_names(entity):
    for day, name in ((32, "Lettre ferme"), (26, "Relance ferme"), (40, "Lettre ferme")):
        published_scenario(entity, steps=[{"offset_days": day, "code": "firm", "name": name}])
    archived = published_scenario(entity, steps=[{"offset_days": 1, "code": "firm", "name": "Autrefois"}]).scenario
    Scenario.objects.filter(pk=archived.pk).update(archived=True)
    assert step_names(entity.pk, {"firm": 9}) == [("firm", "Relance ferme / Lettre ferme", 9)]


@pytest.fixture
def delivered(monkeypatch):
    """A scenario an entity received, of which the product delivers another one since."""
    entity = EntityFactory(language="fr")
    deliver_templates(entity, at=AT)
    deliver_defaults(entity, at=AT)
    scenario = Scenario.objects.get(entity=entity, code="small-amounts")
    [other] = [default for default in DEFAULTS if default.code == "small-amounts"]
    steps = [{**step, "gap_days": 30} if step["code"] == "reminder" else step for step in other.steps[:-1]]
    others = [default for default in DEFAULTS if default is not other]
    monkeypatch.setattr(newer, "DEFAULTS", [*others, replace(other, steps=steps, entry_policy="step_by_age")])
    return scenario


def test_a_scenario_delivered_since_is_shown_and_taken_as_a_draft(client, delivered):
    client.force_login(UserFactory(supervisor=True, sees=delivered.entity))
    for page in (url(delivered), reverse("admin:scenarios_scenario_changelist")):
        assert url(delivered, "delivered") in client.get(page).content.decode()
    answer = client.get(url(delivered, "delivered"))
    page, read = answer.content.decode(), answer.context["read"]
    assert ("<del>14</del> <ins>30</ins>" in page, page.count("is-removed"), "ancienneté" in page) == (True, 2, True)
    assert client.post(url(delivered, "delivered"), {"read": read}).url == url(delivered, "draft")
    former, draft = delivered.versions.order_by("number")
    assert (former.state, former.steps.count(), draft.state, draft.entry_policy) == (
        "published",
        5,
        "draft",
        "step_by_age",
    )
    assert list(draft.steps.values_list("code", "gap_days"))[1] == ("reminder", 30)
    assert [step.template is not None for step in draft.steps.all()] == [True] * 4
    assert client.get(url(delivered, "delivered")).status_code == 404  # taken


def test_a_draft_begun_meanwhile_is_not_written_over_by_the_delivered_one(client, delivered):
    client.force_login(UserFactory(supervisor=True, sees=delivered.entity))
    read = client.get(url(delivered, "delivered")).context["read"]
    draft = create_draft(delivered, by=None)
    draft.steps.filter(code="reminder").update(gap_days=21)
    answer = client.post(url(delivered, "delivered"), {"read": read}, follow=True)
    assert str(*answer.context["messages"]).startswith("Quelqu’un d’autre")
    assert draft.steps.get(code="reminder").gap_days == 21


def test_only_a_newer_scenario_of_the_product_is_offered(client, delivered, published):
    client.force_login(UserFactory(supervisor=True, sees=delivered.entity))
    same = Scenario.objects.get(entity=delivered.entity, code="consumers")
    for scenario in (same, published.scenario):
        assert client.get(url(scenario, "delivered")).status_code == 404
    assert client.get(reverse("admin:scenarios_scenario_changelist")).content.decode().count("/delivered/") == 1


def test_an_auditor_does_not_take_a_scenario(client, delivered):
    client.force_login(UserFactory(auditor=True, sees=delivered.entity))
    assert client.get(url(delivered, "delivered")).status_code == 200
    assert client.post(url(delivered, "delivered")).status_code == 403


@pytest.mark.parametrize("currency", ["EUR", "XOF", "TND"])
def test_what_was_just_delivered_is_not_newer(currency):
    entity = EntityFactory(currency=currency)
    deliver_templates(entity, at=AT)
    deliver_defaults(entity, at=AT)
    assert [newer.newer_default(scenario) for scenario in entity.scenarios.all()] == [None] * len(DEFAULTS)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_as_much_for_many_scenarios_in_any_currency(client, count, django_assert_num_queries):
    load_law()
    entity = EntityFactory(currency="XOF")
    deliver_templates(entity, at=AT)
    deliver_defaults(entity, at=AT)
    shown = list(entity.scenarios.order_by("pk").values_list("pk", flat=True)[:count])
    entity.scenarios.exclude(pk__in=shown).update(archived=True)
    client.force_login(UserFactory(supervisor=True, sees=entity))
    page = reverse("admin:scenarios_scenario_changelist")
    client.get(page)
    with django_assert_num_queries(13):
        client.get(page)


def test_those_who_follow_it_are_counted_up_to_a_number(client, supervisor, published, entity, monkeypatch):
    monkeypatch.setattr("collections_app.scenarios.admin.pages.COUNTED", 2)
    scenario = published.scenario
    create_draft(scenario, by=supervisor)
    group = GroupFactory(entity=entity, scenario=scenario)
    MembershipFactory.create_batch(5, group=group, customer__entity=entity)
    MembershipFactory(group=group, customer__entity=entity, to_on="2200-01-01")
    assert followers(scenario) == 3


def test_a_publication_says_how_many_follow_it(client, supervisor, published, entity, monkeypatch):
    monkeypatch.setattr("collections_app.scenarios.admin.pages.followers", lambda scenario: 10_001)
    create_draft(published.scenario, by=supervisor)
    page = client.get(url(published.scenario) + "?version=2").content.decode()
    assert "Publier ? &gt;\u00a010\u00a0000 clients suivent ce scénario" in page
