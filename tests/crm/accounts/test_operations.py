from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from importlib import import_module

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db import connection

from crm.accounts import operations
from crm.accounts.exceptions import CannotGoLive, LastAdministrator, RoleNotYours, SupervisesTeam
from crm.accounts.models import Role, TeamMember, User
from crm.accounts.queries import collectors_for, entities_of, legal_mentions, people_of, teams_of
from crm.accounts.rules import roles_given_by
from crm.customers.models import Customer
from crm.law.models import Rate
from tests.factories.accounts import EntityFactory, TeamFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
MARCH_1, MARCH_2 = date(2026, 3, 1), date(2026, 3, 2)


def create(role, by=None):
    return operations.create_user(username=f"u-{role}", email="u@acquit.example", role=role, by=by)


@pytest.mark.parametrize("role", list(Role))
def test_the_admin_and_all_rows_go_with_the_role(role):
    user = create(role)
    assert user.is_staff == (role in {"administrator", "supervisor", "auditor"})
    assert user.is_superuser == (role == "administrator")
    assert not user.has_usable_password()


def test_the_first_account_of_an_installation_keeps_its_rights_when_its_page_is_saved():
    call_command("createsuperuser", "--noinput", username="first", email="first@acquit.example", verbosity=0)
    first = User.objects.get(username="first")
    assert first.role == Role.ADMINISTRATOR
    assert operations.give_role(first, first.role, by=first).is_superuser


def test_nobody_gives_a_role_above_his_own():
    supervisor, administrator = UserFactory(supervisor=True), UserFactory(administrator=True)
    assert set(roles_given_by(administrator)) == set(Role)
    assert [create(role, by=supervisor).role for role in roles_given_by(supervisor)] == roles_given_by(supervisor)
    with pytest.raises(RoleNotYours):
        create(Role.ADMINISTRATOR, by=supervisor)
    with pytest.raises(RoleNotYours):
        operations.give_role(administrator, Role.COLLECTOR, by=supervisor)
    with pytest.raises(RoleNotYours):
        create(Role.AUDITOR, by=UserFactory())


@pytest.mark.parametrize("change", [{"role": Role.SUPERVISOR}, {"is_active": False}])
def test_somebody_always_administers(change):
    first, second = UserFactory(administrator=True), UserFactory(administrator=True)
    for person, refused in ((first, False), (second, True)):
        person.is_active = change.get("is_active", True)
        with pytest.raises(LastAdministrator) if refused else nullcontext():
            operations.give_role(person, change.get("role", Role.ADMINISTRATOR), by=None)
    assert list(User.objects.filter(is_superuser=True, is_active=True)) == [second]


def test_a_member_sees_the_customers_of_the_team_and_only_while_he_is_one():
    entity, user = EntityFactory(), UserFactory()
    team, other = TeamFactory(entity=entity), TeamFactory(entity=entity)
    mine = CustomerFactory(entity=entity, team=team)
    CustomerFactory(entity=entity, team=other), CustomerFactory(entity=entity), CustomerFactory()
    operations.join_team(user, team, by=None), operations.join_team(user, team, by=None)
    assert list(Customer.objects.visible_to(user)) == [mine]
    assert TeamMember.objects.count() == 1
    operations.leave_team(user, team, by=None)
    assert list(Customer.objects.visible_to(user)) == []


def test_entities_teams_and_people_are_those_one_was_let_into():
    entity, other = EntityFactory(), EntityFactory()
    team, elsewhere = TeamFactory(entity=entity), TeamFactory(entity=other)
    lead, colleague, stranger, new = UserFactory(supervisor=True), UserFactory(), UserFactory(), UserFactory()
    operations.grant_entity(lead, entity, by=None)
    operations.join_team(colleague, team, by=None), operations.join_team(stranger, elsewhere, by=None)
    assert list(entities_of(lead)) == [entity]
    assert list(teams_of(lead)) == [team]
    assert list(teams_of(stranger)) == [elsewhere]
    assert set(people_of(lead)) == {lead, colleague, new}
    operations.revoke_entity(lead, entity, by=None)
    assert list(entities_of(lead)) == []


def test_customers_are_given_to_who_works_on_them():
    entity = EntityFactory()
    lead, collector = UserFactory(supervisor=True, sees=entity), UserFactory(sees=entity)
    for trait in ({"auditor": True}, {"integrator": True}, {"is_active": False}):
        UserFactory(**trait, sees=entity)
    assert set(collectors_for(lead)) == {lead, collector}


