"""The claims on an insolvent customer are a task until somebody says what became of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from collections_app.actions import already, bulk, labels
from collections_app.actions.labels import Outcome
from collections_app.actions.later import DayRefused
from collections_app.actions.models import Action
from collections_app.actions.operations import Said, SaidRefused, conclude, take_back
from collections_app.actions.panels import open_actions
from collections_app.actions.said import SaidForm
from collections_app.actions.views.panel import panel_context
from crm.accounts.models import Entity, User
from crm.customers.models import Customer
from crm.customers.operations import merge_customers
from crm.events.models import Delivery, Event
from crm.holds import declaring, panels
from crm.holds.models import Declaration, DeclaredClaim, Hold
from crm.holds.operations import call_mistake, end_expired_holds, lift_hold, place_hold
from crm.law.models import Rule
from crm.receivables.models import Invoice
from crm.timeline.queries import entries
from tests.factories.accounts import TeamFactory, TeamMemberFactory
from tests.factories.actions import ActionFactory, ActionLineFactory
from tests.factories.customers import CustomerFactory
from tests.factories.declaring import ENTERED_AT, ENTERED_ON, JUDGMENT, LAST_DAY, claim, insolvent, tell, to_declare
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
SOON = ENTERED_AT + timedelta(minutes=1)
MIGRATION = "collections_app.actions.migrations.0010_declarations_of_claims"
UPGRADE = "collections_app.actions.migrations.0015_what_was_declared"


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    with translation.override("fr"):
        yield


@pytest.fixture
def customer(entity: Entity, lea: User) -> Customer:
    """Léa's, who owes 300 since January, 50 from 1 March on, and 70 born after the judgment."""
    customer = CustomerFactory(entity=entity, name="Scierie Guillot", collector=lea)
    claim(customer, 300, number="F1")
    claim(customer, 50, number="F2", issued_on=date(2026, 2, 1), due_on=date(2026, 3, 1))
    InvoiceFactory(customer=customer, amount=70, number="F3", issued_on=JUDGMENT, due_on=date(2026, 2, 20))
    return customer


def tasks() -> list[Action]:
    return list(Action.objects.filter(kind="declaration").order_by("pk"))


def standing() -> list[tuple[str, str]]:
    return [(task.state, task.outcome) for task in tasks()]


def told(customer: Customer) -> list[str]:
    return [line.subject.replace("\xa0", " ") for line in entries(customer, language="fr").lines]


def carried(task: Action) -> list[tuple[str, Decimal]]:
    return list(task.lines.order_by("invoice__number").values_list("invoice__number", "amount"))


