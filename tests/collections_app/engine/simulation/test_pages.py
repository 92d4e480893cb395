"""The pages of simulations: who may ask, what the report shows."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from collections_app.engine.simulation import operations
from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.operations import ask_simulation, run_simulation
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.scenarios import StepFactory, VersionFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
ASK = {
    "kind": "next", "days": 2, "payments": "none", "delay_days": 1, "email_cost": "0.01", "sms_cost": "0.08",
    "letter_cost": "1.6", "registered_cost": "6.5", "minute_cost": "0.6", "call_minutes": "5",
}  # fmt: skip


@pytest.fixture
def world():
    world = World({"offset_days": 5, "name": "Appel de courtoisie"})
    world.entity.refresh_from_db()
    world.invoice(world.customer(name="Boulangerie Morel"), late=6, amount=100)
    return world


@pytest.fixture
def supervisor(client, world):
    client.force_login(person := UserFactory(supervisor=True, sees=world.entity))
    return person


def page(client, simulation):
    return client.get(reverse("admin:engine_simulation_change", args=[simulation.pk]))


def simulated(world, **options):
    simulation = ask_simulation(
        world.entity, kind="next", from_on=MARCH_1, until_on=MARCH_1 + timedelta(days=2), by=None, at=AT, start=False,
        **options,
    )  # fmt: skip
    run_simulation(simulation.pk, clock=lambda: AT)
    return simulation


def test_a_supervisor_asks_for_one_and_sees_it_waiting(client, world, supervisor, monkeypatch):
    monkeypatch.setattr(operations, "_wake", lambda pk: None)
    answer = client.post(reverse("admin:engine_simulation_ask"), {**ASK, "entity": world.entity.pk})
    asked = Simulation.objects.get()
    assert answer.url == reverse("admin:engine_simulation_change", args=[asked.pk])
    assert (asked.until_on - asked.from_on, asked.state, asked.asked_by) == (timedelta(days=1), "waiting", supervisor)
    assert "En attente d’un processus" in page(client, asked).text


def test_a_draft_of_another_entity_cannot_be_chosen(client, world, supervisor):
    other = VersionFactory(draft=True)
    answer = client.post(
        reverse("admin:engine_simulation_ask"), {**ASK, "entity": world.entity.pk, "version": other.pk}
    )
    assert (answer.status_code, Simulation.objects.count()) == (422, 0)


def test_a_replay_needs_its_days(client, world, supervisor):
    answer = client.post(reverse("admin:engine_simulation_ask"), {**ASK, "entity": world.entity.pk, "kind": "replay"})
    assert "Dites de quel jour à quel jour rejouer." in answer.text


def test_it_is_stopped_by_its_button(client, world, supervisor):
    waiting = ask_simulation(
        world.entity, kind="next", from_on=MARCH_1, until_on=MARCH_1, by=None, at=timezone.now(), start=False
    )
    client.post(reverse("admin:engine_simulation_stop", args=[waiting.pk]))
    waiting.refresh_from_db()
    assert (waiting.state, run_simulation(waiting.pk, clock=timezone.now)) == ("cancelled", False)


def test_the_report_stands_beside_todays_set_up(client, world, supervisor):
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    StepFactory(version=draft, offset_days=40)
    text = page(client, simulated(world, version=draft)).text
    for words in ("Réglages d’aujourd’hui", "Appel de courtoisie", "Boulangerie Morel", "<svg", "Contactés seulement"):
        assert words in text
    assert 'data-label="Réglages d’aujourd’hui"' in text  # on a phone


def test_another_entity_sees_nothing_of_it(client, world):
    simulation = simulated(world)
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert page(client, simulation).status_code == 404
    stop = client.post(reverse("admin:engine_simulation_stop", args=[simulation.pk]))
    assert stop.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("auditor", 403), ("integrator", 302)])
def test_only_who_leads_asks(client, world, role, status):
    client.force_login(UserFactory(**{role: True}, sees=world.entity))
    assert client.get(reverse("admin:engine_simulation_ask")).status_code == status


def test_the_command_prints_the_report(world, capsys):
    call_command("simulate", "--json", entity=world.entity.code, days=2)
    assert '"today"' in capsys.readouterr().out


def test_the_command_says_who_pays(world, capsys):
    """Nobody here, for want of a payment to judge by."""
    call_command("simulate", entity=world.entity.code, days=2)
    assert "faute de retard habituel, personne ne paie" in capsys.readouterr().out.splitlines()[1]


def test_its_report_is_a_spreadsheet_with_the_names(client, world, supervisor):
    world.entity.refresh_from_db()
    draft = VersionFactory(draft=True, scenario=world.version.scenario, number=2)
    StepFactory(version=draft, offset_days=50, name="Bien plus tard")
    simulation = simulated(world, version=draft)
    answer = client.get(reverse("admin:engine_simulation_sheets", args=[simulation.pk]))
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    cells = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(cells) == [
        "En bref", "Par jour", "Par étape", "Ce que font les personnes", "Groupes", "Retenu, et pourquoi",
        "Qui entre, qui sort", "Sur quoi elle repose",
    ]  # fmt: skip
    assert cells["Qui entre, qui sort"][1:] == [
        ["Contactés seulement avec les réglages d’aujourd’hui", "Boulangerie Morel", 100, "EUR"]
    ]
    assert type(cells["Par jour"][1][0]) is date
    assert cells["Par étape"][0][:3] == ["Étape", "Réglages d’aujourd’hui", "Réglages d’aujourd’hui · Montant réclamé"]
    assert [row[:3] for row in cells["Par étape"][1:]] == [["Appel de courtoisie", 1, 100]]
    assert b'formatCode="#,##0.00"' in ZipFile(BytesIO(answer.content)).read("xl/styles.xml")
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    assert client.get(reverse("admin:engine_simulation_sheets", args=[simulation.pk])).status_code == 404


def test_there_is_no_spreadsheet_of_what_was_stopped(client, world, supervisor):
    waiting = ask_simulation(world.entity, kind="next", from_on=MARCH_1, until_on=MARCH_1, by=None, at=AT, start=False)
    assert client.get(reverse("admin:engine_simulation_sheets", args=[waiting.pk])).status_code == 404
