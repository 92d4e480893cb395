"""A simulation decides as the night would, on copies: nothing of the live tables changes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from collections_app.actions.models import Action, ActionState
from collections_app.engine.failures import failure_sentence
from collections_app.engine.operations import run_night
from collections_app.engine.simulation import books, living, operations, schema, world as days
from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.exceptions import (
    EndsBeforeItStarts,
    LiveTablesTouched,
    NothingToReplay,
    OtherEntity,
)
from collections_app.engine.simulation.living import Side
from collections_app.engine.simulation.models import Simulation
from collections_app.engine.simulation.night import look_at_customers
from collections_app.engine.simulation.operations import ask_simulation, ask_to_stop, run_simulation, sweep
from collections_app.engine.simulation.telling import assumed, told
from collections_app.scenarios.models import ScenarioVersion, Step
from crm.accounts.calendars import worked_days
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.holds.models import Hold
from crm.law.models import ExchangeRate
from crm.law.operations import load_law
from crm.receivables.models import Invoice
from crm.receivables.operations import close_in_ledger
from telephony.messaging.models import Message, SendingDay
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import TeamFactory, TeamMemberFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.declaring import to_declare
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world, sent
from tests.factories.receivables import InvoiceFactory
from tests.factories.scenarios import StepFactory, VersionFactory, published_scenario
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


def asked(world, *, from_on=MARCH_1, until_on=LAST, at=AT, **options):
    options = {"kind": "next", "assumptions": Assumptions(payments="none", delay_days=2), **options}
    return ask_simulation(
        world.entity, from_on=from_on, until_on=until_on, by=world.person, at=at, start=False, **options
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


def test_claims_to_be_declared_are_nobody_s_work_in_it(world):
    """They ask for a person, whatever a scenario does."""
    task = to_declare(Customer.objects.order_by("-pk").first(), born_before=MARCH_1)
    report = simulated(world).report["today"]
    live_nights(world)
    task.refresh_from_db()
    assert (task.state, task.amount > 0, task.step_code in report["opened"]) == ("todo", True, False)
    assert report["waiting"]["open"] == Action.objects.open().count()


def test_limitation_runs_out_on_its_day_as_in_the_real_nights():
    """The nights hold it: no task asks for it any more, while the rest of the account goes on."""
    load_law()
    world = World({"offset_days": 5}, {"offset_days": 735}, entry_policy="step_by_age")
    for late, amounts in ((732, [30]), (732, [40, 50]), (600, [60])):
        customer = world.customer(kind="consumer")
        for age, amount in zip((late, 6), amounts, strict=False):
            world.invoice(customer, late=age, amount=amount)
    world.invoice(world.customer(kind="consumer"), late=730 - 3, amount=70)
    world.invoice(world.customer(kind="professional"), late=732, amount=80)
    world.entity.refresh_from_db()
    report = simulated(world).report["today"]
    live_nights(world)
    opened = {}
    for action in Action.objects.all():
        opened[action.step_code] = opened.get(action.step_code, 0) + 1
    assert Hold.objects.filter(kind="limitation").count() == 3
    assert report["opened"] == dict(sorted(opened.items()))


@pytest.mark.django_db(transaction=True)
def test_what_ran_out_is_held_however_the_customers_are_cut(settings):
    load_law()
    world = World({"offset_days": 5}, {"offset_days": 735})
    for late in (728, 729, 730, 731, 732):
        world.invoice(world.customer(kind="consumer"), late=late)
    reports = []
    for settings.NIGHT_CONNECTIONS in (1, 3):
        reports.append(simulated(world).report)
    assert reports[1] == reports[0]


def test_a_replay_holds_what_ran_out_from_its_own_nights_on():
    """Not from those of the live nights, which may have held it later, or given it back."""
    load_law()
    world = World({"offset_days": 5})
    customer = world.customer(kind="consumer")
    old = world.invoice(customer, late=732)
    at = {"entity": world.entity, "customer": customer, "invoice": old, "kind": "limitation", "created_at": AT}
    Hold.objects.create(**at, starts_on=LAST)
    assert replayed(world).report["today"]["opened"] == {}


def test_a_demand_of_long_ago_interrupts_limitation_here_too():
    load_law()
    world = World({"offset_days": 5, "email": True}, {"offset_days": 1900})
    body = world.customer(kind="public_body")
    invoice = world.invoice(body, late=1895)
    at = datetime(2024, 1, 10, 10, tzinfo=UTC)
    action = ActionFactory(customer=body, state="done", kind="manual", cycle=None, opened_on=at.date(), closed_at=at)
    ActionLineFactory(action=action, invoice=invoice)
    with a_world():
        message = sent(address=body.addresses.get(), at=at)
    Message.objects.filter(pk=message.pk).update(origin="action", origin_id=action.pk)
    assert simulated(world).report["today"]["opened"] == {"s5": 1, "s1900": 1}


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
    schema.create(side.schema, kind="next", params=side.params, go_on=lambda: None)
    with pytest.raises(LiveTablesTouched, match="receivables_invoice"), schema.inside(side.schema):
        with connection.cursor() as cursor:
            cursor.execute("update public.receivables_invoice set label = 'written'")
    assert not Invoice.objects.filter(label="written").exists()


def test_a_replay_knows_each_payment_from_its_date(world):
    paid = Invoice.objects.order_by("-amount", "due_on").first()
    close_in_ledger(paid, on=MARCH_1 + timedelta(days=1), at=AT + timedelta(days=11))
    found = replayed(world).report["today"]
    assert found["changed"] == [{"what": "closed_in_ledger", "number": 1, "amount": "420.000"}]
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


@pytest.mark.parametrize("night_at", [time(5), time(22)])
def test_every_contact_has_its_day(world, night_at):
    """Also what an evening's night lets leave the morning after the last day."""
    Entity.objects.filter(pk=world.entity.pk).update(night_at=night_at)
    world.entity.refresh_from_db()
    report = told(simulated(world, until_on=MARCH_1 + timedelta(days=1)))
    contacts = report["summary"][0]["values"][0]
    assert contacts > 2
    assert sum(values[0] for _day, values in report["timeline"].rows) == contacts
    bars = report["timeline"].charts["today"].bars
    assert len(bars) == len(report["timeline"].rows) == (2 if night_at == time(5) else 3)