class TestItOpens:
    def test_with_the_last_day_of_the_law_and_what_was_born_before_the_judgment(self, customer: Customer, lea: User):
        task = to_declare(customer)
        said = (
            task.state,
            task.owner,
            task.occasion_on,
            task.amount,
            task.currency,
            task.opened_on,
            task.oldest_due_on,
        )
        assert said == ("todo", lea, LAST_DAY, 350, "EUR", ENTERED_ON, None)
        assert carried(task) == [("F1", 300), ("F2", 50)]

    def test_once_however_often_it_is_told(self, customer: Customer):
        insolvent(customer)
        tell()
        Delivery.objects.update(processed_at=None)
        assert (tell(), len(tasks())) == (1, 1)

    def test_once_for_each_proceeding_and_for_no_other_hold(self, customer: Customer):
        place_hold(customer, kind="dispute", reason="Prix", starts_on=ENTERED_ON, at=ENTERED_AT)
        insolvent(customer)
        insolvent(customer, born_before=JUDGMENT + 9 * ONE_DAY)
        assert tell() == 3
        assert [task.occasion_on for task in tasks()] == [LAST_DAY, date(2026, 4, 24)]

    def test_not_without_the_day_of_the_judgment_nor_a_rule(self, customer: Customer):
        insolvent(customer, born_before=None)
        Rule.objects.filter(code="insolvency").update(value={})
        insolvent(customer)
        assert (tell(), tasks()) == (2, [])

    def test_not_of_one_that_was_lifted_before_it_was_heard_of(self, customer: Customer):
        lift_hold(insolvent(customer), on=ENTERED_ON, at=ENTERED_AT)
        assert (tell(), tasks()) == (2, [])

    def test_though_its_last_day_passed_before_it_was_heard_of(self, customer: Customer, entity: Entity):
        insolvent(customer, ends_on=ENTERED_ON)
        end_expired_holds(entity, on=ENTERED_ON + ONE_DAY, at=SOON)
        tell(ENTERED_AT + ONE_DAY)
        assert standing() == [("todo", "")]

    def test_less_what_money_that_came_before_covers(self, customer: Customer):
        CreditFactory(customer=customer, amount=Decimal(100), received_on=JUDGMENT - ONE_DAY)
        assert carried(to_declare(customer)) == [("F1", 200), ("F2", 50)]

    def test_in_the_currency_of_the_entity_else_in_that_of_the_most(self, customer: Customer, entity: Entity):
        claim(customer, 9000, currency="USD")
        foreign = CustomerFactory(entity=entity)
        claim(foreign, 10, currency="USD")
        claim(foreign, 20, currency="CHF")
        asked = [to_declare(one) for one in (customer, foreign)]
        assert [(task.currency, task.amount) for task in asked] == [("EUR", 350), ("CHF", 20)]

    def test_though_he_owes_nothing(self, entity: Entity):
        task = to_declare(CustomerFactory(entity=entity))
        assert (task.amount, task.currency, task.owner, carried(task)) == (0, "EUR", None, [])

    def test_for_the_one_he_was_merged_into(self, customer: Customer, entity: Entity):
        kept = CustomerFactory(entity=entity)
        insolvent(customer)
        merge_customers(kept, customer, by=None, at=ENTERED_AT)
        tell()
        assert [(task.customer, task.amount) for task in tasks()] == [(kept, 350)]

    def test_of_the_proceedings_known_when_the_house_is_upgraded(self, customer: Customer, entity: Entity):
        ended = insolvent(CustomerFactory(entity=entity))
        lift_hold(ended, on=ENTERED_ON, at=ENTERED_AT)
        insolvent(CustomerFactory(entity=entity), born_before=None)
        hold = insolvent(customer)
        Event.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(import_module(MIGRATION).TELL_OF_THOSE_IN_FORCE)
        assert (tell(), [task.step_code for task in tasks()]) == (1, [f"declaration-{hold.pk}"])


