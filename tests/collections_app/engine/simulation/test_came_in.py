"""What a simulation takes as paid, and how its report tells it from all else that changes what is claimed."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection

from collections_app.engine.simulation.assumptions import Assumptions
from collections_app.engine.simulation.books import LATER, text
from collections_app.engine.simulation.living import Side
from collections_app.engine.simulation.sheets import workbook
from collections_app.engine.simulation.telling import assumed, told
from crm.holds.models import Hold, HoldKind
from crm.holds.queries import net_items
from crm.law.models import ExchangeRate
from crm.law.operations import load_law
from crm.receivables.models import Credit, Invoice, Movement
from crm.receivables.operations import (
    allocate,
    close_in_ledger,
    refund,
    reopen,
    undo_allocation,
    undo_write_off,
    write_off,
)
from tests.collections_app.engine.simulation.test_simulation import AT, LAST, asked, simulated
from tests.collections_app.engine.world import MARCH_1, World
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory
from tests.plans import rows_compared

pytestmark = pytest.mark.django_db
AS_BEFORE = Assumptions(payments="as_before", delay_days=0)
BEFORE = MARCH_1 - timedelta(days=10)


@pytest.fixture
def world():
    """A mail two days after the due date, a call nine days after it."""
    load_law()
    world = World({"offset_days": 2, "email": True}, {"offset_days": 9})
    world.entity.refresh_from_db()
    return world


@pytest.fixture
def customer(world):
    return world.customer(name="Boulangerie Morel")


def pays_late(world, days):
    """Somebody else whose only invoice was paid so many days late: everybody is judged by it."""
    judge = world.invoice(world.customer(), late=60)
    close_in_ledger(judge, on=judge.due_on + timedelta(days=days), at=AT)


def invoice(customer, due_on, amount=100, **fields):
    return InvoiceFactory(customer=customer, issued_on="2026-01-15", due_on=due_on, amount=Decimal(amount), **fields)


def money(customer, amount=100, received_on=BEFORE, **fields):
    return CreditFactory(customer=customer, amount=Decimal(amount), received_on=received_on, **fields)


def dispute(customer, **scope):
    return held(customer, HoldKind.DISPUTE, **scope)


def held(customer, kind, starts_on=BEFORE, **scope):
    fields = {"kind": kind, "starts_on": starts_on, "created_at": AT}
    return Hold.objects.create(entity=customer.entity, customer=customer, **fields, **scope)


def reminded(report):
    return {step["code"]: step["touches"] for step in report["steps"]}


def predicted(world, **options):
    """What the books will say of each item: (invoice, credit, first night that knows it, kind, amount)."""
    side = Side(asked(world, assumptions=AS_BEFORE, **options), "today")
    side.copy(go_on=lambda: None)
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.external_id, c.external_id, m.known_on, m.kind, m.amount "
            f"from {side.schema}.simulated_movement m left join receivables_invoice i on i.id = m.invoice_id "
            "left join receivables_credit c on c.id = m.credit_id "
            "order by m.known_on, i.external_id, m.kind desc, c.external_id"
        )
        return cursor.fetchall()


def test_what_unapplied_money_covers_is_not_paid_a_second_time(world, customer):
    """He owes 100 of 200: the second invoice is paid 20 days late, after the mail and the call."""
    pays_late(world, 20)
    invoice(customer, MARCH_1 + timedelta(days=1))
    invoice(customer, MARCH_1 + timedelta(days=20))
    money(customer)
    simulation = simulated(world, assumptions=AS_BEFORE, until_on=MARCH_1 + timedelta(days=45))
    report = simulation.report["today"]
    assert (report["paid"], report["changed"], reminded(report)) == (
        {"number": 1, "amount": "100.000"},
        [{"what": "applied", "number": 1, "amount": "100.000"}],
        {"s2": 1, "s9": 1},
    )
    assert assumed(simulation)[1:3] == [
        "Soit 1 règlement pour 100,00\xa0€.",
        "Des sommes déjà reçues et non lettrées sont imputées sur 1 facture pour 100,00\xa0€.",
    ]


def test_a_credit_note_is_no_payment_to_judge_by_and_each_sum_has_its_own_day(world, customer):
    """One invoice paid in two parts, 1 and 3 days late, another taken back a day after its due date."""
    other = world.customer()
    paid, wrong = world.invoice(other, late=60), world.invoice(other, late=60, amount=Decimal(20_000))
    for days in (1, 3):
        on = paid.due_on + timedelta(days=days)
        allocate(paid, money(other, 50, on), amount=Decimal(50), on=on, at=AT)
    note = money(other, 20_000, wrong.due_on, kind="credit_note")
    allocate(wrong, note, on=wrong.due_on + timedelta(days=1), at=AT)
    invoice(customer, MARCH_1 + timedelta(days=1), external_id="F1")
    assert predicted(world) == [("F1", None, MARCH_1 + timedelta(days=4), "payment", -100)]


def test_money_is_applied_to_what_it_covers_and_leaves_the_rest_to_be_paid(world, customer):
    """First what it names, then the oldest, never what is disputed; a sum that will come covers from its day."""
    pays_late(world, 3)
    _oldest, disputed, _next, named = (
        invoice(customer, MARCH_1 + timedelta(days=days), external_id=f"F{days}") for days in (1, 2, 4, 6)
    )
    dispute(customer, invoice=disputed)
    money(customer, 30, external_id="names", names_invoice=named)
    money(customer, 120, external_id="free", received_on=BEFORE + timedelta(days=1))
    money(customer, 20, external_id="later", received_on=MARCH_1 + timedelta(days=9))
    assert predicted(world) == [
        ("F1", "free", MARCH_1 + timedelta(days=5), "applied", -100),
        ("F4", None, MARCH_1 + timedelta(days=8), "payment", -60),
        ("F4", "free", MARCH_1 + timedelta(days=8), "applied", -20),
        ("F4", "later", MARCH_1 + timedelta(days=10), "applied", -20),
        ("F6", None, MARCH_1 + timedelta(days=10), "payment", -70),
        ("F6", "names", MARCH_1 + timedelta(days=10), "applied", -30),
    ]


@pytest.mark.parametrize("scope", [{"born_before": date(2026, 2, 15)}, {"starts_on": date(2026, 2, 15)}])
def test_an_insolvent_customer_pays_what_is_born_since_the_judgment(world, customer, scope):
    """Money of before covers the old claim, money since the new one; nothing else is paid of the old one, whatever else
    holds it."""
    pays_late(world, 3)
    old = invoice(customer, MARCH_1 + timedelta(days=1), external_id="old")
    born_since = {"external_id": "since", "issued_on": date(2026, 2, 16)}
    InvoiceFactory(customer=customer, due_on=MARCH_1 + timedelta(days=2), amount=Decimal(100), **born_since)
    held(customer, HoldKind.INSOLVENCY, **scope)
    held(customer, HoldKind.PROMISE, invoice=old)
    money(customer, 30, external_id="of before", received_on=date(2026, 2, 14))
    money(customer, 40, external_id="of then", received_on=date(2026, 2, 15))
    assert predicted(world) == [
        ("old", "of before", MARCH_1 + timedelta(days=5), "applied", -30),
        ("since", None, MARCH_1 + timedelta(days=6), "payment", -60),
        ("since", "of then", MARCH_1 + timedelta(days=6), "applied", -40),
    ]


@pytest.mark.parametrize("kind", [HoldKind.DISPUTE, HoldKind.LIMITATION, HoldKind.INSOLVENCY, HoldKind.PROMISE])
def test_what_is_held_on_its_day_is_not_paid(world, customer, kind):
    """Four days late: of three invoices one is held on that day, one until the day before; a promise is kept."""
    pays_late(world, 4)
    held_on, until, _free = (invoice(customer, MARCH_1 + timedelta(days=1), external_id=name) for name in "abc")
    held(customer, kind, invoice=held_on, ends_on=MARCH_1 + timedelta(days=5))
    held(customer, kind, invoice=until, ends_on=MARCH_1 + timedelta(days=4))
    assert [row[0] for row in predicted(world)] == ["a", "b", "c"][kind != HoldKind.PROMISE :]


def compared(count):
    """Rows compared to predict what one customer pays of this many invoices, half covered by as many sums."""
    customer = CustomerFactory()
    judge = InvoiceFactory(customer=customer, due_on=MARCH_1 - timedelta(days=9))
    close_in_ledger(judge, on=judge.due_on + timedelta(days=3), at=AT)
    held(customer, HoldKind.INSOLVENCY, born_before=MARCH_1)
    due = {"issued_on": date(2026, 1, 15), "due_on": MARCH_1}
    invoices = Invoice.objects.bulk_create(InvoiceFactory.build_batch(count, customer=customer, **due))
    for one in invoices[::5]:
        dispute(customer, invoice=one)
    Credit.objects.bulk_create(
        CreditFactory.build_batch(count, customer=customer, amount=Decimal(50), received_on=BEFORE)
    )
    params = {"entity": customer.entity_id, "from": MARCH_1, "today": MARCH_1, "until": LAST, "on": LAST}
    with connection.cursor() as cursor:
        cursor.execute(f"analyze; drop table if exists simulated_movement; {LATER}")
    return rows_compared(text("books_predicted"), params)


def test_three_times_as_many_invoices_and_sums_cost_three_times_as_much():
    assert compared(900) < 4 * compared(300)


def test_more_than_an_invoice_named_by_two_sums_covers_the_oldest(world, customer):
    pays_late(world, 3)
    named, oldest = invoice(customer, MARCH_1 + timedelta(days=6)), invoice(customer, MARCH_1 + timedelta(days=1))
    for external_id in "ab":
        money(customer, 80, external_id=external_id, names_invoice=named)
    assert [(row[0], row[1], row[4]) for row in predicted(world)] == [
        (oldest.external_id, None, -40),
        (oldest.external_id, "b", -60),
        (named.external_id, "a", -80),
        (named.external_id, "b", -20),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_drawn_ledgers_are_paid_what_decisions_call_open_and_no_money_is_applied_twice(world, seed):
    """Each invoice is lowered by what covers it and paid the rest, each sum applied to no more than there is of it."""
    pays_late(world, 3)
    drawn = Random(seed)
    customers = [world.customer() for _ in range(5)]
    for customer in customers:
        for currency in ("EUR", "USD"):
            due = [MARCH_1 + timedelta(days=drawn.randint(1, 9)) for _ in range(4)]
            owed = [invoice(customer, on, drawn.randint(20, 90), currency=currency) for on in due]
            for _ in range(drawn.randint(0, 4)):
                named = drawn.choice([None, *owed])
                money(customer, drawn.randint(10, 80), currency=currency, names_invoice=named)
            if drawn.random() < 0.4:
                dispute(customer, invoice=drawn.choice(owed))
    items = {item.invoice_id: item for customer in customers for item in net_items(customer, on=LAST)}
    paid, applied, taken = Counter(), Counter(), Counter()
    for invoice_id, credit_id, amount in moved(world):
        (applied if credit_id else paid)[invoice_id] -= amount
        if credit_id:
            taken[credit_id] -= amount
    assert paid == {key: item.net_amount for key, item in items.items() if item.net_amount and not item.held}
    assert applied == {key: item.covered for key, item in items.items() if item.covered}
    assert all(amount <= Credit.objects.get(pk=key).open_amount for key, amount in taken.items())
    assert sum(taken.values()) > 100


def moved(world):
    """(invoice, credit, amount) of each movement to come."""
    side = Side(asked(world, assumptions=AS_BEFORE), "today")
    side.copy(go_on=lambda: None)
    with connection.cursor() as cursor:
        cursor.execute(f"select invoice_id, credit_id, amount from {side.schema}.simulated_movement")
        return cursor.fetchall()


def test_what_is_older_than_the_usual_delay_stays_covered_and_is_not_paid(world, customer):
    pays_late(world, 3)
    invoice(customer, BEFORE, 100)
    invoice(customer, MARCH_1 + timedelta(days=1), 50, external_id="F1")
    money(customer, 70)
    assert predicted(world) == [("F1", None, MARCH_1 + timedelta(days=5), "payment", -50)]


@pytest.mark.parametrize(("due_on", "paid", "opened"), [(22, 0, {"s2": 1, "s9": 1}), (23, 1, {}), (24, 1, {"s2": 1})])
def test_what_is_paid_today_is_known_by_the_first_night_tomorrow(world, customer, due_on, paid, opened):
    """Asked for on the 28th, after the night of that day: he pays five days late."""
    pays_late(world, 5)
    invoice(customer, date(2026, 2, due_on))
    report = simulated(
        world, at=AT - timedelta(hours=12), assumptions=AS_BEFORE, until_on=MARCH_1 + timedelta(days=9)
    ).report["today"]
    assert (report["paid"]["number"], report["opened"]) == (paid, opened)


def replayed(world):
    return simulated(
        world, kind="replay", at=AT + timedelta(days=60), from_on=BEFORE, until_on=MARCH_1 - timedelta(days=1)
    )


def on(days):
    return {"on": BEFORE + timedelta(days=days), "at": AT}


def test_a_replay_tells_payments_credit_notes_and_write_offs_apart(world, customer):
    owed = [invoice(customer, MARCH_1, 1000, external_id=f"F{number}") for number in range(6)]
    earlier = money(customer, 40, BEFORE - timedelta(days=1))
    allocate(owed[0], earlier, **on(2))
    payment = money(customer, 300, BEFORE + timedelta(days=1))
    for item in owed[:2]:
        allocate(item, payment, amount=Decimal(100), **on(3))
    undo_allocation(Movement.objects.get(credit=payment, invoice=owed[1]), **on(4))
    money(customer, 25, BEFORE + timedelta(days=5))
    note = CreditFactory(customer=customer, credit_note=True, amount=Decimal(70), received_on=BEFORE)
    allocate(owed[2], note, **on(1))
    write_off(owed[3], amount=Decimal(11), reason="small", **on(1))
    undo_write_off(write_off(owed[4], reason="too soon", **on(1)), reason="error", **on(2))
    close_in_ledger(owed[5], **on(3))
    reopen(owed[5], amount=Decimal(400), **on(4))
    refund(Credit.objects.get(amount=25), amount=Decimal(5), reason="asked for", **on(6))
    simulation = replayed(world)
    report = simulation.report["today"]
    assert report["paid"] == {"number": 2, "amount": "325.000"}
    assert report["changed"] == [
        {"what": "closed_in_ledger", "number": 1, "amount": "600.000"},
        {"what": "credit_gone", "number": 1, "amount": "5.000"},
        {"what": "credit_note", "number": 1, "amount": "70.000"},
        {"what": "written_off", "number": 1, "amount": "11.000"},
    ]
    assert assumed(simulation)[1:4] == [
        "Soit 2 règlements pour 325,00\xa0€.",
        "Hors règlements, ce qui est réclamé a baissé de 1 facture soldée ou diminuée en comptabilité sans dire par "
        "quoi, pour 600,00\xa0€, 1 avoir pour 70,00\xa0€, 1 passage en perte pour 11,00\xa0€.",
        "Ce qui est réclamé a augmenté de 1 règlement ou avoir remboursé ou soldé en comptabilité, pour 5,00\xa0€.",
    ]


def test_new_invoices_and_what_is_claimed_again_are_told_too(world, customer):
    closed = invoice(customer, MARCH_1)
    close_in_ledger(closed, on=BEFORE - timedelta(days=3), at=AT)
    reopen(closed, **on(2))
    InvoiceFactory(customer=customer, issued_on=BEFORE + timedelta(days=1), due_on=MARCH_1)
    simulation = replayed(world)
    assert simulation.report["today"]["changed"] == [{"what": "claimed_again", "number": 1, "amount": "100.000"}]
    assert assumed(simulation)[1:3] == [
        "Soit 0 règlement pour 0,00\xa0€, 1 facture nouvelle pour 100,00\xa0€.",
        "Ce qui est réclamé a augmenté de 1 facture réclamée de nouveau ou augmentée, pour 100,00\xa0€.",
    ]


def test_a_report_of_before_they_were_told_apart_does_not_call_them_all_payments(world):
    simulation = replayed(world)
    found = simulation.report["today"]
    del found["changed"], found["no_rate"]
    found |= {"paid": {"movements": 2, "customers": 1, "amount": "200.00"}, "born": {"invoices": 3, "amount": "1.00"}}
    assert assumed(simulation)[1] == (
        "Soit 2 règlements, avoirs et passages en perte pour 200,00\xa0€, et 3 factures nouvelles."
    )


NO_RATE = (
    "Aucun cours de CHF en EUR n’est connu pour ces jours ; dans aucun montant : 2 contacts pour 2\xa0000,00\xa0CHF."
)


def test_a_currency_without_a_known_rate_is_told_and_not_claimed_for_nothing(world, customer):
    invoice(customer, MARCH_1 - timedelta(days=2), 1000, currency="CHF")
    simulation = simulated(world)
    page = told(simulation)
    assert (page["warnings"], page["steps"][0]["pairs"]) == ([NO_RATE], [(1, None)])
    assert [row["values"] for row in page["summary"] if row["label"].startswith("Montant réclamé")] == [[None]]
    assert NO_RATE in assumed(simulation)
    assert workbook(simulation)


def test_beside_a_known_currency_it_is_left_out_of_the_sum_and_told(world, customer):
    invoice(customer, MARCH_1 - timedelta(days=2), 1000, currency="CHF")
    invoice(world.customer(), MARCH_1 - timedelta(days=2), 70)
    simulation = simulated(world)
    page = told(simulation)
    assert (page["warnings"], page["steps"][0]["pairs"]) == ([NO_RATE], [(2, Decimal(70))])
    ExchangeRate.objects.create(base="CHF", quote="EUR", on=MARCH_1, rate=Decimal("1.1"))
    page = told(simulated(world))
    assert (page["warnings"], page["steps"][0]["pairs"]) == ([], [(2, Decimal(1170))])


def test_payments_invoices_and_customers_kept_back_without_a_rate_are_told(world, customer):
    dispute(customer)
    invoice(customer, BEFORE - timedelta(days=5), 1000, currency="CHF")
    money(customer, 200, BEFORE + timedelta(days=1), currency="CHF")
    InvoiceFactory(
        customer=customer, issued_on=BEFORE + timedelta(days=2), due_on=MARCH_1, amount=Decimal(50), currency="CHF"
    )
    simulation = replayed(world)
    assert told(simulation)["warnings"] == [
        "Aucun cours de CHF en EUR n’est connu pour ces jours ; dans aucun montant : 1 facture nouvelle pour "
        "50,00\xa0CHF, 1 règlement pour 200,00\xa0CHF, 1 client retenu."
    ]
    assert assumed(simulation)[1] == "Soit 1 règlement pour —, 1 facture nouvelle pour —."
    assert [name["amount"] for row in told(simulation)["blocked"] for name in row["names"]] == [None]