@pytest.mark.parametrize(
    ("night_at", "delay", "done_on"),
    [
        (time(5), 0, MARCH_1),
        (time(5), 1, date(2026, 3, 2)),
        (time(22), 0, date(2026, 3, 2)),
        (time(22), 1, date(2026, 3, 3)),
    ],
)
def test_people_find_in_the_morning_what_an_evening_opened(night_at, delay, done_on):
    """Nobody does a task ten hours before it opens, where no total would count it."""
    load_law()
    world = World({"offset_days": 5}, night_at=night_at)
    world.invoice(world.customer(), late=6)
    world.entity.refresh_from_db()
    assumptions = Assumptions(payments="none", delay_days=delay)
    report = simulated(world, assumptions=assumptions, until_on=MARCH_1 + timedelta(days=delay)).report["today"]
    assert report["days"] == {done_on.isoformat(): {"phone": 1}}


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


def test_who_is_reminded_with_one_set_up_only_is_in_order_of_the_money_of_the_books(world):
    """Not 900,000 XOF (1,372 €) before 2,000 €; what no rate turns into it comes last."""
    ExchangeRate.objects.create(base="EUR", quote="XOF", on=date(2020, 1, 1), rate="655.957")
    for currency, amount in (("USD", 9000), ("XOF", 900_000), ("EUR", 2000)):
        world.invoice(world.customer(), late=8, currency=currency, amount=amount)
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    StepFactory(version=draft, code="late", offset_days=300)
    report = simulated(world, version=draft, until_on=MARCH_1 + timedelta(days=3)).report
    told = [row["currency"] for row in report["differences"]["names"] if Decimal(row["amount"]) >= 2000]
    assert told == ["EUR", "XOF", "USD"]


def test_a_group_out_of_use_is_tried_as_if_it_were_in_force(world):
    group = GroupFactory(
        entity=world.entity, priority=7, archived=True, criteria={"fact": "open", "is": "gt", "value": "0"}
    )
    report = simulated(world, group=group, until_on=MARCH_1).report
    assert [row["code"] for row in report["tried"]["groups"]].count(group.code) == 1
    assert report["differences"]["regrouped"][0]["becomes"] == group.name


def test_what_is_tried_and_was_discarded_while_it_waited_is_told(world):
    """Not lived through as today's set-up under the name of the draft."""
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    simulation = asked(world, version=draft, until_on=MARCH_1)
    draft.delete()
    assert failed(simulation) == (
        "ce qui devait être essayé a été supprimé ou renommé depuis la demande.",
        {},
        [],
    )


def test_the_scenario_of_a_group_that_was_discarded_is_told_too(world):
    scenario = published_scenario(world.entity, steps=[{"offset_days": 5}]).scenario
    simulation = asked(world, group=world.group, group_scenario=scenario, until_on=MARCH_1)
    Simulation.objects.update(group_scenario=None)
    assert failed(simulation)[0].startswith("ce qui devait être essayé")