class TestItEnds:
    def test_declared_on_a_day_with_its_reference(self, customer: Customer, lea: User):
        task, on = to_declare(customer), date(2026, 3, 1)
        said = Said(Outcome.DECLARED, on=on, reference=" LR 1A 234 ", note="Au mandataire")
        conclude(task, said, by=lea, at=ENTERED_AT)
        assert standing() == [("done", "declared")]
        assert told(customer)[0] == ("Action faite : créances déclarées le 01/03/2026 : 350,00 €, référence LR 1A 234")
        declaration = Declaration.objects.get()
        assert (declaration.declared_on, declaration.reference, declaration.author) == (on, "LR 1A 234", lea)
        assert declaration.hold == Hold.objects.get()

    def test_declared_without_a_reference(self, customer: Customer, lea: User):
        conclude(to_declare(customer), Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)
        assert told(customer)[0] == "Action faite : créances déclarées le 02/03/2026 : 350,00 €"

    def test_not_needed_for_a_reason(self, customer: Customer, lea: User):
        conclude(to_declare(customer), Said(Outcome.NOT_NEEDED, reason="Payée"), by=lea, at=ENTERED_AT)
        assert standing() == [("done", "not_needed")]
        assert told(customer)[0] == "Action faite : pas de déclaration à faire : Payée"
        declaration = Declaration.objects.get()
        assert (declaration.declared_on, declaration.reason) == (None, "Payée")

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            (Said(Outcome.DECLARED), "on"),
            (Said(Outcome.DECLARED, on=ENTERED_ON + ONE_DAY), "on"),
            (Said(Outcome.DECLARED, on=JUDGMENT - ONE_DAY), "on"),
            (Said(Outcome.NOT_NEEDED, reason="  "), "reason"),
            (Said(Outcome.SPOKE), "outcome"),
            (Said(Outcome.CALL_BACK, on=ENTERED_ON + ONE_DAY), "outcome"),
        ],
    )
    def test_nothing_else_ends_it(self, customer: Customer, lea: User, said: Said, field: str):
        task = to_declare(customer)
        with pytest.raises(SaidRefused) as refused:
            conclude(task, said, by=lea, at=ENTERED_AT)
        assert (refused.value.field, standing()) == (field, [("todo", "")])

    def test_nor_does_it_end_anything_else(self, customer: Customer, lea: User):
        with pytest.raises(SaidRefused, match="étape de relance"):
            conclude(ActionFactory(customer=customer), Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)

    def test_what_is_done_with_many_leaves_it_alone(self, customer: Customer, lea: User):
        keys = [to_declare(customer).pk, ActionFactory(customer=customer).pk]
        assert bulk.complete(keys, outcome=Outcome.SENT, by=lea, at=ENTERED_AT) == 1
        assert bulk.skip(keys, reason="Non", by=lea, at=ENTERED_AT) == 0
        assert standing() == [("todo", "")]

    @pytest.mark.parametrize("end", [lift_hold, call_mistake])
    def test_with_the_hold_that_somebody_ends(self, customer: Customer, end: Any):
        to_declare(customer)
        end(Hold.objects.get(), on=ENTERED_ON, at=SOON)
        assert (tell(SOON), standing()) == (1, [("cancelled", "hold_ended")])
        assert told(customer)[0] == "Créances à ne plus déclarer : la suspension a pris fin"

    def test_with_one_that_had_ended_by_itself_and_was_a_mistake(self, customer: Customer, entity: Entity):
        to_declare(customer, ends_on=ENTERED_ON)
        end_expired_holds(entity, on=ENTERED_ON + ONE_DAY, at=SOON)
        assert standing() == [("todo", "")]
        call_mistake(Hold.objects.get(), on=ENTERED_ON + ONE_DAY, at=SOON)
        tell(SOON)
        assert standing() == [("cancelled", "hold_ended")]

    def test_what_was_declared_stays_so(self, customer: Customer, lea: User):
        conclude(to_declare(customer), Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)
        lift_hold(Hold.objects.get(), on=ENTERED_ON, at=SOON)
        tell(SOON)
        assert standing() == [("done", "declared")]


class TestTakenBack:
    @pytest.mark.parametrize("said", [Said(Outcome.DECLARED, on=ENTERED_ON), Said(Outcome.NOT_NEEDED, reason="Non")])
    def test_it_waits_again_and_nothing_was_declared(self, customer: Customer, lea: User, said: Said):
        task = to_declare(customer)
        deed = conclude(task, said, by=lea, at=ENTERED_AT).deed
        taken = take_back(deed.pk, by=lea, at=SOON)
        assert (taken.actions, taken.closed, standing()) == ([task.pk], [], [("todo", "")])
        assert not Declaration.objects.exists()
        conclude(task, said, by=lea, at=SOON)
        assert Declaration.objects.count() == 1

    def test_not_once_the_hold_was_lifted(self, customer: Customer, lea: User):
        task = to_declare(customer)
        deed = conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT).deed
        lift_hold(Hold.objects.get(), on=ENTERED_ON, at=ENTERED_AT)
        tell()
        assert take_back(deed.pk, by=lea, at=SOON).closed == [task.pk]
        assert standing() == [("cancelled", "hold_ended")]


def kept() -> list[tuple[Any, ...]]:
    claims = DeclaredClaim.objects.order_by("declaration", "currency", "invoice__number")
    return list(claims.values_list("currency", "invoice__number", "amount"))


