import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.segments import operations
from collections_app.segments.choices import collectors
from collections_app.segments.form_tree import as_criteria, changed, from_criteria
from collections_app.segments.models import Group, Membership
from collections_app.segments.regrouping import regroup
from crm.accounts.models import Role
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import ScenarioFactory, published_scenario
from tests.factories.segments import GroupFactory, MembershipFactory

pytestmark = pytest.mark.django_db

OVERDUE = {"fact": "overdue", "is": "gt", "value": "0"}
NOBODYS_TASK = "ce qui s’ouvre pour un client sans chargé du portefeuille n’est la tâche de personne."


@pytest.fixture
def entity():
    return EntityFactory()


@pytest.fixture
def supervisor(client, entity):
    user = UserFactory(supervisor=True, sees=entity)
    client.force_login(user)
    return user


@pytest.fixture
def group(entity):
    return GroupFactory(entity=entity, name="Retardataires", priority=1)


def url(group, page="change"):
    return reverse(f"admin:segments_group_{page}", args=[group.pk])


def fields(**changes):
    """One condition in a block, as the page sends it; `r_0_value` stands for `r.0.value`."""
    given = {"name": "Retardataires", "r.kind": "all", "r.0.fact": "overdue", "r.0.is": "gt", "r.0.value": "0"}
    return given | {name.replace("_", "."): value for name, value in changes.items()}


@pytest.mark.parametrize(
    "tree",
    [
        {"all": [OVERDUE]},
        {"any": [OVERDUE, {"all": [OVERDUE, {"not": {"any": [OVERDUE]}}]}]},
        {"not": {"all": [OVERDUE]}},
        {"all": [{"fact": "open", "is": "between", "value": ["1", "9"]}]},
        {"all": [{"fact": "kind", "is": "in", "value": ["consumer", "association"]}]},
        {"all": [{"fact": "last_payment_on", "is": "empty"}]},
    ],
)
def test_a_tree_goes_through_the_page_unchanged(tree):
    assert as_criteria(from_criteria(tree, "EUR"), "EUR") == tree


@pytest.mark.parametrize("tree", [OVERDUE, {"not": OVERDUE}, {"not": {"not": OVERDUE}}])
def test_a_bare_condition_is_put_in_a_block(tree):
    assert as_criteria(from_criteria(tree, "EUR"), "EUR") in ({"all": [OVERDUE]}, {"not": {"any": [OVERDUE]}})


def test_buttons_add_and_remove():
    root = from_criteria({"all": [OVERDUE]}, "EUR")
    root = changed(root, "add-block:r")
    root = changed(root, "add-condition:r.1")
    root = changed(root, "remove:r.0")
    assert as_criteria(root, "EUR") == {"all": [{"any": [OVERDUE, OVERDUE]}]}


def test_the_list_is_in_order_with_words_and_counts(client, supervisor, entity, group):
    MembershipFactory(group=group, customer__entity=entity)
    GroupFactory(entity=entity, default=True)
    GroupFactory(name="D’ailleurs")
    page = client.get(reverse("admin:segments_group_changelist")).content.decode()
    assert "Retardataires" in page
    assert "D’ailleurs" not in page


def test_the_list_tells_the_groups_of_several_entities_apart(client, entity, group):
    other = EntityFactory()
    GroupFactory(entity=other, name="Retardataires", scenario=ScenarioFactory(entity=other), team=None)
    for user, told in ((UserFactory(administrator=True), True), (UserFactory(supervisor=True, sees=other), False)):
        client.force_login(user)
        page = client.get(reverse("admin:segments_group_changelist"))
        shown = "house" in page.context["cl"].list_display, f"«\xa0Retardataires\xa0» de {other.code}" in page.text
        assert shown == (told, told)
        assert "Retardataires" in page.context["no_team"]


