"""A night tried from the admin: the same code as the night, nothing written, names to look at."""

import json
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from collections_app.actions.models import Action, Cycle, Refusal
from collections_app.engine import dry_runs, tasks
from collections_app.engine.dry_runs import ask_dry_run, try_night
from collections_app.engine.entering import backlog_of
from collections_app.engine.models import Decision, DryRun, Run
from collections_app.engine.schedule import next_night
from collections_app.segments.models import Membership
from telephony.messaging.models import Message
from tests.collections_app.engine.world import MARCH_1, World, noon
from tests.connections import held_elsewhere
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import CustomerFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 3, 11, tzinfo=UTC)
MARCH_3 = date(2026, 3, 3)


@pytest.fixture
def world():
    """Two customers for a first step, one for the second, one kept back by the minimum."""
    world = World({"offset_days": 5, "minimum_amount": 50}, {"offset_days": 15}, entry_policy="step_by_age")
    for name, late, amount in (("Petit", 6, 10), ("Arnaud", 6, 100), ("Blanc", 6, 300), ("Colas", 20, 80)):
        world.invoice(world.customer(name=name), late=late, on=MARCH_3, amount=amount)
    return world


def tried(world):
    asked = ask_dry_run(world.entity, by=world.person, at=AT)
    try_night(asked.pk, at=AT)
    asked.refresh_from_db()
    return asked


def named(asked):
    return [(row["what"], row["code"], row["name"], row["amount"]) for row in asked.report["customers"]]


def test_it_says_what_the_night_would_do_and_to_whom(world):
    asked = tried(world)
    assert (asked.report["opened"], asked.report["blocked"]) == ({"s5": 2, "s15": 1}, {"below_minimum": 1})
    assert named(asked) == [
        ("opened", "s15", "Colas", "80.000"),
        ("opened", "s5", "Blanc", "300.000"),
        ("opened", "s5", "Arnaud", "100.000"),
        ("blocked", "below_minimum", "Petit", "10.000"),
    ]


def test_the_night_then_does_what_it_said(world):
    asked = tried(world)
    report = world.night(MARCH_3)
    assert (report.actions_opened, report.blocked) == (asked.report["opened"], asked.report["blocked"])


def test_it_writes_nothing(world):
    tried(world)
    models = (Action, Cycle, Decision, Membership, Message, Refusal, Run)
    assert [model.objects.count() for model in models] == [0] * len(models)


def test_a_step_names_a_few_customers_only(world):
    for number in range(7):
        world.invoice(world.customer(name=f"Client {number}"), late=6, on=MARCH_3, amount=100)
    asked = tried(world)
    assert asked.report["opened"]["s5"] == 9
    assert sum(1 for row in asked.report["customers"] if row["code"] == "s5") == 5


def test_gates_are_asked_too():
    world = World({"offset_days": 5, "email": True}, live_since=None)
    world.invoice(world.customer(name="Durand"), late=6, on=MARCH_3)
    assert named(tried(world)) == [("opened", "s5", "Durand", "100.000"), ("blocked", "live", "Durand", "100.000")]


def test_a_message_that_comes_twice_runs_once(world):
    asked = tried(world)
    world.invoice(world.customer(), late=6, on=MARCH_3)
    try_night(asked.pk, at=AT)
    asked.refresh_from_db()
    assert asked.report["opened"] == {"s5": 2, "s15": 1}


def test_a_night_that_is_running_is_told(world):
    Run.objects.create(entity=world.entity, on=MARCH_3, started_at=AT, lease_until=AT + timedelta(days=9999))
    asked = tried(world)
    assert (asked.error, asked.report) == ("already running: 2026-03-03", {})


@pytest.mark.parametrize(("done", "expected"), [(None, 3), (2, 3), (3, 4), (9, 10)])
def test_the_night_to_come(done, expected):
    entity = EntityFactory()
    if done:
        Run.objects.create(entity=entity, on=date(2026, 3, done), state="done", started_at=noon(MARCH_1))
    assert next_night(entity, at=AT) == date(2026, 3, expected)