class TestWhatWasDeclared:
    """Kept with its invoices, in every currency, as it stood when it was said."""

    @pytest.fixture
    def task(self, customer: Customer) -> Action:
        """It was opened for 350; 5000 and 700 USD came to light since."""
        task = to_declare(customer)
        claim(customer, 5000, number="F4", issued_on=date(2026, 2, 10), due_on=date(2026, 3, 12))
        claim(customer, 700, number="F5", currency="USD")
        return task

    def test_of_every_currency_with_its_invoices(self, task: Action, lea: User):
        conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON, reference="LRAR"), by=lea, at=ENTERED_AT)
        assert kept() == [("EUR", "F1", 300), ("EUR", "F2", 50), ("EUR", "F4", 5000), ("USD", "F5", 700)]
        task.refresh_from_db()
        assert (task.amount, carried(task)) == (5350, [("F1", 300), ("F2", 50), ("F4", 5000)])

    def test_the_history_tells_the_amounts(self, task: Action, customer: Customer, lea: User):
        conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON, reference="LRAR"), by=lea, at=ENTERED_AT)
        said = "Action faite : créances déclarées le 02/03/2026 : 5 350,00 € + 700,00 $US, référence LRAR"
        assert told(customer)[0].replace("\u202f", " ") == said

    def test_the_page_of_the_customer_shows_amounts_and_invoices(self, task: Action, desk: Client, lea: User):
        conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)
        page = desk.get(reverse("customer", args=[task.customer_id])).content.decode()
        found = panels.holds(task.customer, lea)["declarations"]
        assert [
            ([(each.currency, each.amount, each.number) for each in one.amounts], [str(c.invoice) for c in one.oldest])
            for one in found
        ] == [([("EUR", 5350, 3), ("USD", 700, 1)], ["F1", "F5", "F2", "F4"])]
        assert "5 350,00 €" in page.replace("\xa0", " ").replace("\u202f", " ")

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_page_names_the_oldest_and_costs_the_same(
        self, customer: Customer, lea: User, count: int, monkeypatch: Any, django_assert_num_queries: Any
    ):
        monkeypatch.setattr(declaring, "LISTED", 2)
        for _ in range(count):
            claim(customer, 10)
        conclude(to_declare(customer), Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)
        holds = list(Hold.objects.all())
        with django_assert_num_queries(3):
            (one,) = declaring.declarations_of(holds)
        assert (len(one.oldest), one.more) == (2, count)

    def test_also_what_was_said_not_to_need_it(self, task: Action, lea: User):
        conclude(task, Said(Outcome.NOT_NEEDED, reason="Gage"), by=lea, at=ENTERED_AT)
        assert [number for _currency, number, _amount in kept()] == ["F1", "F2", "F4", "F5"]

    def test_not_what_was_recorded_after_the_day_it_was_declared(self, customer: Customer, lea: User):
        task, noted_at = to_declare(customer), ENTERED_AT + 10 * ONE_DAY
        claim(customer, 5000, number="F4", recorded_at=ENTERED_AT + 8 * ONE_DAY)
        conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON + 3 * ONE_DAY), by=lea, at=noted_at)
        assert kept() == [("EUR", "F1", 300), ("EUR", "F2", 50)]

    def test_but_what_was_known_when_it_was_asked_though_declared_before(self, customer: Customer, lea: User):
        """The books were taken over on the day the proceedings were entered."""
        Invoice.objects.update(recorded_at=ENTERED_AT)
        conclude(to_declare(customer), Said(Outcome.DECLARED, on=JUDGMENT + ONE_DAY), by=lea, at=ENTERED_AT)
        assert kept() == [("EUR", "F1", 300), ("EUR", "F2", 50)]

    def test_it_is_withdrawn_with_what_was_done(self, task: Action, lea: User):
        deed = conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT).deed
        take_back(deed.pk, by=lea, at=SOON)
        assert (kept(), Declaration.objects.count()) == ([], 0)

    def test_what_older_tasks_carried_is_kept_with_an_upgrade(self, customer: Customer, lea: User):
        conclude(to_declare(customer), Said(Outcome.DECLARED, on=ENTERED_ON), by=lea, at=ENTERED_AT)
        DeclaredClaim.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(import_module(UPGRADE).KEEP_WHAT_TASKS_CARRIED)
        assert kept() == [("EUR", "F1", 300), ("EUR", "F2", 50)]