def test_a_new_group_leads_to_its_criteria(client, supervisor, entity):
    data = {"entity": entity.pk, "name": "Export", "code": "export"}
    answer = client.post(reverse("admin:segments_group_add"), data)
    group = Group.objects.get(code="export")
    assert answer.url == url(group)


def test_a_new_group_takes_nobody_before_it_is_put_in_use(client, supervisor, entity):
    """Half made, with its first condition, it would take every late customer and open nothing for them."""
    InvoiceFactory(customer__entity=entity, due_on="2026-01-01", issued_on="2025-12-01")
    GroupFactory(entity=entity, default=True)
    client.post(reverse("admin:segments_group_add"), {"entity": entity.pk, "name": "Export", "code": "export"})
    new = Group.objects.get(code="export")
    regroup(entity, on=date(2026, 3, 1))
    assert "Ce groupe n’est pas en service" in client.get(url(new)).content.decode()
    assert Membership.objects.filter(group=new).count() == 0
    client.post(url(new), fields(verb="use"))
    regroup(entity, on=date(2026, 3, 1))
    assert Membership.objects.filter(group=new).count() == 1


def test_a_group_that_takes_customers_for_no_scenario_says_so(client, supervisor, group):
    pages = [client.get(page).content.decode() for page in (reverse("admin:segments_group_changelist"), url(group))]
    assert f'href="{url(group)}#id_scenario">aucun\xa0: rien ne s’ouvre</a>' in pages[0]
    assert "Ce groupe n’a pas de scénario\xa0: rien ne s’ouvre pour les clients qu’il prend." in pages[1]


def test_a_group_is_saved(client, supervisor, group, entity):
    scenario = published_scenario(entity, steps=[{"offset_days": 1}]).scenario
    sent = fields(r_0_value="1 500,50") | {"scenario": scenario.pk, "r.1.kind": "any", "r.1.0.fact": "kind"}
    client.post(url(group), sent | {"r.1.0.is": "in", "r.1.0.value": ["consumer", "association"], "verb": "save"})
    group.refresh_from_db()
    assert group.scenario == scenario
    assert group.criteria == {
        "all": [
            {"fact": "overdue", "is": "gt", "value": "1500.50"},
            {"any": [{"fact": "kind", "is": "in", "value": ["consumer", "association"]}]},
        ]
    }


def test_a_scenario_of_another_entity_is_not_offered(client, supervisor, group):
    other = published_scenario(steps=[{"offset_days": 1}]).scenario
    assert "scenario" in client.post(url(group), fields(verb="save") | {"scenario": other.pk}).context["form"].errors


@pytest.mark.parametrize(
    ("currency", "typed", "kept"),
    [
        ("EUR", "1.200", "1200"),
        ("EUR", "1,200", "1200"),
        ("EUR", "01,234", "1.234"),
        ("TND", "1,200", "1.200"),
        ("TND", "1.200", None),
        ("EUR", "1e3", None),
    ],
)
def test_an_amount_is_read_as_everywhere(client, supervisor, entity, group, currency, typed, kept):
    type(entity).objects.update(currency=currency)
    answer = client.post(url(group), fields(r_0_value=typed, verb="save"))
    group.refresh_from_db()
    if kept is None:
        assert (answer.status_code, answer.context["wrong"], typed in answer.context["problem"]) == (409, "r.0", True)
    else:
        assert group.criteria["all"][0]["value"] == kept
        shown = re.search(r'name="r.0.value"[^>]* value="([^"]*)"', client.get(url(group)).text)[1]
        client.post(url(group), fields(r_0_value=shown, verb="save"))
        group.refresh_from_db()
        assert Decimal(group.criteria["all"][0]["value"]) == Decimal(kept)


def test_two_bounds_are_amounts_too(client, supervisor, group):
    sent = fields(r_0_fact="open", r_0_is="between", r_0_value="1.200", r_0_second="2 500,5", verb="save")
    client.post(url(group), sent)
    group.refresh_from_db()
    assert group.criteria["all"][0]["value"] == ["1200", "2500.5"]


