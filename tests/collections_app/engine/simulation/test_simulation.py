"""A simulation decides as the night would, on copies: nothing of the live tables changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from collections_app.actions.models import Action, ActionState
from collections_app.engine.operations import run_night
from collections_app.engine.simulation import living, operations, schema, world as days
from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.exceptions import LiveTablesTouched, NothingToReplay, OtherEntity
from collections_app.engine.simulation.living import Side
from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.night import look_at_customers
from collections_app.engine.simulation.operations import ask_simulation, ask_to_stop, run_simulation, sweep
from collections_app.scenarios.models import ScenarioVersion, Step
from crm.accounts.calendars import worked_days
from crm.accounts.models import Entity, User
from crm.holds.models import Hold
from crm.law.operations import load_law
from crm.receivables.models import Invoice
from crm.receivables.operations import close_in_ledger
from telephony.messaging.models import SendingDay
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import TeamFactory, TeamMemberFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import StepFactory, VersionFactory
from tests.factories.segments import GroupFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 1, tzinfo=UTC)
DAYS = 15
LAST = MARCH_1 + timedelta(days=DAYS - 1)


@pytest.fixture
def world():
    """Seven customers on a ladder of a mail, a call and a letter to approve; some have nothing yet due."""
    load_law()
    world = World(
        {"offset_days": -3, "email": True},
        {"offset_days": 2, "email": True, "gap_days": 3},
        {"offset_days": 9, "gap_days": 4},
        {"offset_days": 16, "formal": True},
    )
    for step in world.steps:
        if step.template:
            TemplateVersionFactory(template=step.template)  # a template without a text would hold the real nights
    world.entity.refresh_from_db()
    TeamMemberFactory(team=TeamFactory(entity=world.entity, supervisor=world.person), user=world.person)
    GroupFactory(
        entity=world.entity,
        priority=1,
        scenario=world.version.scenario,
        team=world.entity.teams.get(),
        criteria={"fact": "overdue", "is": "gt", "value": "250"},
    )
    for number, late in enumerate((-20, -7, -4, 0, 3, 12, 30)):
        customer = world.customer(name=f"Client {number}", email=number != 4)
        world.invoice(customer, late=late, amount=100)
        world.invoice(customer, late=late - 6, amount=60 * (number + 1))
    return world


def asked(world, *, from_on=MARCH_1, until_on=LAST, **options):
    options = {"kind": "next", "assumptions": Assumptions(payments="none", delay_days=2), **options}
    return ask_simulation(
        world.entity, from_on=from_on, until_on=until_on, by=world.person, at=AT, start=False, **options
    )


def simulated(world, **options):
    simulation = asked(world, **options)
    run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.error) == ("done", "")
    return simulation


def done_and_opened(report):
    touched = {day: sum(channels.values()) for day, channels in report["days"].items()}
    return touched, {step["code"]: step["touches"] for step in report["steps"]}, report["opened"]


def live_tables():
    """Every row of every table, as text; without the simulations themselves."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename <> 'engine_simulation'"
        )
        names = [name for (name,) in cursor.fetchall()]
        rows = {}
        for name in names:
            cursor.execute(f"select md5(coalesce(string_agg(x::text, '|' order by x::text), '')) from {name} x")
            rows[name] = cursor.fetchone()[0]
    return rows


def schemas():
    with connection.cursor() as cursor:
        cursor.execute(schema.SCHEMAS)
        return [name for (name,) in cursor.fetchall()]


def live_nights(world):
    """The real nights of the same days; what happens between them is what the simulation assumes."""
    side = Side(Simulation(entity=world.entity, from_on=MARCH_1, until_on=LAST, pk=0), "live")
    worked = worked_days(world.entity, MARCH_1, LAST)
    for number in range(DAYS):
        on = MARCH_1 + timedelta(days=number)
        run_night(world.entity, on=on, at=side.night_at(on), shards=1)
        days.spend_day(
            world.entity,
            on,
            next_night_at=side.night_at(on + timedelta(days=1)),
            worked=worked,
            delay=2,
        )
    return side