class TestPutOff:
    @pytest.mark.parametrize(("today", "until"), [(ENTERED_ON, LAST_DAY + ONE_DAY), (LAST_DAY, LAST_DAY + ONE_DAY)])
    def test_not_beyond_its_last_day(self, customer: Customer, lea: User, today: date, until: date):
        keys = [ActionFactory(customer=customer).pk, to_declare(customer).pk]
        with pytest.raises(DayRefused, match="15/04/2026"):
            bulk.snooze(keys, until=until, by=lea, on=today, at=ENTERED_AT)
        assert not Action.objects.exclude(snoozed_until=None).exists()

    @pytest.mark.parametrize(("today", "until"), [(ENTERED_ON, LAST_DAY), (LAST_DAY + ONE_DAY, LAST_DAY + 9 * ONE_DAY)])
    def test_up_to_it_and_once_it_has_passed(self, customer: Customer, lea: User, today: date, until: date):
        assert bulk.snooze([to_declare(customer).pk], until=until, by=lea, on=today, at=ENTERED_AT) == 1


class TestWhereItIsRead:
    """In the list, its panel, and the page of the customer."""

    @pytest.fixture(autouse=True)
    def at_noon(self) -> Iterator[None]:
        with time_machine.travel(ENTERED_AT, tick=False):
            yield

    @pytest.mark.parametrize(
        ("on", "told", "tone"),
        [
            (LAST_DAY - 15 * ONE_DAY, "À déclarer au plus tard le 15/04/2026", "warning"),
            (LAST_DAY - 14 * ONE_DAY, "À déclarer au plus tard le 15/04/2026", "danger"),
            (LAST_DAY, "À déclarer au plus tard le 15/04/2026", "danger"),
            (LAST_DAY + ONE_DAY, "Était à déclarer le 15/04/2026 au plus tard", "danger"),
        ],
    )
    def test_its_last_day_is_its_first_reason(self, customer: Customer, on: date, told: str, tone: str):
        task = to_declare(customer)
        task.reasons = ["high_amount"]
        found = [(str(reason.label).replace("\xa0", " "), reason.tone) for reason in labels.reasons(task, on=on)]
        assert found == [(told, tone), ("Montant élevé", "warning")]

    def test_the_first_to_lapse_comes_first_before_all_dunning(self, desk: Client, customer: Customer, lea: User):
        ActionFactory(customer=customer, owner=lea, weight=9e9, late_since_on=date(2020, 1, 1))
        later = to_declare(CustomerFactory(entity=customer.entity, collector=lea), born_before=JUDGMENT + ONE_DAY)
        first = to_declare(customer)
        page = desk.get("/")
        assert [row.pk for row in page.context["page"].rows][:2] == [first.pk, later.pk]
        row = page.content.decode().replace("\xa0", " ").replace("\u202f", " ")
        found = [word in row for word in ("Déclarer les créances", "À déclarer au plus tard le 15/04/2026", "350,00 €")]
        assert found == [True] * 3

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_list_of_them_costs_the_same(
        self, desk: Client, customer: Customer, lea: User, count: int, django_assert_num_queries: Any
    ):
        for _ in range(count):
            to_declare(CustomerFactory(entity=customer.entity, collector=lea))
        desk.get("/")
        with django_assert_num_queries(LIST):
            page = desk.get("/")
        assert len(page.context["page"].rows) == count

    def test_a_panel_says_what_is_to_be_declared_in_each_currency(self, customer: Customer, lea: User):
        claim(customer, 80, currency="USD")
        task = to_declare(customer)
        found = panel_context(task, lea, ENTERED_ON)["claims"]
        said = [(each.currency, each.due, each.due_later, len(each.items)) for each in found]
        assert said == [("EUR", 300, 50, 2), ("USD", 80, 0, 1)]

    def test_a_panel_offers_no_step_to_skip_and_its_own_outcomes(self, desk: Client, customer: Customer):
        task = to_declare(customer)
        page = desk.get(reverse("action_panel", args=[task.pk])).content.decode()
        assert (reverse("actions_skip") in page, reverse("actions_snooze") in page) == (False, True)
        assert [value for value, _label in SaidForm(action=task).fields["outcome"].choices] == [
            "declared",
            "not_needed",
        ]

    @pytest.mark.parametrize("count", [1, 3])
    def test_a_panel_costs_the_same_whatever_is_to_be_declared(
        self, customer: Customer, lea: User, count: int, django_assert_num_queries: Any
    ):
        for currency in ("USD", "CHF", "GBP")[:count]:
            claim(customer, 80, currency=currency)
        task = to_declare(customer)
        with django_assert_num_queries(PANEL):
            found = panel_context(task, lea, ENTERED_ON)["claims"]
        assert len(found) == count + 1

    def test_who_reads_it_says_so_on_the_panel(self, desk: Client, customer: Customer):
        task = to_declare(customer)
        given = {"outcome": "declared", "on": "2026-03-02", "reference": "LR 12"}
        page = desk.post(reverse("action_said", args=[task.pk]), given, follow=True)
        assert standing() == [("done", "declared")]
        assert "Scierie Guillot\xa0: créances déclarées, 02/03/2026." in page.content.decode()

    def test_a_refusal_keeps_what_was_typed(self, desk: Client, customer: Customer):
        task = to_declare(customer)
        given = {"outcome": "declared", "on": "2026-05-02", "reference": "LR 12"}
        answer = desk.post(reverse("action_said", args=[task.pk]), given)
        assert (answer.status_code, 'value="LR 12"' in answer.content.decode()) == (422, True)

    def test_the_page_of_the_customer_does_not_call_it_on_hold_and_says_by_when(self, customer: Customer, lea: User):
        task = to_declare(customer)
        call = ActionLineFactory(action__customer=customer, invoice=task.lines.first().invoice).action
        rows = open_actions(customer, lea)["actions"]
        found = {row["action"].pk: (row["on_hold"], [one.label for one in row["deadline"]]) for row in rows}
        assert found == {task.pk: (False, ["À déclarer au plus tard le 15/04/2026"]), call.pk: (True, [])}

    def test_the_page_of_the_customer_says_what_became_of_it(self, desk: Client, customer: Customer, lea: User):
        task, path = to_declare(customer), reverse("customer", args=[customer.pk])

        def page() -> str:
            return desk.get(path).content.decode().replace("\xa0", " ")

        assert "à déclarer au plus tard le 15/04/2026" in page()
        conclude(task, Said(Outcome.DECLARED, on=ENTERED_ON, reference="LR 12"), by=lea, at=ENTERED_AT)
        after = page()
        assert "Créances déclarées le 02/03/2026, référence LR 12." in after
        assert "à déclarer au plus tard" not in after

    def test_what_waits_is_named_before_a_reminder_by_hand(self, customer: Customer):
        to_declare(customer)
        assert [(one.what, one.detail) for one in already.waiting_for(customer)] == [
            ("Déclarer les créances", "à faire")
        ]


def test_a_merge_takes_both_tasks_over(customer: Customer, entity: Entity):
    duplicate = CustomerFactory(entity=entity)
    claim(duplicate, 10)
    both = [to_declare(customer), to_declare(duplicate)]
    merge_customers(customer, duplicate, by=None, at=SOON)
    assert [(task.pk, task.customer, task.state, task.amount) for task in tasks()] == [
        (both[0].pk, customer, "todo", 350),
        (both[1].pk, customer, "todo", 10),
    ]


def test_it_is_handed_over_like_any_other(customer: Customer, entity: Entity, lea: User):
    colleague = TeamMemberFactory(team=TeamFactory(entity=entity)).user
    task = to_declare(customer)
    assert bulk.reassign([task.pk], to=colleague, by=lea, at=SOON) == 1
    assert tasks()[0].owner == colleague


def test_nobody_else_s_customer(desk: Client):
    task = to_declare(CustomerFactory())
    assert desk.get(reverse("action_panel", args=[task.pk])).status_code == 404
    assert desk.post(reverse("action_said", args=[task.pk]), {"outcome": "declared"}).status_code == 404


LIST, PANEL = 12, 10