def test_a_wrong_value_is_marked_and_nothing_is_saved(client, supervisor, group):
    answer = client.post(url(group), fields(r_0_value="beaucoup", verb="save"))
    assert (answer.status_code, answer.context["wrong"]) == (409, "r.0")
    assert Group.objects.get().criteria == group.criteria


def test_a_criterion_whose_fact_is_gone_is_drawn_as_such_and_corrected(client, supervisor, group):
    gone = {"all": [{"fact": "shoe_size", "is": "gte", "value": "40"}, OVERDUE]}
    Group.objects.filter(pk=group.pk).update(criteria=gone)
    page = client.get(url(group))
    assert ("shoe_size (n’existe plus)" in page.content.decode(), page.context["wrong"]) == (True, "r.0")
    sent = fields(r_0_fact="shoe_size", r_0_is="gte", verb="save")
    assert client.post(url(group), sent).status_code == 409
    group.refresh_from_db()
    assert group.criteria == gone
    client.post(url(group), fields(verb="save"))
    group.refresh_from_db()
    assert group.criteria == {"all": [OVERDUE]}


def test_a_group_after_one_that_cannot_be_read_says_which_one(client, supervisor, group, entity):
    after = GroupFactory(entity=entity, priority=2)
    Group.objects.filter(pk=group.pk).update(criteria={"fact": "shoe_size", "is": "gte", "value": "40"})
    assert "Retardataires" in client.get(url(after)).context["problem"]


def test_an_attribute_nobody_has_any_more_stays_chosen(client, supervisor, group):
    criteria = {"all": [{"fact": "attribute:agence", "is": "is", "value": "Voiron"}]}
    Group.objects.filter(pk=group.pk).update(criteria=criteria)
    page = client.get(url(group)).content.decode()
    assert '<option value="attribute:agence" selected>agence</option>' in page


def test_enter_in_a_field_saves_and_removes_nothing(client, supervisor, group):
    """It presses the first button of the form that submits it."""
    page = client.get(url(group)).content.decode()
    form = page[page.index('id="group"') :]
    assert re.findall(r'<button[^>]* name="verb" value="([^"]+)"', form)[:2] == ["save", "remove:r.0"]


def test_who_read_another_group_writes_nothing_over_it(client, supervisor, group):
    read = client.get(url(group)).context["read"]
    added = client.post(url(group), fields(verb="add-condition:r", read=read)).context["read"]
    assert client.post(url(group), fields(r_0_value="50", verb="save", read=read)).status_code == 302
    answer = client.post(url(group), fields(r_0_value="90", verb="save", read=added))
    assert (answer.status_code, answer.context["read"]) == (409, read)
    assert answer.context["error"].startswith("Quelqu’un d’autre")
    group.refresh_from_db()
    assert group.criteria["all"][0]["value"] == "50"


def test_the_draft_a_group_follows_stays_chosen(client, supervisor, group, entity):
    draft, other = ScenarioFactory(entity=entity), ScenarioFactory(entity=entity)
    Group.objects.filter(pk=group.pk).update(scenario=draft)
    offered = client.get(url(group)).context["form"].fields["scenario"].queryset
    assert (draft in offered, other in offered) == (True, False)
    client.post(url(group), fields(verb="save") | {"scenario": draft.pk})
    group.refresh_from_db()
    assert group.scenario == draft


def test_without_script_a_button_draws_the_page_again(client, supervisor, group):
    page = client.post(url(group), fields(verb="add-condition:r")).content.decode()
    assert 'name="r.1.fact"' in page
    assert Group.objects.get().criteria == group.criteria