def test_with_nothing_changed_it_does_what_the_real_nights_then_do(world):
    report = simulated(world).report["today"]
    side = live_nights(world)
    done = Action.objects.filter(state=ActionState.DONE)
    touched, steps, opened = {}, {}, {}
    for action in done:
        day = action.closed_at.astimezone(side.zone).date().isoformat()
        touched[day] = touched.get(day, 0) + 1
        steps[action.step_code] = steps.get(action.step_code, 0) + 1
    for action in Action.objects.all():
        opened[action.step_code] = opened.get(action.step_code, 0) + 1
    assert sum(touched.values()) > 10
    assert done_and_opened(report) == (
        dict(sorted(touched.items())),
        dict(sorted(steps.items())),
        dict(sorted(opened.items())),
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("entity", [{}, {"night_at": time(20, 30), "max_emails_a_day": 1}])
def test_a_side_in_parts_finds_what_it_finds_in_one(world, settings, entity):
    Entity.objects.filter(pk=world.entity.pk).update(**entity)
    world.entity.refresh_from_db()
    reports = []
    for settings.NIGHT_CONNECTIONS in (1, 2, 3):
        reports.append(simulated(world).report)
    assert reports[1:] == reports[:1] * 2
    assert sum(reports[0]["today"]["opened"].values()) > 10
    assert schemas() == []


def test_everybody_is_looked_at_on_the_first_night_alone(world, settings, monkeypatch):
    """Not each month: nobody but these nights writes in the copies."""
    settings.NIGHT_LOOKS_AT_ALL_EVERY_DAYS = 1
    nights = []

    def look(night):
        nights.append(night.scope.full)
        look_at_customers(night)

    monkeypatch.setattr(living, "look_at_customers", look)
    simulated(world)
    assert nights == [True] + [False] * (DAYS - 1)


@pytest.mark.django_db(transaction=True)
def test_a_part_that_fails_fails_the_simulation_and_leaves_no_schema(world, settings, monkeypatch):
    settings.NIGHT_CONNECTIONS = 2
    before, simulation, original = live_tables(), asked(world), living.look_at_customers

    def fail_on_the_third_night_of_the_second_part(night):
        if night.customers[0] and night.on > MARCH_1 + timedelta(days=1):
            raise ZeroDivisionError
        original(night)

    monkeypatch.setattr(living, "look_at_customers", fail_on_the_third_night_of_the_second_part)
    with pytest.raises(ZeroDivisionError):
        run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert (simulation.state, schemas(), live_tables()) == ("failed", [], before)


def test_the_step_of_an_invoice_goes_before_that_of_its_account_from_the_night_there_is_one():
    load_law()
    world = World({"offset_days": 3, "unit": "invoice"}, {"offset_days": 6})
    customer = world.customer()
    world.invoice(customer, late=9)
    Hold.objects.create(
        entity=world.entity, customer=customer, kind="dispute", starts_on=MARCH_1, ends_on=MARCH_1, created_at=AT
    )
    report = simulated(world, until_on=MARCH_1 + timedelta(days=1)).report["today"]
    assert report["opened"] == {"s3": 1}


def test_the_live_tables_are_as_before_and_nothing_is_left_behind(world):
    before = live_tables()
    simulated(world, until_on=MARCH_1 + timedelta(days=3))
    assert live_tables() == before
    assert schemas() == []


def test_a_statement_that_would_write_a_live_table_is_undone(world):
    side = Side(asked(world), "today")
    schema.create(side.schema, kind="next", params=side.params)
    with pytest.raises(LiveTablesTouched, match="receivables_invoice"), schema.inside(side.schema):
        with connection.cursor() as cursor:
            cursor.execute("update public.receivables_invoice set label = 'written'")
    assert not Invoice.objects.filter(label="written").exists()


def test_a_replay_knows_each_payment_from_its_date(world):
    paid = Invoice.objects.order_by("-amount", "due_on").first()
    close_in_ledger(paid, on=MARCH_1 + timedelta(days=1), at=AT + timedelta(days=11))
    found = replayed(world).report["today"]
    assert (found["paid"]["movements"], found["paid"]["amount"]) == (1, "420.000")
    assert found["groups"][0]["gone"] == 1  # he is in the group of those who owe much until the night after


def test_a_day_lived_through_again_has_all_the_places_under_the_ceiling(world):
    """Not what its real messages left of them."""
    fill_days(world, 2, 0)
    expected = mailed(replayed(world))
    fill_days(world, 2, 2)
    assert mailed(replayed(world)) == expected
    assert sum(expected.values()) > 2


def test_what_left_today_takes_its_places_of_today_alone(world):
    monday = MARCH_1 + timedelta(days=1)
    fill_days(world, 2, 2, on=[monday])
    found = mailed(simulated(world, from_on=monday, until_on=monday + timedelta(days=2)))
    assert (found.get("2026-03-02"), found["2026-03-03"]) == (None, 2)


def fill_days(world, ceiling, number, *, on=tuple(MARCH_1 + timedelta(days=day) for day in range(DAYS))):
    """A ceiling of e-mails, of which as many left on each of these days."""
    world.entity.max_emails_a_day = ceiling
    world.entity.save()
    SendingDay.objects.all().delete()
    SendingDay.objects.bulk_create(
        SendingDay(entity=world.entity, channel="email", on=day, number=number) for day in on
    )


def replayed(world):
    simulation = ask_simulation(
        world.entity, kind="replay", from_on=MARCH_1, until_on=MARCH_1 + timedelta(days=4), by=None,
        at=AT + timedelta(days=60), start=False,
    )  # fmt: skip
    run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    return simulation


def mailed(simulation):
    """E-mails by day."""
    days = simulation.report["today"]["days"]
    return {day: channels["email"] for day, channels in days.items() if channels.get("email")}


def test_a_collector_without_a_name_is_told_by_his_login(world):
    User.objects.filter(pk=world.person.pk).update(first_name="", last_name="")
    assert world.person.username in [row["name"] for row in simulated(world).report["today"]["collectors"]]


def test_a_draft_tried_beside_todays_set_up(world):
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    for step in Step.objects.filter(version=world.version, offset_days__gt=9):
        StepFactory(version=draft, code=step.code, offset_days=step.offset_days)
    report = simulated(world, version=draft, until_on=MARCH_1 + timedelta(days=3)).report
    today, tried = ({step["code"] for step in report[side]["steps"]} for side in ("today", "tried"))
    assert (today, tried) == ({"s-3", "s2"}, {"s16"})
    assert report["differences"]["leaves"] > 0
    assert ScenarioVersion.objects.get(pk=draft.pk).state == "draft"


def test_a_group_out_of_use_is_tried_as_if_it_were_in_force(world):
    group = GroupFactory(
        entity=world.entity, priority=7, archived=True, criteria={"fact": "open", "is": "gt", "value": "0"}
    )
    report = simulated(world, group=group, until_on=MARCH_1).report
    assert [row["code"] for row in report["tried"]["groups"]].count(group.code) == 1
    assert report["differences"]["regrouped"][0]["becomes"] == group.name


def test_usual_delays_say_who_pays_when(world):
    """One invoice was ever paid, a day early: so are those that fall due next, whoever owes them."""
    first = Invoice.objects.get(due_on=MARCH_1 + timedelta(days=4))
    late = InvoiceFactory(customer=first.customer, entity=world.entity, due_on="2026-02-10", issued_on="2026-01-10")
    close_in_ledger(late, on=date(2026, 2, 9), at=AT)
    report = simulated(
        world, assumptions=Assumptions(payments="as_before"), until_on=MARCH_1 + timedelta(days=4)
    ).report
    assert report["today"]["paid"]["movements"] == 2


def test_asked_to_stop_it_leaves_no_schema(world, monkeypatch):
    monkeypatch.setattr(operations, "BEAT_EVERY_S", 0)
    simulation = asked(world)
    original = operations._beat

    def stop_then_tell(*args, **options):
        ask_to_stop(simulation, at=AT)
        original(*args, **options)

    monkeypatch.setattr(operations, "_beat", stop_then_tell)
    run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.days_done, schemas()) == ("cancelled", 1, [])


def test_what_a_lost_worker_left_is_removed_by_the_next(world):
    with connection.cursor() as cursor:
        cursor.execute("create schema simulation_4711_1_today")
    simulated(world, until_on=MARCH_1)
    assert schemas() == []


def test_a_simulation_whose_worker_died_is_taken_over_once(world):
    simulation = asked(world, until_on=MARCH_1)
    lost = Simulation.objects.filter(pk=simulation.pk)
    lost.update(state="running", fence=1, lease_until=AT - timedelta(minutes=1))
    assert run_simulation(simulation.pk, clock=lambda: AT)
    assert not run_simulation(simulation.pk, clock=lambda: AT)
    lost.update(state="running", lease_until=AT - timedelta(minutes=1))
    assert sweep(at=AT) == []
    assert lost.get().state == "failed"


def test_what_is_tried_belongs_to_the_entity(world):
    with pytest.raises(OtherEntity):
        asked(world, group=GroupFactory())


def test_a_replay_ends_before_today(world):
    with pytest.raises(NothingToReplay):
        asked(world, kind="replay", until_on=date(2026, 3, 1))
