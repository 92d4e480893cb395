from datetime import date

import pytest
from django import forms
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from crm.accounts import operations
from crm.accounts.forms import ContractRateForm, EntityForm
from crm.accounts.models import Absence, ContractRate, Entity, Role, Team, User
from crm.accounts.queries import entities_of
from crm.events.models import Event
from crm.law.packs import PACKS
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory
from tests.factories.scenarios import ScenarioFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db
ROWS = ("closures", "contract_rates", "legal_mentions")
WITHOUT_ROWS = {f"{rows}-{which}_FORMS": 0 for rows in ROWS for which in ("TOTAL", "INITIAL")}
LISTS = ["admin:accounts_entity_changelist", "admin:accounts_team_changelist", "admin:accounts_user_changelist"]


@pytest.fixture
def entity():
    return EntityFactory(code="MINE")


@pytest.fixture
def lead(entity):
    return UserFactory(supervisor=True, sees=entity)


def listed(client, name):
    return set(client.get(reverse(name)).context["cl"].result_list)


@pytest.mark.parametrize("name", LISTS)
def test_only_who_leads_or_audits_opens_the_settings(client, entity, name):
    answers = {}
    for trait in ({"supervisor": True}, {"auditor": True}, {"integrator": True}, {}):
        client.force_login(UserFactory(**trait, sees=entity))
        answers["".join(trait)] = client.get(reverse(name)).status_code
    assert answers == {"supervisor": 200, "auditor": 200, "integrator": 302, "": 302}


def test_a_supervisor_sees_his_entities_and_teams_only(client, entity, lead):
    other, team = EntityFactory(), TeamFactory(entity=entity)
    elsewhere = TeamFactory(entity=other)
    client.force_login(lead)
    assert listed(client, "admin:accounts_entity_changelist") == {entity}
    assert listed(client, "admin:accounts_team_changelist") == {team}
    assert client.get(reverse("admin:accounts_team_change", args=[elsewhere.pk])).status_code == 302
    assert client.get(reverse("admin:accounts_entity_add")).status_code == 403


@pytest.mark.parametrize(
    ("name", "taken", "refused"),
    [("closing_share_percent", 100, 101), ("default_terms_days", 365, 9999), ("stale_after_days", 1, 0)],
)
def test_a_limit_that_limits_nothing_is_refused(entity, name, taken, refused):
    found = [EntityForm({name: value}, instance=entity).errors.get(name, []) for value in (taken, refused, -3)]
    assert [len(told) for told in found] == [0, 1, 1]


def test_an_auditor_changes_nothing(client, entity):
    client.force_login(UserFactory(auditor=True, sees=entity))
    page = client.get(reverse("admin:accounts_entity_change", args=[entity.pk]))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert client.post(reverse("admin:accounts_entity_change", args=[entity.pk]), {}).status_code == 403


def test_the_form_of_an_entity_checks_its_numbers(client, entity, lead):
    Entity.objects.update(iban="")
    client.force_login(lead)
    url = reverse("admin:accounts_entity_change", args=[entity.pk])
    form = client.get(url).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    rest = WITHOUT_ROWS
    page = client.post(url, {**given, **rest, "iban": "FR76 0000"})
    assert list(page.context["adminform"].form.errors) == ["iban"]
    assert client.post(url, {**given, **rest, "iban": "FR76 3000 6000 0112 3456 7890 189"}).status_code == 302
    assert Entity.objects.get().iban == "FR7630006000011234567890189"


def changed_iban(client, entity, by):
    """What the entity has, once `by` has posted its form with another IBAN, and the events that told it."""
    client.force_login(by)
    url = reverse("admin:accounts_entity_change", args=[entity.pk])
    form = client.get(url).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    assert client.post(url, {**given, **WITHOUT_ROWS, "iban": "DE89370400440532013000"}).status_code == 302
    return Entity.objects.get().iban, list(
        Event.objects.filter(kind="entity.iban_changed").values_list("payload", flat=True)
    )


def test_where_the_money_goes_is_changed_by_an_administrator_and_told(client, entity, lead):
    before = entity.iban
    assert changed_iban(client, entity, lead) == (before, [])
    boss = UserFactory(administrator=True)
    told = {"before": before, "after": "DE89370400440532013000", "by": str(boss)}
    assert changed_iban(client, entity, boss) == ("DE89370400440532013000", [told])


