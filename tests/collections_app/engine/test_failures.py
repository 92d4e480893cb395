"""Why something stopped is said in words, with what to do, also of rows that keep a code."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from collections_app.engine.dry_runs import try_night
from collections_app.engine.exceptions import NightAlreadyRunning, NightBeingTried, NightInThePast, NightTooFarAhead
from collections_app.engine.failures import SENTENCES, failure_sentence, kept
from collections_app.engine.models import DryRun, Run, Simulation, TrainingReset
from tests.collections_app.engine.world import MARCH_1, noon
from tests.factories.accounts import EntityFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = noon(MARCH_1)
MARCH_2 = MARCH_1 + timedelta(days=1)


@pytest.fixture
def entity():
    return EntityFactory(training=True)


@pytest.fixture
def read(client, entity):
    client.force_login(UserFactory(administrator=True, sees=entity))
    return lambda name, *args: client.get(reverse(name, args=args)).content.decode().replace("\u00a0", " ")


def failed(entity, error):
    return Run.objects.create(entity=entity, on=MARCH_1, state="failed", started_at=AT, finished_at=AT, error=error)


def test_a_night_replaced_by_another_says_there_is_nothing_to_do(entity, read):
    page = read("admin:engine_run_change", failed(entity, "lease expired").pk)
    assert "la nuit d’un autre jour a fait ce qui restait : il n’y a rien à relancer." in page
    assert ("lease expired" in page, "Relancez-le une fois la cause levée" in page) == (False, False)


def test_an_error_of_a_program_stays_as_it_is(entity, read):
    page = read("admin:engine_run_change", failed(entity, "ValueError: boom").pk)
    assert ("ValueError: boom" in page, "Relancez-le une fois la cause levée" in page) == (True, True)


def test_a_simulation_whose_worker_was_lost(entity, read):
    simulation = Simulation.objects.create(
        entity=entity, kind="projection", from_on=MARCH_1, until_on=MARCH_1, asked_at=AT, state="failed",
        finished_at=AT, error="worker lost",
    )  # fmt: skip
    page = read("admin:engine_simulation_change", simulation.pk)
    assert ("son processus s’est perdu" in page, "worker lost" in page) == (True, False)


def test_a_training_entity_whose_worker_was_lost(entity, read):
    TrainingReset.objects.create(entity=entity, asked_at=AT, finished_at=AT, error="lost")
    page = read("admin:engine_trainings")
    assert ("Remettez à zéro de nouveau." in page, "> lost<" in page) == (True, False)


def test_a_training_entity_that_could_not_be_made_says_what_to_do_and_no_word_of_a_program(entity, read):
    TrainingReset.objects.create(entity=entity, asked_at=AT, finished_at=AT, error="ActionMoved: Cette action est …")
    page = read("admin:engine_trainings")
    assert "l’entité n’a pas pu être faite, et rien n’a été changé." in page
    assert ("ActionMoved" in page, "Cette action est" in page) == (False, False)


def test_a_refused_dry_run_is_worded_for_who_reads_it(entity, client):
    Run.objects.create(entity=entity, on=MARCH_1, started_at=AT, lease_until=datetime.max.replace(tzinfo=UTC))
    asked = DryRun.objects.create(entity=entity, on=MARCH_1, asked_at=AT)
    try_night(asked.pk, at=AT)
    for language, words in (("fr", "déjà en cours (pour le 01/03/2026)"), ("en", "already running (for 01/03/2026)")):
        client.force_login(UserFactory(supervisor=True, sees=entity, language=language))
        page = client.get(reverse("admin:engine_run_tried", args=[asked.pk])).content.decode()
        assert words in page


@pytest.mark.parametrize(
    "refused",
    [
        NightInThePast(MARCH_1, MARCH_2),
        NightTooFarAhead(MARCH_2, MARCH_1),
        NightAlreadyRunning(MARCH_1),
        NightBeingTried(),
    ],
)
def test_each_refusal_of_a_night_is_read_as_it_was_said(refused):
    assert failure_sentence(kept(refused)) == str(refused)


def test_each_code_has_words_in_both_languages():
    for code in SENTENCES:
        with override("en"):
            english = failure_sentence(code)
        assert len({code, english, failure_sentence(code)}) == 3