def test_a_draft_discarded_while_copies_are_made_is_told(world, monkeypatch):
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    simulation = asked(world, version=draft, until_on=MARCH_1)
    create = schema.create

    def discard_then_create(*args, **options):
        ScenarioVersion.objects.filter(pk=draft.pk).delete()
        create(*args, **options)

    monkeypatch.setattr(schema, "create", discard_then_create)
    assert failed(simulation)[0].startswith("ce qui devait être essayé")


def failed(simulation):
    """Why, its report, and what is left."""
    assert run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert simulation.state == "failed"
    return failure_sentence(simulation.error), simulation.report, schemas()


def test_a_group_in_use_tried_as_it_is_changes_nothing(world):
    report = simulated(world, group=world.group, until_on=MARCH_1).report
    assert report["tried"] == report["today"]


def test_usual_delays_say_who_pays_when(world):
    """One invoice was ever paid, a day early: so are those that fall due next, whoever owes them."""
    first = Invoice.objects.get(due_on=MARCH_1 + timedelta(days=4))
    late = InvoiceFactory(customer=first.customer, entity=world.entity, due_on="2026-02-10", issued_on="2026-01-10")
    close_in_ledger(late, on=date(2026, 2, 9), at=AT)
    report = simulated(
        world, assumptions=Assumptions(payments="as_before"), until_on=MARCH_1 + timedelta(days=4)
    ).report
    assert (report["today"]["paid"]["number"], report["today"]["judged_by"]) == (2, 1)


def test_without_a_payment_to_judge_by_nobody_pays_and_the_report_says_so(world):
    """Before going live there is no history. What was not issued yet pays no more than the rest."""
    Invoice.objects.filter(due_on=MARCH_1 + timedelta(days=7)).update(issued_on=MARCH_1)
    none = simulated(world, assumptions=Assumptions(payments="none"))
    usual = simulated(world, assumptions=Assumptions(payments="as_before"))
    assert usual.report["today"] | {"judged_by": None} == none.report["today"]
    assert (none.report["today"]["judged_by"], usual.report["today"]["judged_by"]) == (None, 0)
    assert (told(none)["warnings"], assumed(none)[0]) == (
        [],
        "Personne ne paie, et aucune facture nouvelle n’est émise.",
    )
    assert (told(usual)["warnings"], assumed(usual)[0]) == ([WITHOUT_HISTORY], WITHOUT_HISTORY)


WITHOUT_HISTORY = (
    "Aucune facture n’a été payée depuis un an : faute de retard habituel, personne ne paie. Contacts et coût sont "
    "un maximum. Aucune facture nouvelle n’est émise."
)


@pytest.mark.parametrize("night", [0, 1])
def test_asked_to_stop_it_leaves_no_schema(world, monkeypatch, night):
    """While copies are made, or during a night."""
    monkeypatch.setattr(operations, "BEAT_EVERY_S", 0)
    simulation = asked(world)
    original = operations._beat

    def stop_then_tell(asked, nights, **options):
        if nights == night:
            ask_to_stop(simulation, at=AT)
        original(asked, nights, **options)

    monkeypatch.setattr(operations, "_beat", stop_then_tell)
    run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.days_done, schemas()) == ("cancelled", night, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["today", "tried"])
def test_a_side_that_fails_stops_the_other_after_its_night(world, monkeypatch, broken):
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    simulation, lived_to_the_end = asked(world, version=draft), []

    def live_nights(side, beat):
        if side.name == broken:
            raise ZeroDivisionError
        for _night in range(5_000_000):  # the other has failed long before
            beat()
        lived_to_the_end.append(side.name)

    monkeypatch.setattr(Side, "_live_nights", live_nights)
    with pytest.raises(ZeroDivisionError):
        run_simulation(simulation.pk, clock=lambda: AT)
    simulation.refresh_from_db()
    assert (simulation.state, simulation.error, schemas()) == ("failed", "ZeroDivisionError: ", [])
    assert lived_to_the_end == []


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