def test_an_entity_that_is_live_does_not_begin_to_collect_for_others(client, entity, lead):
    client.force_login(lead)
    url = reverse("admin:accounts_entity_change", args=[entity.pk])
    form = client.get(url).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")}
    rest = WITHOUT_ROWS | {"collects_for_others": "on"}
    page = client.post(url, {**given, **rest})
    assert ["mandat" in told for told in page.context["adminform"].form.non_field_errors()] == [True]
    assert not Entity.objects.get().collects_for_others


def test_an_entity_is_put_live_from_the_list_or_told_why_not(client, entity, lead):
    entity.legal_mentions.create(language="fr", starts_on="2000-01-01", text="SAS au capital de 1 000 €")
    Entity.objects.update(live_since=None, iban="")
    client.force_login(lead)
    chosen = {"action": "go_live", "_selected_action": [entity.pk]}
    page = client.post(reverse("admin:accounts_entity_changelist"), chosen, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["error"]
    Entity.objects.update(iban="FR7630006000011234567890189")
    client.post(reverse("admin:accounts_entity_changelist"), chosen)
    assert Entity.objects.get().live_since is not None


def test_what_an_entity_should_not_go_live_with_is_told_before_and_when_it_does(client, entity, lead):
    group = GroupFactory(entity=entity, name="Tous", scenario=ScenarioFactory(entity=entity))
    Entity.objects.update(live_since=None, iban="")
    entity.legal_mentions.create(language="fr", starts_on="2020-01-01", text="SAS au capital de 1 000 €")
    client.force_login(lead)

    def page():
        return client.get(reverse("admin:accounts_entity_change", args=[entity.pk])).content.decode()

    told = "Le groupe «\xa0Tous\xa0» n’a pas d’équipe\xa0: ce qui s’ouvre pour un client sans chargé du portefeuille"
    assert ["L’IBAN" in page(), told in page(), reverse("admin:segments_group_changelist") in page()] == [True] * 3
    Entity.objects.update(iban="FR7630006000011234567890189")
    chosen = {"action": "go_live", "_selected_action": [entity.pk]}
    answer = client.post(reverse("admin:accounts_entity_changelist"), chosen, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success", "warning"]
    group.team = TeamFactory(entity=entity)
    group.save()
    assert [told in page(), "<p>rien</p>" in page() or ">rien<" in page()] == [False, True]


def test_a_team_made_in_the_admin_is_told_of_once(client, entity, lead):
    client.force_login(lead)
    rows = {"teammember_set-TOTAL_FORMS": 0, "teammember_set-INITIAL_FORMS": 0}
    client.post(reverse("admin:accounts_team_add"), {"entity": entity.pk, "name": "A", "supervisor": "", **rows})
    team = Team.objects.get()
    client.post(reverse("admin:accounts_team_change", args=[team.pk]), {"name": "B", "supervisor": "", **rows})
    told = Event.objects.filter(kind="team.created").values_list("entity_id", "payload")
    assert (Team.objects.get().name, list(told)) == ("B", [(entity.pk, {"team": team.pk})])


def user_form(**changes):
    given = {"username": "new", "email": "new@acquit.example", "role": "collector", "language": "fr", "capacity": 60}
    return {**given, "is_active": "on", "absences-TOTAL_FORMS": 0, "absences-INITIAL_FORMS": 0, **changes}


def test_a_supervisor_adds_a_collector_and_no_administrator(client, entity, lead):
    client.force_login(lead)
    url = reverse("admin:accounts_user_add")
    page = client.post(url, user_form(role="administrator"))
    assert list(page.context["adminform"].form.errors) == ["role"]
    assert client.post(url, user_form(entities=[entity.pk])).status_code == 302
    added = User.objects.get(username="new")
    assert (added.role, added.is_staff, list(entities_of(added))) == (Role.COLLECTOR, False, [entity])


def test_nobody_changes_who_stands_above_him(client, entity, lead):
    boss = UserFactory(role=Role.ADMINISTRATOR, is_staff=True, sees=entity)
    client.force_login(lead)
    url = reverse("admin:accounts_user_change", args=[boss.pk])
    assert client.get(url).context["has_change_permission"] is False
    assert client.post(url, user_form()).status_code == 403


def test_the_last_administrator_stays_one_and_reads_why(client):
    last = UserFactory(administrator=True)
    client.force_login(last)
    url = reverse("admin:accounts_user_change", args=[last.pk])
    kept = {"username": last.username, "email": last.email}
    for change in ({"role": "supervisor"}, {"role": "administrator", "is_active": ""}):
        page = client.post(url, user_form(**kept, **change))
        assert page.context["adminform"].form.non_field_errors() == [
            f"{last} est le dernier administrateur : donnez d’abord ce rôle à quelqu’un d’autre."
        ]
    assert (User.objects.get().is_superuser, User.objects.get().is_active) == (True, True)
    assert client.post(url, user_form(**kept, role="administrator")).status_code == 302


def test_saving_a_person_leaves_his_rights_elsewhere(client, entity, lead):
    elsewhere, person = EntityFactory(), UserFactory(sees=entity)
    operations.grant_entity(person, elsewhere, by=None)
    client.force_login(lead)
    url = reverse("admin:accounts_user_change", args=[person.pk])
    assert client.post(url, user_form(username=person.username, email="p@acquit.example")).status_code == 302
    assert list(entities_of(person)) == [elsewhere]


def test_who_has_customers_elsewhere_only_is_nobody_here(client, lead):
    """His address opens his account: who could change it would read the customers of the other entity."""
    theirs = CustomerFactory(collector=UserFactory()).collector
    client.force_login(lead)
    assert listed(client, "admin:accounts_user_changelist") == {lead}
    url = reverse("admin:accounts_user_change", args=[theirs.pk])
    assert client.post(url, user_form(email="mine@acquit.example")).status_code == 302
    assert User.objects.get(pk=theirs.pk).email == theirs.email


def test_whose_customers_are_here_too_keeps_his_address(client, entity, lead):
    here, both = CustomerFactory(entity=entity, collector=UserFactory()).collector, UserFactory(sees=entity)
    CustomerFactory(collector=both)
    client.force_login(lead)
    assert listed(client, "admin:accounts_user_changelist") == {lead, here, both}
    fixed = {
        person: set(
            client.get(reverse("admin:accounts_user_change", args=[person.pk])).context["adminform"].readonly_fields
        )
        for person in (here, both)
    }
    assert fixed == {here: {"last_login"}, both: {"last_login", "username", "email", "role", "is_active"}}


def test_members_join_and_leave_with_their_sight(client, entity, lead):
    team, person = TeamFactory(entity=entity), UserFactory()
    client.force_login(lead)
    url = reverse("admin:accounts_team_change", args=[team.pk])
    rows = {"teammember_set-TOTAL_FORMS": 1, "teammember_set-INITIAL_FORMS": 0, "teammember_set-0-user": person.pk}
    form = {"entity": entity.pk, "name": "A", "supervisor": lead.pk}
    assert client.post(url, {**form, **rows}).status_code == 302
    assert (list(team.members.all()), person.has_perm("accounts.see_team", team)) == ([person], True)
    member = team.teammember_set.get()
    gone = {"teammember_set-0-id": member.pk, "teammember_set-0-team": team.pk, "teammember_set-0-DELETE": "on"}
    client.post(url, {**form, **rows, **gone, "teammember_set-INITIAL_FORMS": 1})
    assert list(team.members.all()) == []
    assert not User.objects.get(pk=person.pk).has_perm("accounts.see_team", team)
    assert Team.objects.get().supervisor == lead


def test_who_leads_a_team_works_on_customers_or_led_it_before(client, entity, lead):
    team, auditor = TeamFactory(entity=entity), UserFactory(auditor=True, sees=entity)
    left = UserFactory(supervisor=True, sees=entity, is_active=False)
    client.force_login(lead)
    url = reverse("admin:accounts_team_change", args=[team.pk])
    none = {"teammember_set-TOTAL_FORMS": 0, "teammember_set-INITIAL_FORMS": 0, "entity": entity.pk, "name": "A"}
    for head in (auditor, left):
        page = client.post(url, {"supervisor": head.pk, **none})
        assert page.context["adminform"].form.errors.keys() == {"supervisor"}
    Team.objects.update(supervisor=left)
    assert client.post(url, {"supervisor": left.pk, **none}).status_code == 302


def test_a_member_who_is_no_longer_active_does_not_keep_the_page_from_being_saved(client, entity, lead):
    team, gone, new = TeamFactory(entity=entity), UserFactory(is_active=False), UserFactory(sees=entity)
    member = operations.join_team(gone, team, by=None)
    client.force_login(lead)
    rows = {
        "teammember_set-TOTAL_FORMS": 2, "teammember_set-INITIAL_FORMS": 1, "teammember_set-0-id": member.pk,
        "teammember_set-0-team": team.pk, "teammember_set-0-user": gone.pk, "teammember_set-1-user": new.pk,
    }  # fmt: skip
    url = reverse("admin:accounts_team_change", args=[team.pk])
    [shown] = client.get(url).context["inline_admin_formsets"][0].formset.forms
    assert gone.pk in [value for value, _name in shown.fields["user"].choices]
    assert client.post(url, {"entity": entity.pk, "name": "A", "supervisor": "", **rows}).status_code == 302
    assert set(team.members.all()) == {gone, new}


def test_the_page_of_a_team_costs_the_same_for_any_number_of_members(client, lead, entity):
    client.force_login(lead)
    counted = []
    for number in (1, 4):
        team = TeamFactory(entity=entity)
        for _ in range(number):
            operations.join_team(UserFactory(), team, by=None)
        page = reverse("admin:accounts_team_change", args=[team.pk])
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).content.decode().count('name="teammember_set-') > number
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_a_team_stays_of_its_entity(client, entity):
    """Its members would go on seeing customers of the one before."""
    team, other = TeamFactory(entity=entity), EntityFactory()
    client.force_login(UserFactory(supervisor=True, sees=[entity, other]))
    given = {"name": "B", "entity": other.pk, "teammember_set-TOTAL_FORMS": 0, "teammember_set-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:accounts_team_change", args=[team.pk]), given).status_code == 302
    assert Team.objects.values_list("name", "entity").get() == ("B", entity.pk)
    with pytest.raises(IntegrityError):
        Team.objects.update(entity=other)