def test_the_fragment_counts_while_one_types(client, supervisor, group, entity):
    InvoiceFactory(customer__entity=entity, due_on="2020-01-01", issued_on="2020-01-01")
    answer = client.post(url(group, "criteria"), fields())
    assert (answer.context["match"].count, answer.context["match"].left) == (1, 1)
    page = client.post(url(group, "criteria") + "?only=preview", fields(r_0_value="")).content.decode()
    assert "r.0.fact" not in page
    assert 'class="refusals"' in page


@pytest.mark.parametrize("address", ["criteria", "change"])
def test_the_editor_does_not_read_who_was_ever_in_the_group(client, supervisor, group, address):
    MembershipFactory(group=group, customer__entity=group.entity)
    with CaptureQueriesContext(connection) as asked:
        client.post(url(group, address), fields(verb="add-condition:r"))
    assert [query["sql"] for query in asked if "segments_membership" in query["sql"]] == []


def test_the_list_counts_present_members_in_one_statement(client, supervisor, group, entity):
    _present, gone = MembershipFactory.create_batch(2, group=group, customer__entity=entity)
    Membership.objects.filter(customer=gone.customer).update(to_on="2026-02-01")
    other = GroupFactory(entity=entity, priority=2)
    with CaptureQueriesContext(connection) as asked:
        listed = client.get(reverse("admin:segments_group_changelist")).context["cl"].result_list
    assert [(each, each.present) for each in listed] == [(group, 1), (other, 0)]
    assert len([query for query in asked if "segments_membership" in query["sql"]]) == 1


def test_the_fragment_obeys_a_button(client, supervisor, group):
    page = client.post(url(group, "criteria") + "?verb=add-block:r", fields()).content.decode()
    assert 'name="r.1.0.fact"' in page


def test_another_fact_brings_its_own_comparisons(client, supervisor, group):
    page = client.post(url(group, "criteria"), fields(r_0_fact="kind")).content.decode()
    assert 'value="consumer"' in page
    assert 'value="gte"' not in page


def test_pages_ask_once_what_the_values_of_a_fact_are_called(client, supervisor, group, entity):
    customer = CustomerFactory(entity=entity, category="A", tags=["vip"])
    named = {"all": [{"fact": fact, "is": "in", "value": ["A", "B", "C"]} for fact in ("category", "language")]}
    Group.objects.filter(pk=group.pk).update(criteria=named)
    GroupFactory(entity=entity, priority=2, criteria=named)
    why = reverse("admin:segments_group_why") + f"?entity={entity.pk}&customer={customer.external_id}"
    for address, asked in ((reverse("admin:segments_group_changelist"), 2), (why, 2), (url(group), 3)):
        with CaptureQueriesContext(connection) as spent:
            client.get(address)
        # The editor lists the free attributes too.
        assert len([query for query in spent if query["sql"].startswith("select distinct value from")]) == asked


def test_free_attributes_are_offered(client, supervisor, group, entity):
    CustomerFactory(entity=entity, attributes={"agence": "Voiron"})
    assert 'value="attribute:agence"' in client.get(url(group)).content.decode()


def test_groups_change_places(client, supervisor, group, entity):
    second = GroupFactory(entity=entity, priority=2)
    client.post(reverse("admin:segments_group_move", args=[second.pk, "up"]))
    assert list(Group.objects.order_by("priority")) == [second, group]


def test_a_second_click_on_archive_or_bring_back_does_nothing(client, supervisor, group, entity):
    GroupFactory(entity=entity, priority=2)
    for page, archived, place in (("archive", True, 1), ("change", False, 3)):
        for _click in range(2):
            client.post(url(group, page), fields(verb="use"))
            group.refresh_from_db()
            assert (group.archived, group.priority) == (archived, place)


def test_what_was_typed_is_saved_as_the_group_is_put_in_use(client, supervisor, entity):
    group = GroupFactory(entity=entity, archived=True)
    scenario = published_scenario(entity, steps=[{"offset_days": 1}]).scenario
    client.post(url(group), fields(verb="use", r_0_value="50") | {"scenario": scenario.pk})
    group.refresh_from_db()
    assert (group.archived, group.scenario, group.criteria["all"][0]["value"]) == (False, scenario, "50")


