"""With --json a program reads one object on the standard output, refusals included."""

import json

import pytest
from django.core.management import CommandError, call_command

from collections_app.engine.models import Run
from crm.law.models import ExchangeRate
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.accounts import EntityFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["run_night", "--entity", "NONE"], "Il n’y a pas d’entité NONE. Codes connus : -."),
        (["explain", "NOBODY"], "Il n’y a pas de client NOBODY."),
    ],
)
def test_a_refusal_is_one_json_object_and_exits_with_two(command, reason, capsys):
    with pytest.raises(CommandError) as refused:
        call_command(*command, "--json")
    assert (refused.value.returncode, json.loads(capsys.readouterr().out)) == (2, {"refused": reason})


def test_a_slip_of_the_year_does_not_close_the_nights_until_then(capsys):
    entity = EntityFactory(code="ACME")
    with pytest.raises(CommandError) as refused:
        call_command("run_night", "--entity", "ACME", "--on", "2126-01-01", "--json")
    assert refused.value.returncode == 2
    assert not Run.objects.filter(entity=entity).exists()


@pytest.mark.parametrize(("currency", "amount"), [("EUR", "100.00"), ("XOF", "100"), ("TND", "100.000")])
def test_amounts_have_the_decimals_of_their_currency(currency, amount, capsys):
    world = World({"offset_days": 5, "minimum_amount": "0.10"})
    customer = world.customer()
    world.invoice(customer, late=6, currency=currency)
    world.regroup()
    asked = ("explain", customer.external_id, "--on", MARCH_1.isoformat(), "--json")
    call_command(*asked)
    [account] = json.loads(capsys.readouterr().out)["accounts"]
    [item] = account["items"]
    assert (account["amount"], item["net_amount"], account["minimum_amount"]) == (amount, amount, "0.10")
    world.night()
    call_command(*asked)
    assert [action["amount"] for action in json.loads(capsys.readouterr().out)["actions"]] == [amount]


def test_the_minimum_of_a_step_is_told_in_the_currency_of_the_entity(capsys):
    ExchangeRate.objects.create(base="USD", quote="EUR", on="2020-01-01", rate="0.9")
    world = World({"offset_days": 5, "minimum_amount": 200})
    customer = world.customer()
    world.invoice(customer, late=6, currency="USD")
    world.regroup()
    call_command("explain", customer.external_id, "--on", MARCH_1.isoformat(), "--language", "en")
    assert "$100.00 is below its minimum of €200.00" in capsys.readouterr().out