def test_those_of_past_months_are_forgotten(world):
    old = DryRun.objects.create(entity=world.entity, on=MARCH_1, asked_at=AT - timedelta(days=31))
    other = DryRun.objects.create(entity=EntityFactory(), on=MARCH_1, asked_at=AT - timedelta(days=31))
    asked = ask_dry_run(world.entity, by=world.person, at=AT)
    assert list(DryRun.objects.order_by("pk")) == [other, asked]
    assert not DryRun.objects.filter(pk=old.pk).exists()


def test_the_command_names_them_as_well(world, capsys):
    CustomerFactory(entity=world.entity)
    call_command(
        "run_night", "--entity", world.entity.code, "--on", "2026-03-03", "--dry-run", "--names", "1", "--json"
    )
    told = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in told["customers"]] == ["Colas", "Blanc", "Petit"]


def test_the_command_writes_amounts_for_a_person(world, capsys):
    call_command("run_night", "--entity", world.entity.code, "--on", "2026-03-03", "--dry-run", "--names", "1")
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.endswith(" Colas")]
    assert line.split("€")[0].strip().endswith(",00")


class TestLeftBehind:
    """A lost message, a lost worker."""

    @pytest.fixture
    def told(self, monkeypatch):
        told = []
        monkeypatch.setattr(tasks.try_night, "apply_async", lambda args, expires: told.extend(args))
        return told

    def swept(self, monkeypatch, **later):
        monkeypatch.setattr(timezone, "now", lambda: AT + timedelta(**later))
        tasks.sweep_dry_runs()

    def test_it_is_asked_for_again_until_it_is_done(self, world, told, monkeypatch):
        asked = ask_dry_run(world.entity, by=world.person, at=AT)
        self.swept(monkeypatch, minutes=9)
        assert told == []
        self.swept(monkeypatch, minutes=11)
        assert told == [asked.pk]
        try_night(asked.pk, at=AT)
        self.swept(monkeypatch, minutes=20)
        assert told == [asked.pk]

    def test_one_nobody_could_do_in_a_day_says_so(self, client, world, told, monkeypatch):
        asked = ask_dry_run(world.entity, by=world.person, at=AT)
        self.swept(monkeypatch, hours=23)
        self.swept(monkeypatch, hours=25)
        assert told == [asked.pk]
        client.force_login(UserFactory(supervisor=True, sees=world.entity))
        page = client.get(reverse("admin:engine_run_tried", args=[asked.pk]), headers={"hx-request": "true"})
        assert "Aucun processus n’est venu à bout de cet essai à blanc en une journée." in page.content.decode()
        assert "every 1s" not in page.content.decode()

    def waits_and_is_done(self, asked):
        asked.refresh_from_db()
        assert asked.finished_at is None
        try_night(asked.pk, at=AT)
        asked.refresh_from_db()
        assert asked.report["opened"] == {"s5": 2, "s15": 1}

    def test_one_whose_worker_is_told_to_stop_is_not_done(self, world, monkeypatch):
        asked = ask_dry_run(world.entity, by=world.person, at=AT)
        with monkeypatch.context() as stopping:
            stopping.setattr(dry_runs, "run_night", lambda *args, **given: sys.exit(-241))  # as Celery does
            with pytest.raises(SystemExit):
                try_night(asked.pk, at=AT)
        self.waits_and_is_done(asked)

    def test_one_in_the_hands_of_a_worker_is_left_to_it(self, world):
        asked = ask_dry_run(world.entity, by=world.person, at=AT)
        with held_elsewhere(f"dry run {asked.pk}"):
            try_night(asked.pk, at=AT)
        self.waits_and_is_done(asked)