def test_criteria_that_cannot_be_read_leave_the_group_out_of_use(client, supervisor, entity):
    group = GroupFactory(entity=entity, archived=True)
    answer = client.post(url(group), fields(verb="use", r_0_value=""))
    group.refresh_from_db()
    assert (answer.status_code, group.archived) == (409, True)


def test_a_group_whose_scenario_was_archived_is_neither_saved_nor_put_in_use(client, supervisor, entity):
    kept = ScenarioFactory(entity=entity, archived=True)
    group = GroupFactory(entity=entity, archived=True, scenario=kept, name="Retardataires")
    answer = client.post(url(group), fields(verb="use", name="Autre") | {"scenario": kept.pk})
    group.refresh_from_db()
    assert (answer.status_code, group.archived, group.name) == (409, True, "Retardataires")


@pytest.mark.parametrize(
    ("chosen", "lacking"),
    [
        ("", " Il n’a pas de scénario\xa0: rien ne s’ouvre pour ceux qu’il prend."),
        ("scenario", " Il n’a pas d’équipe\xa0: " + NOBODYS_TASK),
        ("scenario team", ""),
    ],
)
def test_before_it_is_put_in_use_the_page_asks_how_many_it_takes_and_what_they_lack(
    client, supervisor, entity, chosen, lacking
):
    """As typed: the first of two late customers is taken by a group that is tried before, though made later."""
    group = GroupFactory(entity=entity, archived=True, priority=1)
    taking = {"all": [{"fact": "overdue", "is": "gt", "value": "500"}]}
    GroupFactory(entity=entity, priority=2, criteria=taking)
    for amount in (900, 100):
        InvoiceFactory(customer__entity=entity, amount=amount, due_on="2020-01-01", issued_on="2020-01-01")
    scenario = published_scenario(entity, steps=[{"offset_days": 1}]).scenario
    offered = {"scenario": scenario.pk, "team": TeamFactory(entity=entity).pk}
    typed = fields() | {name: offered[name] for name in chosen.split()}
    asked = f'data-ask="Mettre en service\xa0? 1 client y entrera.{lacking}"'
    for only in ("", "?only=preview"):
        assert asked in client.post(url(group, "criteria") + only, typed).content.decode()
    page = client.post(url(group), typed | {"verb": "add-condition:r"}).content.decode()
    assert (asked in page, page.count("<button", page.index('id="use"'))) == (True, 1)


def test_an_auditor_reads_only(client, group, entity):
    client.force_login(UserFactory(auditor=True, sees=entity))
    page = client.get(url(group))
    assert (page.status_code, '<fieldset class="group-set" disabled>' in page.content.decode()) == (200, True)
    assert client.post(url(group), fields(verb="save")).status_code == 403
    assert client.post(url(group, "archive")).status_code == 403


def test_members_come_by_pages(client, supervisor, group, entity):
    for customer in CustomerFactory.create_batch(51, entity=entity):
        MembershipFactory(group=group, customer=customer)
    first = client.get(url(group, "members")).context
    assert (len(first["members"]), first["next"]) == (50, first["members"][-1].customer_id)
    assert len(client.get(url(group, "members"), {"after": first["next"]}).context["members"]) == 1
    assert len(client.get(url(group, "members"), {"after": "9" * 5_000}).context["members"]) == 50


def why_page(client, entity, **asked):
    return client.get(reverse("admin:segments_group_why"), {"entity": entity.pk, **asked})


def test_why_answers_for_one_customer(client, supervisor, group, entity):
    customer = InvoiceFactory(customer__entity=entity, due_on="2020-01-01", issued_on="2020-01-01").customer
    answer = why_page(client, entity, customer=customer.external_id)
    assert answer.context["why"].computed == group
    assert "Retardataires" in answer.content.decode()
    assert why_page(client, entity, customer=customer.external_id, on="2019-12-31").context["why"].computed is None


