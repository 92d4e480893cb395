"""Addresses beside open items go, or go back to where they stood, with the import that brought them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from crm.customers.models import Address, Customer
from crm.customers.operations import prefer
from crm.customers.queries import best_address
from crm.imports.feeds.customers import feed_customers
from crm.imports.models import AddressBefore, Batch
from crm.imports.operations import import_file
from crm.imports.operations.undo import undo
from crm.imports.outcome import Options
from tests.crm.imports.conftest import AT
from tests.factories.actions import ActionFactory

DAY = date(2026, 3, 2)
RIGHT = ("compta@a.example", "compta@b.example")
WRONG = RIGHT[::-1]


@pytest.fixture
def send(entity, tmp_path) -> Callable[..., Batch]:
    """send(day, of A, of B): open items so many days after AT, with e-mails beside them."""

    def run(day: int, of_a: str, of_b: str) -> Batch:
        path = tmp_path / f"{day}.csv"
        rows = [f"A;F{day}A;01/02/2026;100;{of_a}", f"B;F{day}B;01/02/2026;50;{of_b}"]
        path.write_text("\n".join(["client;facture;echeance;solde;email", *rows, ""]))
        at = AT + timedelta(days=day)
        outcome = import_file(path, entity=entity, options=Options(), by=None, at=at)
        return Batch.objects.get(pk=outcome.batch_id)

    return run


def take_back(batch: Batch, day: int = 9) -> None:
    undo(batch, by=None, at=AT + timedelta(days=day))


def used(on: date = DAY) -> tuple[str | None, ...]:
    found = [best_address(customer, "email", on) for customer in Customer.objects.order_by("external_id")]
    return tuple(address and address.value for address in found)


def stored() -> list[tuple[object, ...]]:
    return list(Address.objects.order_by("pk").values_list("pk", "value", "sent_at", "valid_until"))


def test_what_it_brought_goes(send):
    send(0, *RIGHT)
    before = stored()
    wrong = send(1, *WRONG)
    assert used() == WRONG
    take_back(wrong)
    assert (used(), stored()) == (RIGHT, before)


def test_what_it_put_first_goes_back(send):
    send(0, *WRONG)
    send(1, *RIGHT)
    before = stored()
    wrong = send(2, *WRONG)
    assert used() == WRONG
    take_back(wrong)
    assert (used(), stored()) == (RIGHT, before)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_two_wrong_ones_undone_in_any_order(send, order):
    send(0, *RIGHT)
    before = stored()
    wrong = {1: send(1, *WRONG), 2: send(2, *WRONG)}
    for which in order:
        assert used() == WRONG
        take_back(wrong[which])
    assert (used(), stored()) == (RIGHT, before)


@pytest.mark.parametrize("order", [(1, 3), (3, 1)])
def test_two_wrong_ones_with_a_right_one_between(send, order):
    send(0, *RIGHT)
    wrong = {1: send(1, *WRONG)}
    send(2, *RIGHT)
    wrong[3] = send(3, *WRONG)
    for which in order:
        take_back(wrong[which])
    assert (used(), Address.objects.count()) == (RIGHT, 2)


def test_what_a_later_list_says_too_stays(send):
    first = send(0, *RIGHT)
    send(1, *RIGHT)
    take_back(first)
    assert used() == RIGHT


def test_what_the_api_says_too_stays(send, entity):
    first = send(0, *RIGHT)
    rows = {0: {"external_id": "A", "name": "A", "email": RIGHT[0]}}
    feed_customers(entity, rows, by=None, at=AT + timedelta(days=1))
    send(2, "", "")
    take_back(first)
    assert used() == (RIGHT[0], None)


def test_what_a_person_put_first_stays(send):
    send(0, *RIGHT)
    wrong = send(1, *WRONG)
    prefer(Address.objects.get(customer__external_id="A", value=WRONG[0]), by=None, at=AT)
    take_back(wrong)
    assert used() == (WRONG[0], RIGHT[1])


def test_what_an_action_names_is_used_no_more_until_it_is_sent_again(send, entity):
    send(0, *RIGHT)
    wrong = send(1, *WRONG)
    named = Address.objects.get(customer__external_id="A", value=WRONG[0])
    ActionFactory(customer=named.customer, address=named)
    take_back(wrong, day=4)
    named.refresh_from_db()
    assert (used(date(2026, 3, 6)), named.valid_until) == (RIGHT, date(2026, 3, 5))
    again = send(5, *WRONG)
    assert used(date(2026, 3, 7)) == WRONG
    take_back(again, day=6)
    assert used(date(2026, 3, 8)) == RIGHT


def test_the_same_list_every_day_keeps_no_more_than_three(send):
    kept = []
    for day in range(6):
        send(day, *RIGHT)
        kept.append(AddressBefore.objects.count())
    assert kept == [2, 4, 6, 0, 0, 0]


def test_who_had_none_has_none_again(send, entity):
    send(0, "", "")
    wrong = send(1, *WRONG)
    take_back(wrong)
    assert (used(), Address.objects.count()) == ((None, None), 0)
