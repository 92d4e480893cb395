from datetime import date, datetime, time
from io import StringIO
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from collections_app.actions.labels import UNTIL_A_DAY, Outcome
from collections_app.actions.models import Action
from collections_app.engine.models import Run
from collections_app.letters.models import PrintBatch
from config.demo.company import CODE, MEMBERS, PASSWORD
from config.demo.customers import people
from config.demo.history import noted
from config.demo.ledger import bills
from config.demo.prepare import SEED, night, prepare
from config.demo.printing import LETTERS, print_letters
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.holds.models import Hold
from crm.receivables.models import Invoice
from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.actions import ActionFactory, ActionLineFactory

NOW = datetime(2026, 11, 18, 9, tzinfo=ZoneInfo("Europe/Paris"))
SATURDAY = datetime(2026, 11, 21, 9, tzinfo=ZoneInfo("Europe/Paris"))


def numbers(on):
    rng = Random(SEED)
    return [(bill.number, bill.amount, bill.paid) for bill in bills(rng, people(rng, on), on)]


def test_the_same_seed_gives_the_same_ledger():
    assert numbers(NOW.date()) == numbers(NOW.date())


def test_nothing_is_dated_after_today():
    assert max(paid[0] for _number, _amount, parts in numbers(NOW.date()) for paid in parts) <= NOW.date()


def test_the_portfolio_has_the_size_it_says():
    rng = Random(SEED)
    persons = people(rng, NOW.date())
    assert len(persons) == len({person.name for person in persons}) == 400
    assert 2_800 < len(bills(rng, persons, NOW.date())) < 3_300


def promises_are_as_the_verb_makes_them():
    """Each left its account in peace until a day, and the nights ended that."""
    promised = {(action.customer_id, action.closed_at.date()) for action in Action.objects.filter(outcome="will_pay")}
    holds = Hold.objects.filter(kind="promise")
    assert promised == {(hold.customer_id, hold.starts_on) for hold in holds}
    assert holds.count() > 20
    left = holds.filter(ended_on=None)
    assert not left.filter(ends_on__lt=date(2026, 11, 20)).exists()
    assert set(holds.exclude(ended_on=None).values_list("outcome", flat=True)) == {"expired"}


def who_asked_to_be_called_back_is_on_a_list():
    """Each call back counts as a call, and its task waits for the day in somebody's list."""
    assert not Action.objects.filter(state="done", outcome="call_back").exists()
    asked = Action.objects.filter(lives__outcome="call_back").distinct()
    waiting = asked.waiting_for_a_person().filter(snoozed_until__isnull=False, owner__isnull=False)
    assert 0 < waiting.count() < asked.count()


