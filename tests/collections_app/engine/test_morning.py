"""An unusual night holds what it queued; a supervisor releases it, or cancels it and the next night decides again."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collections_app.actions import bulk
from collections_app.actions.models import Action
from collections_app.dashboards.queries import mornings
from collections_app.engine.findings import Findings
from collections_app.engine.models import MorningReport, Run, RunStage
from collections_app.engine.morning import anomalies, reports
from collections_app.engine.morning.surges import nights_lately
from collections_app.engine.morning.usual import compared, nights_before
from collections_app.engine.night import Night
from crm.events.models import Event
from crm.events.operations import deliver_waiting
from telephony.messaging import operations as messaging
from telephony.messaging.models import Message
from tests.collections_app.engine.world import World, noon
from tests.connections import beside
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.letters import TemplateVersionFactory
from tests.factories.messaging import a_world
from tests.factories.paying import pay

pytestmark = pytest.mark.django_db
MARCH_3 = date(2026, 3, 3)


def after(days):
    return MARCH_3 + timedelta(days=days)


@pytest.fixture
def world():
    """A reminder that leaves by itself with a template that cannot be filled, and a supervisor."""
    world = World({"offset_days": 5, "email": True})
    world.text = TemplateVersionFactory(template=world.steps[0].template, body="{{ client.nom | no_such_filter }}")
    world.late = world.invoice(world.customer(), late=6, on=MARCH_3)
    world.lead = UserFactory(supervisor=True, sees=world.entity)
    return world


def mended(world):
    world.text.body = "Bonjour"
    world.text.save()


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def past_nights(entity, opened, nights=4, until=MARCH_3):
    for day in range(1, nights + 1):
        on = until - timedelta(days=day)
        run = Run.objects.create(
            entity=entity, on=on, state="done", started_at=noon(on), finished_at=noon(on), opened={"s5": opened}
        )
        RunStage.objects.create(run=run, position=0, name="groups", rows=day)


def test_a_failing_template_holds_the_night_and_tells_the_supervisors(world):
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    assert (report.state, report.messages, states()) == ("held", 1, ["held"])
    assert report.anomalies[0]["template"] == world.steps[0].template_id
    with a_world() as network:
        deliver_waiting("alerts", at=noon(MARCH_3))
        messaging.send_one(Message.objects.get().pk, noon(after(9)))
        assert messaging.hand_out(at=noon(after(9))) == []
    assert [(mail.to, world.steps[0].template.name in mail.text) for mail in network.sent] == [(world.lead.email, True)]


def test_released_it_leaves(world):
    world.night(MARCH_3)
    mended(world)
    assert reports.release(MorningReport.objects.get(), by=world.lead, at=noon(MARCH_3)) == 1
    with a_world():
        assert messaging.send_one(Message.objects.get().pk, noon(MARCH_3)) == "sent"


def test_cancelled_its_actions_close_and_the_next_night_decides_again(world):
    world.night(MARCH_3)
    assert reports.cancel(MorningReport.objects.get(), reason="faux modèle", by=world.lead, at=noon(MARCH_3)) == (1, 0)
    action = Action.objects.get()
    assert (action.state, action.outcome, action.note) == ("cancelled", "night_cancelled", "faux modèle")
    mended(world)
    world.night(after(1))
    assert (world.opened(), states()) == ([("s5", "scheduled")], ["cancelled", "planned"])


def test_it_is_settled_once(world):
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    reports.release(report, by=world.lead, at=noon(MARCH_3))
    with pytest.raises(reports.ReportSettled):
        reports.cancel(report, reason="x", by=world.lead, at=noon(MARCH_3))
    assert states() == ["planned"]


def test_what_the_ceiling_put_off_is_held_with_the_rest(world):
    world.entity.max_emails_a_day = 1
    world.entity.save(update_fields=["max_emails_a_day"])
    world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3)
    assert (MorningReport.objects.get().messages, states()) == (2, ["held", "held"])


def test_it_is_not_cancelled_without_a_reason(world):
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    with pytest.raises(reports.ReasonMissing):
        reports.cancel(report, reason=" ", by=world.lead, at=noon(MARCH_3))
    assert (MorningReport.objects.get().state, states()) == ("held", ["held"])


def test_what_is_held_is_not_queued_again_and_goes_when_it_is_paid(world):
    world.night(MARCH_3)
    world.night(after(1))
    assert states() == ["held"]
    pay(world.late, world.late.open_amount, after(1))
    world.night(after(2))
    assert (states(), Action.objects.get().state) == (["cancelled"], "cancelled")


def test_no_worker_takes_what_a_night_queued_before_the_whole_of_it_is_checked(world):
    mended(world)
    messaging.withhold(world.entity, held_by=7)
    [address] = world.late.customer.addresses.all()
    messaging.queue_many(
        "select %(e)s::bigint as entity_id, %(c)s::bigint as customer_id, %(a)s::bigint as address_id, '' as language, "
        "1::bigint as origin_id, 1::smallint as attempt_key, 7::bigint as occasion, null::timestamptz as not_before_at",
        {"e": world.entity.pk, "c": world.late.customer_id, "a": address.pk},
        origin="test", at=noon(MARCH_3), held_by=7,
    )  # fmt: skip
    message = Message.objects.get()
    with a_world() as network:
        assert messaging.hand_out(at=noon(MARCH_3)) == []
        assert (messaging.send_one(message.pk, noon(MARCH_3)), network.sent) == ("planned", [])
        world.night(MARCH_3)  # a later night, that is as usual, lets go what a failed one left
        assert messaging.send_one(message.pk, noon(MARCH_3)) == "sent"


def test_a_dry_run_holds_nothing_and_tells_nobody(world):
    world.night(MARCH_3, dry_run=True)
    assert (MorningReport.objects.count(), deliver_waiting("alerts", at=noon(MARCH_3))) == (0, 0)


def stop_before(stage):
    def starting(name):
        if name == stage:
            raise RuntimeError(f"stopped before {stage}")

    return starting


def fail(world, stage):
    with pytest.raises(RuntimeError):
        world.night(MARCH_3, starting=stop_before(stage))


@pytest.mark.parametrize("stage", ["assign", "check"])
def test_what_a_failed_night_opened_and_queued_is_checked_by_the_next_one(world, stage):
    mended(world)
    past_nights(world.entity, 1)
    for _ in range(19):
        world.invoice(world.customer(), late=6, on=MARCH_3)
    fail(world, stage)
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    assert (report.state, [anomaly["code"] for anomaly in report.anomalies]) == ("held", ["surge"])
    assert states() == ["held"] * 20


def test_a_template_a_failed_night_could_not_fill_holds_the_next_one(world):
    fail(world, "check")
    world.night(MARCH_3)
    assert (MorningReport.objects.get().state, states()) == ("held", ["held"])


def test_cancelled_it_closes_what_the_failed_night_opened_too(world):
    fail(world, "check")
    world.night(MARCH_3)
    assert reports.cancel(MorningReport.objects.get(), reason="faux modèle", by=world.lead, at=noon(MARCH_3)) == (1, 0)
    assert (world.opened(), states()) == ([("s5", "cancelled")], ["cancelled"])


def test_cancelled_it_leaves_what_people_worked_on(client):
    world = World({"offset_days": 5})
    world.lead = UserFactory(supervisor=True, sees=world.entity)
    past_nights(world.entity, 1)
    for _ in range(20):
        world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3, clock=lambda: noon(MARCH_3))
    put_off, handed_on, *rest = Action.objects.order_by("pk")
    given = {"by": world.lead, "at": noon(after(1))}
    bulk.snooze([put_off.pk], until=after(9), on=after(1), **given)
    bulk.reassign([handed_on.pk], to=world.person, **given)
    client.force_login(world.lead)
    settle = reverse("admin:engine_morningreport_settle", args=[MorningReport.objects.get().pk])
    told = client.post(settle, {"verb": "cancel", "reason": "fichier importé deux fois"}, follow=True).content.decode()
    assert "18 actions sont fermées. 2 dont quelqu’un s’est occupé depuis restent. La prochaine nuit" in told
    assert set(Action.objects.filter(state="todo")) == {put_off, handed_on}
    assert set(Action.objects.filter(state="cancelled")) == set(rest)


@pytest.mark.django_db(transaction=True)
def test_nor_does_it_close_what_somebody_puts_off_at_that_moment():
    world = World({"offset_days": 5})
    lead = UserFactory(supervisor=True, sees=world.entity)
    world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3, clock=lambda: noon(MARCH_3))
    report = MorningReport.objects.get()
    MorningReport.objects.update(state="held", anomalies=[{"code": "stale", "books_on": None}])
    given = {"by": lead, "at": noon(MARCH_3)}
    with beside(lambda: reports.cancel(report, reason="essai", **given)) as other:
        bulk.snooze([Action.objects.get().pk], until=after(9), on=MARCH_3, **given)
        other.start()
    assert other.result().closed == 0
    assert Action.objects.values_list("state", "snoozed_until").get() == ("todo", after(9))


def test_a_failed_night_counts_once(world):
    fail(world, "figures")  # after its check: what it queued is held by its own report
    mended(world)
    world.night(MARCH_3)
    assert list(MorningReport.objects.order_by("pk").values_list("state", "messages")) == [("held", 1), ("clear", 0)]


def test_what_a_failed_night_opened_is_told_with_the_one_that_made_it_good(world):
    past_nights(world.entity, 4)
    mended(world)
    fail(world, "figures")
    world.night(MARCH_3)
    failed, done = Run.objects.filter(on=MARCH_3).order_by("pk")
    assert (failed.opened, done.opened) == ({"s5": 1}, {})
    assert [morning.opened for morning in mornings(world.lead, at=noon(MARCH_3))] == [1]
    figures = {figure.code: (figure.value, figure.usual) for figure in compared(done)}
    assert (figures["opened"], figures["hand_over"]) == ((1, 4), (1, 0))


def test_it_belongs_to_the_nights_before_the_next_one(world):
    mended(world)
    fail(world, "figures")
    world.night(MARCH_3)
    next_one = Run.objects.create(entity=world.entity, on=after(1), started_at=noon(after(1)))
    assert [(night.opened, night.queued) for night in nights_lately(next_one)] == [(1, 1)]
    assert [(night.opened, night.rows["hand_over"]) for night in nights_before(next_one)] == [({"s5": 1}, 1)]


def test_the_night_is_compared_with_the_median(world):
    past_nights(world.entity, 10)
    mended(world)
    world.night(MARCH_3)
    figures = {figure.code: (figure.value, figure.usual) for figure in compared(Run.objects.latest("pk"))}
    assert (figures["opened"], figures["step:s5"], figures["groups"]) == ((1, 10), (1, 10), (1, 2.5))
    assert list(figures)[:3] == ["opened", "step:s5", "kept_back"]


def test_a_step_of_no_scenario_is_told_in_words(client, world):
    past_nights(world.entity, opened=10)
    report = MorningReport.objects.create(entity=world.entity, run=Run.objects.latest("on"), on=MARCH_3, state="clear")
    Run.objects.update(opened={"follow-up": 2})
    client.force_login(UserFactory(supervisor=True, sees=world.entity))
    page = client.get(reverse("admin:engine_morningreport_change", args=[report.pk])).text
    assert ("Décider de la suite" in page, "follow-up" in page) == (True, False)


def test_what_is_kept_back_is_compared_by_reason(world):
    past_nights(world.entity, 3)
    Run.objects.update(blocked={"held": 4})
    world.night(MARCH_3)
    figures = {figure.code: (figure.value, figure.usual) for figure in compared(Run.objects.latest("pk"))}
    assert (figures["kept_back"], figures["reason:held"]) == ((0, 4), (0, 4))


def test_what_a_night_run_twice_keeps_back_is_counted_once(world):
    for opened, kept in ((6, 40), (1, 30)):
        past_nights(world.entity, opened, 3)
        Run.objects.filter(blocked={}).update(blocked={"held": kept})
    tonight = Run.objects.create(entity=world.entity, on=MARCH_3, started_at=noon(MARCH_3))
    figures = {figure.code: figure.usual for figure in compared(tonight)}
    assert (figures["opened"], figures["kept_back"], figures["reason:held"]) == (7, 30, 30)


@pytest.mark.parametrize("verb", ["release", "cancel"])
def test_the_page_shows_it_and_settles_it(client, world, verb):
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    client.force_login(world.lead)
    assert "1 message est retenu" in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:engine_morningreport_change", args=[report.pk])).content.decode()
    assert "échoue" in page
    assert page.count("E-mail 1</span>") == 1
    assert "Rapport du matin" in client.get(reverse("admin:engine_run_change", args=[report.run_id])).content.decode()
    client.post(reverse("admin:engine_morningreport_settle", args=[report.pk]), {"verb": verb, "reason": "faux"})
    report.refresh_from_db()
    assert (report.state, report.settled_by) == ("released" if verb == "release" else "cancelled", world.lead)


@pytest.fixture
def stale():
    """An entity whose books were never imported, and which calls that stale: nothing leaves by itself."""
    world = World({"offset_days": 5, "email": True}, stale_after_days=3)
    TemplateVersionFactory(template=world.steps[0].template)
    world.invoice(world.customer(), late=6, on=MARCH_3)
    world.lead = UserFactory(supervisor=True, sees=world.entity)
    return world


def stale_after(world, days):
    world.entity.stale_after_days = days
    world.entity.save(update_fields=["stale_after_days"])


def kinds_told(world):
    kinds = Event.objects.filter(entity_id=world.entity.pk, kind__startswith="night.").order_by("pk")
    return list(kinds.values_list("kind", flat=True))


def test_a_night_with_nothing_to_hold_is_told_once_and_waits_for_nobody(stale):
    for day in (0, 1):
        stale.night(after(day))
    reports_ = MorningReport.objects.order_by("pk")
    assert [(report.state, report.messages) for report in reports_] == [("told", 0), ("told", 0)]
    assert kinds_told(stale) == ["night.unusual"]
    with a_world() as network:
        deliver_waiting("alerts", at=noon(MARCH_3))
    assert [(mail.to, "rien à régler" in mail.text) for mail in network.sent] == [(stale.lead.email, True)]
    with pytest.raises(reports.ReportSettled):
        reports.cancel(reports_[0], reason="x", by=stale.lead, at=noon(MARCH_3))


def test_what_is_unusual_in_another_way_is_told_again(stale):
    stale.night(MARCH_3)
    stale_after(stale, None)
    stale.night(after(1))
    stale_after(stale, 3)
    stale.night(after(2))
    assert kinds_told(stale) == ["night.unusual", "night.unusual"]


def test_it_is_shown_until_the_next_night(client, stale):
    stale.night(MARCH_3)
    client.force_login(stale.lead)
    shown = "inhabituelle, elle n’avait aucun message à retenir"
    assert shown in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:engine_morningreport_change", args=[MorningReport.objects.get().pk]))
    assert ("il n’y a rien à régler" in page.content.decode(), "Libérer" in page.content.decode()) == (True, False)
    stale_after(stale, None)
    stale.night(after(1))
    assert shown not in client.get(reverse("admin:index")).content.decode()


def test_a_flood_of_tasks_without_a_message_waits_to_be_looked_at(client):
    world = World({"offset_days": 5})
    past_nights(world.entity, 1)
    for _ in range(20):
        world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3)
    report = MorningReport.objects.get()
    assert (report.state, report.messages) == ("held", 0)
    lead = UserFactory(supervisor=True, sees=world.entity)
    client.force_login(lead)
    assert "inhabituelle, aucun message n’est retenu" in client.get(reverse("admin:index")).content.decode()
    page = client.get(reverse("admin:engine_morningreport_change", args=[report.pk]))
    read = [
        page.content.decode(),
        client.get(reverse("admin:engine_run_change", args=[report.run_id])).content.decode(),
        client.get(reverse("admin:engine_morningreport_changelist")).content.decode(),
    ]
    assert [("inhabituelle : à régler" in text.replace("\xa0", " "), "retenue :" in text) for text in read] == [
        (True, False)
    ] * 3
    assert ("Je l’ai vue" in read[0], "Libérer" in read[0]) == (True, False)
    assert reports.cancel(report, reason="fichier importé deux fois", by=lead, at=noon(MARCH_3)) == (20, 0)


def test_another_entity_s_supervisor_settles_nothing(client, world):
    world.night(MARCH_3)
    client.force_login(UserFactory(supervisor=True, sees=EntityFactory()))
    report = MorningReport.objects.get()
    answer = client.post(reverse("admin:engine_morningreport_settle", args=[report.pk]), {"verb": "release"})
    assert (answer.status_code, states()) == (404, ["held"])


@pytest.mark.parametrize("count", [1, 3])
def test_the_check_asks_as_much_for_many_customers(world, count, django_assert_num_queries):
    mended(world)
    for _ in range(count - 1):
        world.invoice(world.customer(), late=6, on=MARCH_3)
    world.night(MARCH_3)
    run = Run.objects.get()
    with CaptureQueriesContext(connection) as one_trial:
        anomalies._failing([Action.objects.latest("pk").pk], MARCH_3)
    findings, night = Findings.read(run.parts.get().found), Night(run, world.entity, run.on, noon(MARCH_3))
    with django_assert_num_queries(1 + len(one_trial)):
        anomalies.found(night, findings)