def test_a_supervisor_leaves_his_team_once_another_leads_it():
    team, lead = TeamFactory(), UserFactory(supervisor=True)
    operations.name_supervisor(team, lead, by=None)
    with pytest.raises(SupervisesTeam):
        operations.leave_team(lead, team, by=None)
    operations.name_supervisor(team, None, by=None)
    operations.leave_team(lead, team, by=None)


def test_who_led_a_team_sees_its_customers_only_as_long_as_he_is_of_it():
    team, first, second = TeamFactory(), UserFactory(supervisor=True), UserFactory(supervisor=True)
    CustomerFactory(entity=team.entity, team=team)
    operations.join_team(second, team, by=None)
    seen = []
    for head in (first, second, None):
        operations.name_supervisor(team, head, by=None)
        seen.append([Customer.objects.visible_to(user).count() for user in (first, second)])
    assert seen == [[1, 1], [0, 1], [0, 1]]


def test_an_upgrade_takes_back_what_former_heads_went_on_seeing():
    team, member, head = TeamFactory(), UserFactory(), UserFactory(supervisor=True)
    operations.join_team(member, team, by=None), operations.name_supervisor(team, head, by=None)
    former = UserFactory(sees=[team, team.entity])
    with connection.cursor() as cursor:
        cursor.execute(import_module("crm.accounts.migrations.0003_sight_ends_with_the_lead").LEFT_OVER)
    seeing = [User.objects.get(pk=one.pk).has_perm("accounts.see_team", team) for one in (member, head, former)]
    assert (seeing, list(entities_of(former))) == ([True, True, False], [team.entity])


def test_rights_leave_a_trace():
    boss, user, entity = UserFactory(administrator=True), UserFactory(), EntityFactory()
    operations.grant_entity(user, entity, by=boss)
    entry = LogEntry.objects.get_for_object(user).order_by("-id").first()
    assert (entry.actor, entry.changes) == (boss, {"entities": ["", f"+ {entity.code}"]})


def test_the_journal_says_that_a_password_changed_and_nothing_of_it():
    user = UserFactory()
    user.set_password("a long enough password")
    user.save()
    assert LogEntry.objects.get_for_object(user).latest("pk").changes["password"] == ["•••", "•••"]


@pytest.mark.parametrize(
    ("missing", "count"),
    [
        ({}, 0),
        ({"sender_email": ""}, 1),
        ({"iban": ""}, 1),
        ({"city": ""}, 1),
        ({"collects_for_others": True}, 1),
        ({"mentions": ""}, 1),
        ({"mentions": "", "jurisdiction": "CI"}, 1),
        ({"mentions": "", "jurisdiction": "BE"}, 0),
    ],
)
def test_an_entity_goes_live_when_nothing_is_missing(missing, count):
    entity = EntityFactory(
        live_since=None, **{"mentions": "SAS au capital de 1 000 € · RCS Lyon 732 829 320", **missing}
    )
    assert len(operations.reasons_not_live(entity, on=MARCH_1)) == count
    if count:
        with pytest.raises(CannotGoLive):
            operations.go_live(entity, on=MARCH_1, by=None)
    else:
        assert operations.go_live(entity, on=MARCH_1, by=None).live_since == MARCH_1
        assert operations.stop(entity, by=None).live_since is None


def test_legal_mentions_are_those_of_the_day_and_of_the_language_or_of_the_entity():
    entity = EntityFactory(mentions="SAS au capital de 1 000 €")
    entity.legal_mentions.create(language="fr", starts_on="2026-03-02", text="SAS au capital de 2 000 €")
    entity.legal_mentions.create(language="en", starts_on="2026-03-02", text="SAS, capital €2,000")
    told = [legal_mentions(entity, language, on) for on in (MARCH_1, MARCH_2) for language in ("fr", "en", "de")]
    first, then = "SAS au capital de 1 000 €", "SAS au capital de 2 000 €"
    assert told == [first, first, first, then, "SAS, capital €2,000", then]


@pytest.mark.parametrize(
    ("country", "told"), [("FR", []), ("BJ", ["Pays de l’entité\xa0: Bénin, droit appliqué\xa0: France"])]
)
def test_the_law_of_another_country_is_told(country, told):
    found = operations.law_of_elsewhere(EntityFactory(country=country, jurisdiction="FR"))
    assert [remark.text.split(".")[0] for remark in found] == told


def test_rates_and_rules_leave_a_trace_too():
    rate = Rate.objects.create(
        jurisdiction="ZZ", kind="central_bank", starts_on=MARCH_1, percent=Decimal(2), source="test"
    )
    rate.percent = Decimal(3)
    rate.save()
    assert LogEntry.objects.get_for_object(rate).count() == 2