def test_why_lets_choose_among_several(client, supervisor, entity):
    CustomerFactory.create_batch(2, entity=entity, name="Durand")
    assert len(why_page(client, entity, customer="durand").context["candidates"]) == 2
    assert why_page(client, entity, customer="nobody").context["nobody"]


def test_a_customer_of_another_entity_is_not_explained(client, supervisor, entity):
    stranger = CustomerFactory()
    assert why_page(client, stranger.entity, customer=stranger.external_id).context["form"].errors


def test_the_collectors_proposed_are_those_who_work_on_customers(entity):
    people = [
        UserFactory(role=Role.ADMINISTRATOR),
        UserFactory(),
        UserFactory(auditor=True),
        UserFactory(is_active=False),
    ]
    for person in people:
        CustomerFactory(entity=entity, collector=person)
    assert {value for value, _name in collectors(entity)} == {str(person.pk) for person in people[:2]}


def test_a_group_nobody_was_in_is_deleted(client, supervisor, group):
    client.post(url(group, "delete"), {"post": "yes"})
    assert not Group.objects.exists()


def test_who_wants_to_delete_one_that_had_members_reads_why_not(client, supervisor, group):
    MembershipFactory(group=group)
    answer = client.get(url(group, "delete"), follow=True)
    assert str(*answer.context["messages"]).startswith("Retardataires a ou a eu des membres\u00a0: archivez-le")


def once_asked(monkeypatch, meanwhile):
    """`meanwhile` happens after the page asked for the members and before they are asked for to delete the group."""
    asked, real = [], operations.refuse_with_members

    def ask(group):
        asked.append(group)
        real(group)
        if len(asked) == 1:
            meanwhile()

    monkeypatch.setattr(operations, "refuse_with_members", ask)
    return asked


def test_a_group_that_takes_customers_while_one_deletes_it_stays_and_says_so(client, supervisor, group, monkeypatch):
    asked = once_asked(monkeypatch, lambda: MembershipFactory(group=group))
    answer = client.post(url(group, "delete"), {"post": "yes"}, follow=True)
    assert asked == [group, group]
    assert str(*answer.context["messages"]).startswith("Retardataires a ou a eu des membres\u00a0: archivez-le")
    assert group.memberships.count() == 1


NO_TEAM = "n’a pas d’équipe\xa0: ce qui s’ouvre pour un client sans chargé du portefeuille n’est la tâche de personne."


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"scenario": True}, True),
        ({}, False),
        ({"scenario": True, "archived": True}, False),
        ({"scenario": True, "team": True}, False),
    ],
)
def test_a_group_whose_tasks_are_nobodys_says_so(client, supervisor, entity, fields, told):
    given = {
        name: {"scenario": ScenarioFactory, "team": TeamFactory}[name](entity=entity)
        for name in fields
        if name in ("scenario", "team")
    }
    group = GroupFactory(entity=entity, name="Retardataires", archived="archived" in fields, **given)
    GroupFactory(scenario=ScenarioFactory())
    pages = [client.get(page).content.decode() for page in (reverse("admin:segments_group_changelist"), url(group))]
    assert [f"Le groupe «\xa0Retardataires\xa0» {NO_TEAM}" in page for page in pages] == [told, told]
    assert (f'href="{url(group)}#id_team">sans équipe</a>' in pages[0]) is told


@pytest.mark.parametrize("teams", [0, 1, 2])
def test_a_new_group_has_the_only_team_of_its_entity(client, supervisor, entity, teams):
    made = [TeamFactory(entity=entity) for _ in range(teams)]
    client.post(reverse("admin:segments_group_add"), {"entity": entity.pk, "name": "Neuf", "code": "neuf"})
    assert Group.objects.get().team == (made[0] if teams == 1 else None)
