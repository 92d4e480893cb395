"""The status page: what each figure means, who sees it, what it costs."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from collections_app.engine.models import MorningReport, Run
from config.watching.entities import checks_of
from config.watching.figures import Consumer, EntityFigures, Figures, Folder, Heap, Night, read
from config.watching.house import checks_of_house
from config.watching.levels import Level
from config.watching.surroundings import Broker
from tests.factories.accounts import EntityFactory, UserFactory

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DONE = Night(run_id=1, state="done", finished_at=NOW - 5 * HOUR, done_at=NOW - 5 * HOUR, opened=3, blocked={"hold": 1})


def one(subject, **values):
    """The line of a subject, for an entity whose night went well unless said otherwise."""
    entity = EntityFigures(
        **{"pk": 7, "code": "ONE", "name": "One", "live": True, "night": DONE, "due_at": NOW - 30 * DAY, **values}
    )
    (check,) = [check for check in checks_of(entity, NOW) if str(check.subject) == subject]
    return check


@pytest.fixture(autouse=True)
def nights_are_expected(settings):
    settings.NIGHT_MAX_AGE_HOURS = 26


def test_a_quiet_entity_is_in_order():
    entity = EntityFigures(7, "ONE", "One", live=True, night=DONE)
    assert {check.level for check in checks_of(entity, NOW)} == {Level.GOOD}


@pytest.mark.parametrize(
    ("night", "live", "level"),
    [
        (DONE, True, Level.GOOD),
        (Night(run_id=2, state="failed", started_at=NOW - HOUR, done_at=NOW - 5 * HOUR), True, Level.BAD),
        (Night(run_id=2, state="running", started_at=NOW - HOUR), True, Level.GOOD),
        (Night(run_id=2, state="running", started_at=NOW - 3 * HOUR), True, Level.WATCH),
        (Night(run_id=2, state="done", done_at=NOW - 5 * HOUR, stale=True), True, Level.WATCH),
        (Night(run_id=2, state="done", done_at=NOW - 27 * HOUR), True, Level.BAD),
        (Night(), True, Level.BAD),
        (Night(), False, Level.OFF),
    ],
)
def test_a_night(night, live, level):
    assert one("Dernière nuit", night=night, live=live).level == level


@pytest.mark.parametrize(
    ("state", "said"),
    [("held", "inhabituelle : à régler · terminée"), ("told", "inhabituelle, rien à retenir · terminée")],
)
def test_an_unusual_night_is_not_in_order(state, said):
    night = Night(run_id=1, state="done", done_at=NOW - 5 * HOUR, opened=558, report_id=4, report=state)
    for live in (True, False):
        check = one("Dernière nuit", night=night, live=live)
        assert (check.level, check.url) == (Level.WATCH, reverse("admin:engine_morningreport_change", args=[4]))
        assert check.said.replace("\xa0", " ").startswith(said)


@pytest.mark.django_db
def test_the_report_supervision_asks_to_settle_is_the_one_of_the_page():
    entity = EntityFactory()

    def report(day, state):
        run = Run.objects.create(entity=entity, on=date(2026, 3, day), state="done", started_at=NOW, finished_at=NOW)
        settled = NOW if state == "released" else None
        anomalies = [] if state == "clear" else [{"code": "surge"}]
        values = {"state": state, "anomalies": anomalies, "settled_at": settled}
        return MorningReport.objects.create(run=run, entity=entity, on=run.on, **values).pk

    def shown():
        (figures,) = read(NOW).entities
        return figures.night.report_id, figures.night.report

    told = report(1, "told")
    assert shown() == (told, "told")
    held = report(2, "held")
    report(3, "told")
    assert shown() == (held, "held")
    MorningReport.objects.filter(pk=held).update(state="released", settled_at=NOW)
    report(4, "clear")
    assert shown() == (None, "")


def test_the_first_night_is_late_from_when_it_was_due():
    assert one("Dernière nuit", night=Night(), due_at=NOW + HOUR).level == Level.GOOD
    assert one("Dernière nuit", night=Night(), due_at=NOW - 27 * HOUR).level == Level.BAD
    again = Night(run_id=1, state="done", finished_at=NOW - 30 * DAY, done_at=NOW - 30 * DAY)
    assert one("Dernière nuit", night=again, due_at=NOW - HOUR).level == Level.GOOD


def test_a_failed_night_leads_to_its_page():
    night = Night(run_id=2, state="failed", started_at=NOW - HOUR)
    check = one("Dernière nuit", night=night)
    assert (check.since, check.url) == (NOW - HOUR, reverse("admin:engine_run_change", args=[2]))


@pytest.mark.parametrize(
    ("since", "level"),
    [
        (NOW + HOUR, Level.GOOD),
        (NOW - 15 * MINUTE, Level.GOOD),
        (NOW - 16 * MINUTE, Level.WATCH),
        (NOW - DAY, Level.BAD),
    ],
)
def test_the_outbox_by_the_age_of_its_oldest_due_message(since, level):
    check = one("Messages à envoyer", outbox={"planned": Heap(4, since)})
    assert (check.level, check.since) == (level, since if since <= NOW else None)


@pytest.mark.parametrize(
    ("count", "said"),
    [(1, "1 en attente de son heure"), (12_000, "12\xa0000 en attente de leur heure")],
)
def test_messages_not_yet_due_are_counted_as_people_count(count, said):
    assert one("Messages à envoyer", outbox={"planned": Heap(count, NOW + HOUR)}).said == said


def test_a_message_to_verify_is_never_in_order():
    assert one("Messages à vérifier", outbox={"ambiguous": Heap(1, NOW - MINUTE)}).level == Level.WATCH
    assert one("Messages à vérifier", outbox={"ambiguous": Heap(1, NOW - 2 * DAY)}).level == Level.BAD


def test_messages_held_have_a_line_only_while_there_are_some():
    assert one("Messages retenus", outbox={"held": Heap(2, NOW - HOUR)}).level == Level.WATCH
    with pytest.raises(ValueError, match="not enough values"):
        one("Messages retenus")


@pytest.mark.parametrize(("hours", "level"), [(1, Level.GOOD), (3, Level.WATCH), (7, Level.BAD)])
def test_what_an_unchecked_night_queued_waits_for_the_night_and_is_not_to_be_sent(hours, level):
    outbox = {"withheld": Heap(5, NOW - hours * HOUR)}
    check = one("Messages d’une nuit pas encore contrôlée", outbox=outbox)
    assert (check.level, one("Messages à envoyer", outbox=outbox).level) == (level, Level.GOOD)


@pytest.mark.parametrize(("accepted", "level"), [(10, Level.GOOD), (50, Level.WATCH), (20, Level.BAD)])
def test_a_share_of_few_mails_means_nothing(accepted, level):
    assert one("E-mails revenus", mail={"accepted": accepted}, bounced=4).level == level


def test_a_refused_import_leads_to_the_refused_ones():
    check = one("Imports", imports={"refused": Heap(1, NOW - HOUR)})
    assert (check.level, "status__exact=refused" in check.url) == (Level.WATCH, True)


def lines(**values):
    """Of the installation, in order unless said otherwise."""
    well = {"at": NOW, "entities": [], "consumers": [], "news": Heap(), "replies": Heap(), "database_bytes": 1}
    well |= {"beat_at": NOW - MINUTE, "broker": Broker({"celery": 0}), "folders": [Folder("media", 50, 100)]}
    return checks_of_house(Figures(**{**well, **values}))


def house(**values):
    return [check.level for check in lines(**values)]


@pytest.mark.parametrize(("given_up", "listed"), [(0, "waiting"), (1, "given_up")])
def test_the_link_of_events_lists_those_it_counts(given_up, listed):
    events = lines(consumers=[Consumer("one", 2, given_up, NOW - HOUR)])[2]
    assert events.url.endswith(f"?state={listed}")


def test_the_installation():
    beat, broker, _events, news, disk, _database = range(6)
    assert set(house()) == {Level.GOOD}
    assert house(beat_at=NOW - HOUR)[beat] == Level.BAD
    assert house(beat_at=None)[beat] == Level.WATCH
    assert house(broker=Broker(error="x"))[broker] == Level.BAD
    assert house(broker=Broker({"celery": 1_001}))[broker] == Level.WATCH
    assert house(news=Heap(1, NOW - DAY))[news] == Level.BAD
    assert house(folders=[Folder("media", 4, 100)])[disk] == Level.BAD


def test_a_mail_that_could_not_be_read_is_to_be_watched_until_a_person_settles_it():
    assert house(unreadable=Heap(1, NOW - 30 * DAY)).count(Level.WATCH) == 1


def test_news_that_could_not_be_applied_is_to_be_watched_until_a_person_settles_it():
    assert house(news_given_up=Heap(1, NOW - 30 * DAY)).count(Level.WATCH) == 1


@pytest.mark.parametrize(
    ("read_at", "level"),
    [(NOW - 5 * MINUTE, Level.GOOD), (NOW - 20 * MINUTE, Level.WATCH), (NOW - 2 * HOUR, Level.BAD), (None, Level.BAD)],
)
def test_a_mailbox_that_is_not_read_is_told(read_at, level):
    assert set(house(mailbox="replies@x/INBOX", mailbox_read_at=read_at)) == {Level.GOOD, level}


def test_a_legal_rate_of_the_last_half_year_is_to_be_watched():
    missing = [["FR", "legal_individual"], ["FR", "legal_professional"]]
    assert house(rates_missing=missing).count(Level.WATCH) == 1


def supervisor_of(*entities):
    return UserFactory(supervisor=True, sees=list(entities))


@pytest.mark.django_db
def test_a_supervisor_sees_his_entities_and_one_word_of_the_installation(client):
    mine, _other = EntityFactory(code="MINE"), EntityFactory(code="OTHER")
    client.force_login(supervisor_of(mine), backend="django.contrib.auth.backends.ModelBackend")
    body = client.get("/admin/status/").content.decode()
    assert ["MINE" in body, "OTHER" in body, "Horloge (beat)" in body, "Installation" in body] == [
        True, False, False, True,
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_administrator_sees_everything(admin_client):
    EntityFactory(code="ONE"), EntityFactory(code="TWO")
    body = admin_client.get("/admin/status/").content.decode()
    assert ["ONE" in body, "TWO" in body, "Horloge (beat)" in body] == [True, True, True]


@pytest.mark.django_db
def test_htmx_gets_the_moving_part_alone(admin_client):
    body = admin_client.get("/admin/status/", headers={"hx-request": "true"}).content.decode()
    assert (body.strip()[:16], "<html" in body) == ('<div id="status"', False)


@pytest.mark.django_db
def test_a_collector_does_not_open_it(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/status/").status_code == 302


@pytest.mark.django_db
def test_the_settings_lead_to_it(client):
    entity = EntityFactory()
    Run.objects.create(entity=entity, on=date(2026, 3, 2), state="failed", started_at=timezone.now())
    client.force_login(supervisor_of(entity), backend="django.contrib.auth.backends.ModelBackend")
    # The night; a clock not heard of yet is only to be watched.
    body = client.get("/admin/").content.decode()
    assert (body.count('href="/admin/status/"') >= 2, "1 point à traiter" in body) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_more_entities(count, client, django_assert_num_queries):
    entities = EntityFactory.create_batch(count)
    for entity in entities:
        Run.objects.create(entity=entity, on=date(2026, 3, 2), state="failed", started_at=NOW)
    client.force_login(supervisor_of(*entities), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/admin/status/", headers={"hx-request": "true"})
    # 8 of the figures; session, person, and his rights.
    with django_assert_num_queries(11):
        client.get("/admin/status/", headers={"hx-request": "true"})


@pytest.mark.django_db
def test_every_link_of_the_page_opens(admin_client):
    entity = EntityFactory()
    run = Run.objects.create(entity=entity, on=date(2026, 3, 2), state="failed", started_at=NOW)
    full = EntityFigures(
        entity.pk, "ONE", "One", live=True, night=Night(run_id=run.pk, state="failed", started_at=NOW),
        imports={"refused": Heap(1, NOW)}, outbox={"planned": Heap(1, NOW)},
    )  # fmt: skip
    figures = Figures(NOW, [full], [], Heap(), Heap(), 1, NOW, Broker({}), [])
    links = {check.url for check in [*checks_of(full, NOW), *checks_of_house(figures)] if check.url}
    assert {link: admin_client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert len(links) >= 9