def test_the_page_of_a_team_takes_the_sight_of_its_head_back(client, entity, lead):
    team, former = TeamFactory(entity=entity), UserFactory(supervisor=True)
    operations.name_supervisor(team, former, by=None)
    client.force_login(lead)
    form = {"entity": entity.pk, "name": "A", "supervisor": lead.pk}
    none = {"teammember_set-TOTAL_FORMS": 0, "teammember_set-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:accounts_team_change", args=[team.pk]), form | none).status_code == 302
    assert [User.objects.get(pk=one.pk).has_perm("accounts.see_team", team) for one in (former, lead)] == [False, True]


def test_absences_are_narrowed_by_their_first_day(client, lead):
    client.force_login(lead)
    assert "premier jour" in client.get(reverse("admin:accounts_absence_changelist")).content.decode()


def test_an_absence_ends_after_it_starts(client, entity, lead):
    client.force_login(lead)
    given = {"user": lead.pk, "starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 1)}
    page = client.post(reverse("admin:accounts_absence_add"), given)
    assert page.status_code == 200
    assert client.post(reverse("admin:accounts_absence_add"), given | {"ends_on": date(2026, 3, 2)}).status_code == 302
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_teams_costs_the_same_for_one_and_three(client, lead, entity, count, django_assert_max_num_queries):
    TeamFactory.create_batch(count, entity=entity, supervisor=lead)
    client.force_login(lead)
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:accounts_team_changelist"))


def agreed(entity, percent, starts_on):
    made = forms.modelform_factory(ContractRate, form=ContractRateForm, fields=["starts_on", "percent"])
    return made({"starts_on": starts_on, "percent": percent}, instance=ContractRate(entity=entity)).errors


def test_a_contractual_rate_below_the_legal_floor_of_its_day_is_refused(entity):
    assert "L441-10" in str(agreed(entity, "1", "2026-03-01")["percent"])
    assert agreed(entity, "14.76", "2024-09-01") == {}
    assert "14,76" in str(agreed(entity, "14.75", "2024-09-01")["percent"])
    assert agreed(entity, "60", "2010-01-01") == {}  # no floor of that day is known: that of today
    assert "L441-10" in str(agreed(entity, "1", "2010-01-01")["percent"])
    assert agreed(entity, "", "2026-03-01") == {}


def test_a_contractual_rate_is_agreed_on_the_page_of_its_entity(client, entity):
    client.force_login(UserFactory(administrator=True))
    path = reverse("admin:accounts_entity_change", args=[entity.pk])
    form = client.get(path).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")} | WITHOUT_ROWS
    given |= {"contract_rates-TOTAL_FORMS": 1, "contract_rates-0-starts_on": "2026-03-01"}
    below = client.post(path, given | {"contract_rates-0-percent": "1"})
    assert "L441-10" in below.content.decode()
    assert client.post(path, given | {"contract_rates-0-percent": "20"}).status_code == 302
    assert list(entity.contract_rates.values_list("starts_on", "percent")) == [(date(2026, 3, 1), 20)]


def test_legal_mentions_are_written_on_the_page_of_the_entity(client, entity):
    client.force_login(UserFactory(administrator=True))
    path = reverse("admin:accounts_entity_change", args=[entity.pk])
    form = client.get(path).context["adminform"].form
    given = {name: form[name].value() for name in form.fields if form[name].value() not in (None, "")} | WITHOUT_ROWS
    line = {"language": "fr", "starts_on": "2026-03-01", "text": " SAS  au capital\nde 1 000 € "}
    given |= {"legal_mentions-TOTAL_FORMS": 1, **{f"legal_mentions-0-{name}": said for name, said in line.items()}}
    assert client.post(path, given).status_code == 302
    kept = entity.legal_mentions.values_list("language", "starts_on", "text")
    assert list(kept) == [("fr", date(2026, 3, 1), "SAS au capital de 1 000 €")]


def test_a_new_entity_is_offered_the_usual_days_and_hours():
    offered = EntityForm()
    assert (offered["time_zone"].value(), offered["working_days"].value()) == ("Europe/Paris", [1, 2, 3, 4, 5])


def absent(client, **changes):
    """The errors of the form of an absence by field; none when it was added."""
    given = {"starts_on": date(2026, 3, 2), "ends_on": date(2026, 3, 10)} | changes
    page = client.post(reverse("admin:accounts_absence_add"), given)
    return {} if page.status_code == 302 else page.context["adminform"].form.errors.keys()


@pytest.mark.parametrize(
    ("role", "refused"), [("auditor", {"replacement"}), ("integrator", {"replacement"}), ("collector", {})]
)
def test_who_stands_in_works_on_tasks(client, entity, lead, role, refused):
    client.force_login(lead)
    away, there = UserFactory(sees=entity), UserFactory(sees=entity, role=role)
    assert absent(client, user=away.pk, replacement=there.pk) == refused


def test_saving_a_person_leaves_who_stands_in_though_no_longer_active(client, entity, lead):
    person, gone = UserFactory(sees=entity), UserFactory(sees=entity, is_active=False)
    absence = Absence.objects.create(user=person, replacement=gone, starts_on="2026-03-02", ends_on="2026-03-10")
    client.force_login(lead)
    url = reverse("admin:accounts_user_change", args=[person.pk])
    row = client.get(url).context["inline_admin_formsets"][0].formset.forms[0]
    given = {f"absences-0-{name}": row[name].value() for name in ("starts_on", "ends_on", "replacement")}
    given |= {"absences-0-id": absence.pk, "absences-0-user": person.pk}
    given |= {"absences-TOTAL_FORMS": 1, "absences-INITIAL_FORMS": 1}
    offered = [value for value, _name in row.fields["replacement"].choices]
    assert gone.pk in offered
    assert client.post(url, user_form(username=person.username, email=person.email, **given)).status_code == 302
    assert Absence.objects.get().replacement == gone


def test_a_day_of_absence_has_one_replacement(client, entity, lead):
    client.force_login(lead)
    away = UserFactory(sees=entity)
    assert absent(client, user=away.pk) == {}
    assert absent(client, user=away.pk, starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12)) == {"starts_on"}
    assert absent(client, user=away.pk, starts_on=date(2026, 3, 11), ends_on=date(2026, 3, 12)) == {}


def test_an_entity_lives_under_a_law_that_is_known(client, entity):
    client.force_login(UserFactory(administrator=True))
    form = EntityForm(instance=entity)
    assert {code for code, _name in form.fields["jurisdiction"].choices} == set(PACKS)
    assert EntityForm({"jurisdiction": "OHADA"}, instance=entity).errors["jurisdiction"]


def test_a_token_dead_on_arrival_is_refused(client, entity):
    client.force_login(UserFactory(administrator=True))
    given = {"user": UserFactory().pk, "name": "ERP", "expires_on": "2020-01-01"}
    page = client.post(reverse("admin:accounts_apitoken_add"), given)
    assert page.context["adminform"].form.errors.keys() == {"expires_on"}


@pytest.mark.parametrize(("country", "refused"), [("BE", False), ("ZZ", True), ("France", True)])
def test_the_country_of_an_entity_is_one_there_is(entity, country, refused):
    assert ("country" in EntityForm({"country": country}, instance=entity).errors) is refused