class TestPages:
    def supervisor(self, client, world):
        client.force_login(UserFactory(supervisor=True, sees=world.entity))

    def page(self, client, asked, **headers):
        return client.get(reverse("admin:engine_run_tried", args=[asked.pk]), headers=headers)

    def test_the_button_asks_for_it_and_leads_to_its_page(self, client, world):
        self.supervisor(client, world)
        answer = client.post(reverse("admin:engine_run_try"), {"entity": world.entity.pk})
        asked = DryRun.objects.get()
        assert answer.url == reverse("admin:engine_run_tried", args=[asked.pk])
        assert "Essayer sans rien écrire" in client.get(reverse("admin:engine_run_changelist")).content.decode()

    def test_it_asks_again_until_it_is_known(self, client, world):
        self.supervisor(client, world)
        asked = ask_dry_run(world.entity, by=world.person, at=AT)
        assert 'hx-trigger="every 1s"' in self.page(client, asked).content.decode()
        try_night(asked.pk, at=AT)
        fragment = self.page(client, asked, hx_request="true").content.decode()
        assert "<html" not in fragment
        assert "every 1s" not in fragment

    def test_it_names_steps_reasons_and_customers(self, client, world):
        self.supervisor(client, world)
        text = self.page(client, tried(world)).content.decode().replace("\u00a0", " ")
        assert "Étape +5" in text
        assert ">Blanc</a>" in text
        assert "300,00 €" in text
        assert "sous le montant minimum de l’étape" in text

    def test_it_is_not_for_other_entities(self, client, world):
        client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
        assert self.page(client, tried(world)).status_code == 404

    def test_an_auditor_asks_for_none(self, client, world):
        client.force_login(UserFactory(auditor=True, sees=world.entity))
        assert client.post(reverse("admin:engine_run_try"), {"entity": world.entity.pk}).status_code == 403

    @pytest.mark.parametrize("count", [1, 4])
    def test_it_costs_the_same_for_any_number_of_customers(self, client, count, django_assert_num_queries):
        world = World({"offset_days": 5})
        for _ in range(count):
            world.invoice(world.customer(), late=6, on=MARCH_3)
        self.supervisor(client, world)
        asked = tried(world)
        self.page(client, asked)
        with django_assert_num_queries(5):
            self.page(client, asked, hx_request="true")


def test_a_backlog_that_enters_by_its_age_is_told_with_its_scenario(world, client):
    world.invoice(world.customer(), late=300, on=MARCH_3)
    asked = tried(world)
    scenario = world.version.scenario
    entered = {"scenario": scenario.pk, "name": scenario.name, "step": "Étape +15", "number": 2}
    assert asked.report["backlog"] == {"scenarios": [entered], "first_night": True}
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    page = client.get(reverse("admin:engine_run_tried", args=[asked.pk])).content.decode()
    assert "Première nuit de cette entité. 2 actions s’ouvrent" in page
    link = f"{reverse('admin:scenarios_scenario_change', args=[scenario.pk])}#entry-policy"
    assert f'{link}">{scenario.name}, étape «\xa0Étape +15\xa0»</a> (2)' in page


def test_what_an_older_night_kept_of_a_backlog_is_read_without_its_step(world):
    scenario = world.version.scenario
    run = Run(entity=world.entity, on=MARCH_3, entered={str(scenario.pk): 2})
    assert [(str(one), one.number) for one in backlog_of(run).scenarios] == [(scenario.name, 2)]


def test_the_next_nights_say_it_of_their_own_actions_only(world):
    world.night(MARCH_3)
    world.invoice(world.customer(), late=299, on=MARCH_3)
    backlog = world.night(MARCH_3 + timedelta(days=1)).backlog
    assert (backlog.number, backlog.first_night) == (1, False)


def test_the_command_warns_of_it_beside_what_programs_read(world, capsys):
    call_command("run_night", "--entity", world.entity.code, "--on", "2026-03-03", "--dry-run", "--json")
    told = capsys.readouterr()
    assert (set(json.loads(told.out)), told.err.startswith("Première nuit de cette entité. 1 action s’ouvre")) == (
        {"stages", "actions_opened", "blocked"}, True,
    )  # fmt: skip


def test_how_the_facts_are_added_up_is_no_matter_of_the_stages_that_follow_in_the_same_transaction(world):
    found = []

    def look(stage):
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('enable_hashagg')")
            found.append(cursor.fetchone()[0])

    world.night(MARCH_3, dry_run=True, starting=look)
    assert set(found) == {"on"}


def test_groups_whose_tasks_would_be_nobodys_are_told(world, client, capsys):
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    page = client.get(reverse("admin:engine_run_tried", args=[tried(world).pk])).content.decode()
    link = f"{reverse('admin:segments_group_change', args=[world.group.pk])}#id_team"
    assert "Un groupe n’a pas d’équipe" in page
    assert f'<a href="{link}">{world.group.name}</a>' in page
    call_command("run_night", "--entity", world.entity.code, "--on", "2026-03-03", "--dry-run")
    assert f"Le groupe «\xa0{world.group.name}\xa0» n’a pas d’équipe" in capsys.readouterr().err