@pytest.fixture
def elsewhere():
    """Another connection to the same database."""
    other = connection.copy()
    yield other
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_reads_the_copies_costs_no_report_and_holds_up_no_worker(world, elsewhere, monkeypatch):
    """pg_dump keeps its locks until it ends, maybe hours later."""
    monkeypatch.setattr(schema, "PATIENCE_MS", 20)
    original = operations._report

    def report_while_a_backup_reads(sides, go_on):
        elsewhere.set_autocommit(False)
        with elsewhere.cursor() as cursor:
            cursor.execute("set idle_in_transaction_session_timeout = '9s'")  # so that a defect fails and does not hang
            cursor.execute(f"lock table {sides[0].schema}.customers_customer in access share mode")
        return original(sides, go_on)

    monkeypatch.setattr(operations, "_report", report_while_a_backup_reads)
    simulation = simulated(world, until_on=MARCH_1)
    left = schema.schema_name(Simulation.objects.get(pk=simulation.pk), "today")
    assert (sweep(at=AT), schemas()) == ([], [left])
    elsewhere.rollback()
    assert (sweep(at=AT), schemas()) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_both_sides_start_from_one_instant(world, monkeypatch):
    """An import that commits while copies are made is seen by neither: else it would pass for what is tried."""
    draft = VersionFactory(scenario=world.version.scenario, number=2, draft=True)
    since = MARCH_1 - timedelta(days=9)
    known, copied = Invoice.objects.filter(issued_on__lt=since).count(), []
    create, copy, open_books = schema.create, schema._copy, books.open_books

    def import_then(work):
        def imported(*args, **options):
            other = ThreadPoolExecutor(1)
            other.submit(bring_a_payment, world).result()
            other.shutdown()
            return work(*args, **options)

        return imported

    def count_what_is_copied(cursor, name, table, *given):
        work = import_then(copy) if table.table == "receivables_invoice" else copy
        work(cursor, name, table, *given)
        if table.table == "receivables_invoice":
            cursor.execute(f"select count(*) from {name}.receivables_invoice")
            copied.append(cursor.fetchone()[0])

    monkeypatch.setattr(schema, "create", import_then(create))
    monkeypatch.setattr(schema, "_copy", count_what_is_copied)
    monkeypatch.setattr(books, "open_books", import_then(open_books))
    report = simulated(world, kind="replay", version=draft, from_on=since, until_on=MARCH_1 - timedelta(days=1)).report
    assert Invoice.objects.filter(issued_on__lt=since).count() == known + 6
    assert copied == [known] * 2
    assert [report[side]["changed"] for side in ("today", "tried")] == [[], []]


def bring_a_payment(world):
    """An old invoice and its payment a week ago, committed by somebody else."""
    try:
        invoice = InvoiceFactory(
            customer=world.entity.customers.first(), entity=world.entity, issued_on="2026-01-10", due_on="2026-02-10"
        )
        close_in_ledger(invoice, on=MARCH_1 - timedelta(days=7), at=AT)
    finally:
        connection.close()


def test_what_is_tried_belongs_to_the_entity(world):
    with pytest.raises(OtherEntity):
        asked(world, group=GroupFactory())


def test_it_ends_on_or_after_the_day_it_starts(world):
    with pytest.raises(EndsBeforeItStarts):
        asked(world, until_on=MARCH_1 - timedelta(days=1))


def test_a_replay_ends_before_today(world):
    with pytest.raises(NothingToReplay):
        asked(world, kind="replay", until_on=date(2026, 3, 1))


def test_a_mail_without_address_is_work_of_a_person_and_a_decision_no_contact():
    load_law()
    world = World(
        {"offset_days": 5, "email": True}, {"offset_days": 8, "owner": "supervisor", "mode": "decision", "gap_days": 1}
    )
    TemplateVersionFactory(template=world.steps[0].template)
    team = TeamFactory(entity=world.entity, supervisor=world.person)
    world.group.team = team
    world.group.save()
    for email, late in ((True, 6), (False, 6)):
        world.invoice(world.customer(email=email), late=late, amount=100)
    report = simulated(world).report["today"]
    channels = {
        row["channel"]: (row["touches"], row["by_itself"], Decimal(row["amount"])) for row in report["channels"]
    }
    assert channels == {"email": (1, 1, 100), "phone": (1, 0, 100)}
    assert [(row["touches"], Decimal(row["amount"])) for row in report["collectors"]] == [(2, 0), (1, 100)]
    assert (report["decisions"], [step["code"] for step in report["steps"]]) == (2, ["s5"])


def test_what_has_no_team_is_not_told_as_a_full_team():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6, amount=100)
    found = told(simulated(world))
    assert [row["name"] for row in found["collectors"]] == ["personne\xa0: sans équipe"]


def test_an_empty_group_holds_nobody_at_the_end():
    world = World({"offset_days": 5})
    world.invoice(world.customer(), late=6, amount=100)
    GroupFactory(
        entity=world.entity, code="empty", priority=1, criteria={"fact": "overdue", "is": "gt", "value": "999"}
    )
    groups = simulated(world).report["today"]["groups"]
    counted = {row["code"]: tuple(row[name] for name in ("at_start", "entered", "gone", "at_end")) for row in groups}
    assert counted == {"empty": (0, 0, 0, 0), world.group.code: (1, 0, 0, 1)}


def test_a_formal_notice_on_paper_costs_a_registered_letter():
    given = Assumptions(letter_cost=Decimal(1), registered_cost=Decimal(7))
    assert given.cost("post", 3, registered=2) == 15