@pytest.mark.django_db
def test_the_demonstration_has_a_past_and_full_lists_on_a_saturday_too(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    entity = prepare(at=SATURDAY, say=lambda what: None)
    assert Customer.objects.filter(entity=entity).count() == 400
    last = Run.objects.filter(entity=entity).latest("on")
    assert (last.on, sum(last.opened.values()) > 20) == (date(2026, 11, 20), True)
    waiting = Action.objects.waiting_for_a_person()
    assert waiting.count() > 35
    # Collectors carry the work; the supervisor keeps some hard cases.
    assert 0 < waiting.filter(owner__username="superviseur").count() < waiting.count() * 2 / 5
    assert Action.objects.filter(state="done").count() > 500
    assert [task.occasion_on for task in waiting.filter(kind="declaration")] == [date(2027, 1, 21)] * 2
    assert Invoice.objects.open().count() > 300
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from receivables_invoice i where open_amount <> amount + coalesce("
            "(select sum(amount) from receivables_movement m where m.invoice_id = i.id), 0)"
        )
        assert cursor.fetchone() == (0,)
    promises_are_as_the_verb_makes_them()
    who_asked_to_be_called_back_is_on_a_list()
    print_letters(entity, at=SATURDAY)
    printed = PrintBatch.objects.get(entity=entity).letters.values_list("message__origin_id", flat=True)
    approved = Action.objects.filter(pk__in=list(printed), approved_on=SATURDAY.date())
    assert approved.count() == LETTERS


@pytest.mark.django_db
@pytest.mark.parametrize(("hour", "started"), [(2, 2), (9, 4)])
def test_a_demonstration_made_before_the_hour_of_the_night_has_none_of_the_future(hour, started):
    entity = EntityFactory(night_at=time(4), time_zone="Europe/Paris")
    at = NOW.replace(hour=hour)
    night(entity, at.date(), at)
    assert Run.objects.get().started_at == NOW.replace(hour=started)


@pytest.mark.django_db
def test_a_second_start_changes_nothing_and_prints_who_may_log_in(django_assert_num_queries):
    Entity.objects.create(code=CODE, legal_name="Déjà là")
    told = StringIO()
    with django_assert_num_queries(1):
        call_command("prepare_demo", stdout=told)
    assert PASSWORD in told.getvalue()
    assert all(member.username in told.getvalue() for member in MEMBERS)
    assert not User.objects.exists()


def test_known_passwords_stay_out_of_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("prepare_demo")


FEC = """JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise
VE\tVentes\t1\t20220110\t411000\tClients\tDUPONT\tDupont\tF1\t20220110\tFacture\t120,00\t0,00\t\t\t20220131\t\t
VE\tVentes\t1\t20220110\t706000\tPrestations\t\t\tF1\t20220110\tFacture\t0,00\t120,00\t\t\t20220131\t\t
BQ\tBanque\t2\t20220831\t411000\tClients\tDUPONT\tDupont\tR1\t20220831\tVirement\t0,00\t20,00\t\t\t20220831\t\t
BQ\tBanque\t2\t20220831\t512000\tBanque\t\t\tR1\t20220831\tVirement\t20,00\t0,00\t\t\t20220831\t\t
"""  # noqa: E501 - a line of the books is one line


@pytest.mark.django_db
def test_one_s_own_ledger_is_decided_on_at_its_last_date(tmp_path):
    books = tmp_path / "732829320FEC20221231.txt"
    books.write_text(FEC, encoding="utf-8")
    told = StringIO()
    call_command("prepare_demo", fec=books, stdout=told)
    entity = Entity.objects.get(code=CODE)
    assert Run.objects.get(entity=entity).on == date(2022, 8, 31)
    assert "2022-08-31" in told.getvalue()
    assert books.name in entity.legal_name
    assert Action.objects.filter(entity=entity).exists()
    call_command("prepare_demo", fec=books, stdout=told)
    assert Run.objects.count() == 1
    other = tmp_path / "other.txt"
    with pytest.raises(CommandError, match=r"other\.txt ne peut pas être ouvert"):
        call_command("prepare_demo", fec=other, stdout=told)
    other.write_text("x")
    with pytest.raises(CommandError, match="var/dev pour"):
        call_command("prepare_demo", fec=other, stdout=told)


@pytest.mark.django_db
def test_it_tells_what_one_should_look_at_of_a_list_of_one_s_own(tmp_path):
    path, told = tmp_path / "items.csv", StringIO()
    path.write_text("Compte;Facture;Échéance;Solde\nC1;F1;01/02/2026;100,00\n", encoding="utf-8")
    call_command("prepare_demo", open_items=path, stdout=StringIO(), stderr=told)
    french, english = (line for line in told.getvalue().splitlines() if "C1" in line)
    assert french.startswith("Aucun nouveau client du fichier n’a de nom (1 en tout)")
    assert english.startswith("No new customer of the file has a name (1 in all)")


@pytest.mark.django_db
def test_the_company_of_a_fec_of_one_s_own_is_the_one_it_is_named_for(tmp_path):
    path, told = tmp_path / "542065479FEC20220831.txt", StringIO()
    path.write_text(FEC, encoding="utf-8")
    call_command("prepare_demo", fec=path, stdout=StringIO(), stderr=told)
    assert (Entity.objects.get(code=CODE).siren, told.getvalue()) == ("542065479", "")


@pytest.mark.django_db
def test_a_file_that_is_no_ledger_leaves_nothing(tmp_path):
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("hello", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("prepare_demo", fec=wrong, stdout=StringIO())
    assert not Entity.objects.exists()


@pytest.mark.django_db
def test_it_is_not_made_beside_what_others_made(tmp_path):
    Entity.objects.create(code="ACME", legal_name="Somebody")
    for arguments in (["--ask"], [], ["--fec", str(tmp_path / "ledger.txt")]):
        with pytest.raises(CommandError, match=r"contient l’entité ACME.*\n.*holds the entity ACME"):
            call_command("prepare_demo", *arguments)
    assert not User.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("said", [Outcome.WILL_PAY, *sorted(UNTIL_A_DAY)])
def test_what_a_promise_or_a_decision_closed_with_it_is_left_alone_whatever_the_day(said):
    """A customer with two tasks on one day: saying so of the first takes the second out of the lists."""
    mode = "todo" if said == Outcome.WILL_PAY else "decision"
    first = ActionFactory(mode=mode)
    second = ActionFactory(customer=first.customer, cycle=first.cycle, step_code="s20", step_offset=20, mode=mode)
    for action in (first, second):
        ActionLineFactory(action=action, invoice__due_on=date(2026, 1, 31))
    noted([first, second], said, Random(SEED), UserFactory(sees=first.entity), NOW)
    states = Action.objects.order_by("pk").values_list("state", "outcome")
    assert list(states) == [("done", said), ("cancelled", "held")]
