from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crm.imports.feeds.credits import feed_credits
from crm.imports.feeds.invoices import feed_invoices
from crm.imports.queries import books_seen_at
from crm.receivables.models import Credit, Invoice, Movement
from crm.timeline.models import Entry
from tests.factories.customers import CustomerFactory
from tests.factories.receivables import CreditFactory, InvoiceFactory

pytestmark = pytest.mark.django_db
BASE = "/api/v1/entities/ACME"
INVOICE = {
    "external_id": "FA1",
    "customer": "C1",
    "issued_on": "2026-01-02",
    "due_on": "2026-02-01",
    "amount": "120.50",
}
PAYMENT = {"external_id": "RG1", "customer": "C1", "received_on": "2020-02-10", "amount": "100.00"}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def customer(entity):
    return CustomerFactory(entity=entity, external_id="C1")


def send(client, what, *rows, **kwargs):
    body = client.post(f"{BASE}/{what}/bulk", {"rows": list(rows), **kwargs}).json()
    faults = [(error["row"], error["field"]) for error in body["errors"]]
    return body["created"], body["updated"], body["unchanged"], faults


class TestInvoices:
    def test_added_once(self, customer, erp):
        assert send(erp, "invoices", INVOICE) == (1, 0, 0, [])
        assert send(erp, "invoices", INVOICE) == (0, 0, 1, [])
        invoice = Invoice.objects.get()
        assert (invoice.number, invoice.open_amount, invoice.currency) == ("FA1", Decimal("120.50"), "EUR")
        assert (invoice.due_on, invoice.due_on_source) == (date(2026, 2, 1), "file")
        assert Entry.objects.get(customer=customer).params == {"count": 1}

    def test_a_missing_due_date_is_guessed(self, customer, erp):
        send(erp, "invoices", {name: value for name, value in INVOICE.items() if name != "due_on"})
        invoice = Invoice.objects.get()
        assert (invoice.due_on, invoice.due_on_source) == (date(2026, 2, 1), "guessed")

    def test_an_invoice_in_parts_has_a_row_per_due_date(self, customer, erp):
        parts = [{"due_on": "2026-03-01", "amount": "50.00"}, {"due_on": "2026-02-01", "amount": "70.50"}]
        row = {"external_id": "FA1", "customer": "C1", "issued_on": "2026-01-02", "installments": parts}
        assert send(erp, "invoices", row) == (1, 0, 0, [])
        assert send(erp, "invoices", row) == (0, 0, 1, [])
        assert list(Invoice.objects.order_by("installment").values_list("installment", "amount")) == [
            (1, Decimal("70.500")),
            (2, Decimal("50.000")),
        ]

    def in_parts(self, erp, *amounts):
        """Due in February, March…"""
        parts = [{"due_on": f"2026-{month:02}-01", "amount": amount} for month, amount in enumerate(amounts, start=2)]
        row = {"external_id": "FA1", "customer": "C1", "issued_on": "2026-01-02", "installments": parts}
        assert send(erp, "invoices", row) == (1, 0, 0, [])
        return row

    def due(self):
        found = Invoice.objects.order_by("installment").values_list("installment", "due_on", "amount")
        return [(number, f"{due_on:%m}", int(amount)) for number, due_on, amount in found]

    @pytest.mark.parametrize(
        ("second", "due"), [("7.00", [(1, "09", 5), (2, "03", 7)]), ("5.00", [(1, "09", 5), (2, "03", 5)])]
    )
    def test_the_first_instalment_put_off_stays_the_first(self, customer, erp, second, due):
        row = self.in_parts(erp, "5.00", second)
        row["installments"][0]["due_on"] = "2026-09-01"
        assert send(erp, "invoices", row) == (0, 1, 0, [])
        assert (self.due(), send(erp, "invoices", row)) == (due, (0, 0, 1, []))

    def test_one_instalment_is_told_by_its_number(self, customer, erp):
        self.in_parts(erp, "5.00", "7.00", "7.00")
        assert send(erp, "invoices", {"external_id": "FA1", "installment": 2, "due_on": "2026-09-01"}) == (0, 1, 0, [])
        assert self.due() == [(1, "02", 5), (2, "09", 7), (3, "04", 7)]

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            ({"due_on": "2026-09-01"}, "due_on"),
            ({"amount": "12.00"}, "amount"),
            ({"installment": 3, "due_on": "2026-09-01"}, "installment"),
            ({"installment": 2, "amount": "5.00"}, "amount"),
            ({"installment": 1, "installments": [{"due_on": "2026-09-01", "amount": "5.00"}]}, ""),
            ({"installments": [{"due_on": "2026-09-01", "amount": "5.00"}]}, "amount"),
            ({"installments": [{"due_on": "2026-09-01", "amount": "5.00"}, {"due_on": "2026-09-01", "amount": "8.00"}]},
             "amount"),
            ({"installments": [{"due_on": "2026-09-01", "amount": "5.00", "installment": 2},
                               {"due_on": "2026-09-01", "amount": "7.00", "installment": 1}]}, "installments"),
        ],
    )  # fmt: skip
    def test_a_row_that_is_not_of_its_instalments_is_refused(self, customer, erp, row, field):
        self.in_parts(erp, "5.00", "7.00")
        assert send(erp, "invoices", {"external_id": "FA1"} | row) == (0, 0, 0, [(0, field)])
        assert self.due() == [(1, "02", 5), (2, "03", 7)]

    def test_what_is_said_without_a_date_is_of_all_instalments(self, customer, erp):
        self.in_parts(erp, "5.00", "7.00")
        assert send(erp, "invoices", {"external_id": "FA1", "label": "x"}) == (0, 1, 0, [])
        assert list(Invoice.objects.values_list("label", flat=True)) == ["x", "x"]

    @pytest.mark.parametrize(
        ("numbers", "faults"), [([2, 1], []), ([2, 3], [(0, "installments")]), ([1, 1], [(0, "installments")])]
    )
    def test_a_new_invoice_may_number_its_instalments(self, customer, erp, numbers, faults):
        parts = [{"due_on": "2026-02-01", "amount": "5.00"}, {"due_on": "2026-03-01", "amount": "7.00"}]
        numbered = [part | {"installment": number} for part, number in zip(parts, numbers, strict=True)]
        row = {"external_id": "FA1", "customer": "C1", "issued_on": "2026-01-02", "installments": numbered}
        assert send(erp, "invoices", row)[3] == faults
        assert self.due() == ([] if faults else [(1, "03", 7), (2, "02", 5)])

    def test_a_code_no_currency_has_is_refused(self, customer, erp):
        assert send(erp, "invoices", INVOICE | {"currency": "ZZZ"}) == (0, 0, 0, [(0, "currency")])

    def test_the_due_date_may_change_and_the_amount_may_not(self, customer, erp):
        send(erp, "invoices", INVOICE)
        assert send(erp, "invoices", {"external_id": "FA1", "due_on": "2026-03-01"}) == (0, 1, 0, [])
        assert send(erp, "invoices", INVOICE | {"amount": "99.00", "issued_on": "2026-01-03"}) == (
            0,
            0,
            0,
            [(0, "amount"), (0, "issued_on")],
        )
        assert Invoice.objects.get().due_on == date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("row", "faults"),
        [
            ({"due_on": "2026-01-01"}, [(0, "due_on")]),
            ({"due_on": "2026-01-02"}, []),
            ({"due_on": "2026-01-01", "kind": "opening"}, []),
            ({"installments": [{"due_on": "2026-01-01", "amount": "5.00"}]}, [(0, "installments")]),
        ],
    )
    def test_it_falls_due_when_it_is_issued_at_the_earliest(self, customer, erp, row, faults):
        given = INVOICE if "installments" not in row else without(INVOICE, "due_on", "amount")
        assert send(erp, "invoices", given | row)[3] == faults

    def test_nor_is_it_put_before_but_what_stands_so_may_come_again(self, customer, erp):
        InvoiceFactory(customer=customer, external_id="FA1", issued_on=date(2026, 1, 2), due_on=date(2026, 1, 1))
        assert send(erp, "invoices", {"external_id": "FA1", "due_on": "2025-12-01"}) == (0, 0, 0, [(0, "due_on")])
        assert send(erp, "invoices", {"external_id": "FA1", "due_on": "2026-01-01", "label": "x"}) == (0, 1, 0, [])

    def test_faults_are_named(self, customer, erp):
        rows = [
            INVOICE | {"customer": "C9"},
            {"external_id": "FA2", "customer": "C1"},
            INVOICE | {"external_id": "FA3", "amount": "1.005"},
            INVOICE | {"external_id": "FA4", "amount": "-5"},
            INVOICE | {"external_id": "FA5", "due_on": "31/01/2026"},
        ]
        assert send(erp, "invoices", *rows) == (
            0,
            0,
            0,
            [(0, "customer"), (1, "amount"), (1, "issued_on"), (2, "amount"), (3, "amount"), (4, "due_on")],
        )

    @pytest.mark.parametrize("count", [1, 3])
    def test_writing_costs_the_same_whatever_the_number(self, customer, erp, count, django_assert_num_queries):
        erp.get(f"{BASE}/invoices")
        rows = [INVOICE | {"external_id": f"FA{n}"} for n in range(count)]
        with django_assert_num_queries(11):
            assert send(erp, "invoices", *rows)[0] == count

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [({}, ["A", "B"]), ({"open": "true"}, ["B"]), ({"due_before": "2026-02-15"}, ["A"]), ({"customer": "C2"}, [])],
    )
    def test_the_list_is_narrowed(self, customer, erp, query, numbers):
        InvoiceFactory(customer=customer, number="A", due_on="2026-02-01")
        InvoiceFactory(customer=customer, number="B", due_on="2026-03-01")
        send(erp, "payments", PAYMENT | {"allocations": self.all_of("A")})
        assert [row["number"] for row in erp.get(f"{BASE}/invoices", query).json()["rows"]] == numbers

    def all_of(self, number):
        return [{"invoice": Invoice.objects.get(number=number).external_id, "amount": "100.00"}]


class TestPayments:
    def test_received_and_unapplied(self, customer, erp):
        invoice = InvoiceFactory(customer=customer, external_id="FA1")
        assert send(erp, "payments", PAYMENT | {"invoice": "FA1"}) == (1, 0, 0, [])
        assert send(erp, "payments", PAYMENT | {"invoice": "FA1"}) == (0, 0, 1, [])
        credit = Credit.objects.get()
        assert (credit.names_invoice, credit.open_amount, credit.kind) == (invoice, Decimal(100), "payment")

    def test_applied_once(self, customer, erp):
        invoice = InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(60))
        row = PAYMENT | {"allocations": [{"invoice": "FA1", "amount": "60.00"}]}
        for _ in range(2):
            send(erp, "payments", row)
        invoice.refresh_from_db()
        assert (invoice.open_amount, invoice.settled_on) == (0, date(2020, 2, 10))
        assert Credit.objects.get().open_amount == Decimal(40)
        assert Movement.objects.get().amount == Decimal(-60)

    @pytest.mark.parametrize(
        ("parts", "answer"),
        [
            ([("FA1", "60.00")], (0, 0, 1, [])),
            ([("FA1", "50.00"), ("FA1", "10.00")], (0, 0, 1, [])),
            ([("FA1", "60.00"), ("FA2", "40.00")], (0, 0, 0, [(0, "allocations")])),
            ([("FA1", "99999.00")], (0, 0, 0, [(0, "allocations")])),
        ],
    )
    def test_of_a_known_one_more_than_stands_is_a_fault(self, customer, erp, parts, answer):
        for external_id in ("FA1", "FA2"):
            InvoiceFactory(customer=customer, external_id=external_id, amount=Decimal(60))
        send(erp, "payments", PAYMENT | {"allocations": [{"invoice": "FA1", "amount": "60.00"}]})
        allocations = [{"invoice": invoice, "amount": amount} for invoice, amount in parts]
        assert send(erp, "payments", PAYMENT | {"allocations": allocations}) == answer
        assert Movement.objects.get().amount == -60

    def test_money_is_not_of_a_day_after_tomorrow(self, customer, entity, erp):
        invoice = InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(100))
        row = PAYMENT | {"received_on": "2062-02-01", "allocations": [{"invoice": "FA1", "amount": "100.00"}]}
        assert send(erp, "payments", row) == (0, 0, 0, [(0, "received_on")])
        invoice.refresh_from_db()
        assert (invoice.open_amount, Credit.objects.count()) == (100, 0)

    @pytest.mark.parametrize(("day", "created"), [(date(2026, 3, 2), 1), (date(2026, 3, 3), 1), (date(2026, 3, 4), 0)])
    def test_its_last_day_is_tomorrow(self, customer, entity, day, created):
        row = {"external_id": "RG1", "customer": "C1", "received_on": day, "amount": Decimal(5)}
        assert feed_credits(entity, {0: row}, by=None, at=NOON).created == created

    def test_what_is_known_of_a_later_day_may_be_sent_again(self, customer, entity, erp):
        CreditFactory(customer=customer, external_id="RG1", amount=Decimal(100), received_on=date(2062, 2, 1))
        assert send(erp, "payments", PAYMENT | {"received_on": "2062-02-01", "label": "x"}) == (0, 1, 0, [])

    def test_two_payments_of_one_request_share_what_is_left(self, customer, erp):
        InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(120))
        part = {"allocations": [{"invoice": "FA1", "amount": "80.00"}]}
        rows = [PAYMENT | part, PAYMENT | part | {"external_id": "RG2"}]
        assert send(erp, "payments", *rows) == (1, 0, 0, [(1, "allocations")])
        assert Invoice.objects.get().open_amount == Decimal(40)

    def test_faults_are_named(self, customer, erp):
        InvoiceFactory(external_id="FA9")
        InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(500))
        CreditFactory(customer=customer, external_id="RG0", amount=Decimal(5))
        rows = [
            {"external_id": "RG0", "amount": "6.00"},
            PAYMENT | {"invoice": "FA9"},
            PAYMENT | {"external_id": "RG2", "allocations": [{"invoice": "FA1", "amount": "100.01"}]},
            {"external_id": "RG3", "customer": "C1"},
        ]
        assert send(erp, "payments", *rows)[3] == [
            (0, "amount"),
            (1, "invoice"),
            (2, "allocations"),
            (3, "amount"),
            (3, "received_on"),
        ]

    @pytest.mark.parametrize("count", [1, 3])
    def test_writing_costs_the_same_whatever_the_number(self, customer, erp, count, django_assert_num_queries):
        InvoiceFactory(customer=customer, external_id="FA1", amount=Decimal(500))
        erp.get(f"{BASE}/payments")
        part = {"allocations": [{"invoice": "FA1", "amount": "80.00"}]}
        rows = [PAYMENT | part | {"external_id": f"RG{n}"} for n in range(count)]
        with django_assert_num_queries(12):
            assert send(erp, "payments", *rows)[0] == count

    def test_the_list(self, customer, erp):
        CreditFactory(customer=customer, external_id="RG1")
        (row,) = erp.get(f"{BASE}/payments", {"unapplied": "true"}).json()["rows"]
        assert (row["external_id"], row["open_amount"], row["invoice"]) == ("RG1", "40.00", None)


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


@pytest.mark.parametrize(
    ("what", "row", "faults"),
    [
        ("invoices", without(INVOICE, "due_on") | {"issued_on": "9999-12-31"}, [(0, "issued_on")]),
        ("invoices", INVOICE | {"due_on": "0001-01-01"}, [(0, "due_on")]),
        ("payments", PAYMENT | {"received_on": "9999-12-31"}, [(0, "received_on")]),
        ("invoices", INVOICE | {"amount": "73282932000074"}, [(0, "amount")]),
        ("payments", PAYMENT | {"amount": "10000000000000.00"}, [(0, "amount")]),
        ("invoices", without(INVOICE, "due_on", "amount")
            | {"installments": [{"due_on": "9999-12-31", "amount": 1}]}, [(0, "installments.0.due_on")]),
        ("customers", {"external_id": "C2", "name": "X", "attributes": {"a": ["b\x00"]}}, [(0, "attributes")]),
        ("customers", {"external_id": "C2", "name": "X", "attributes": {"b\x00": 1}}, [(0, "attributes")]),
        ("customers", {"external_id": "C2", "name": "X", "siret": "hello"}, [(0, "siret")]),
        ("customers", {"external_id": "C2", "name": "X", "vat_number": "zzz"}, [(0, "vat_number")]),
        ("customers", {"external_id": "C\n2", "name": "X"}, [(0, "external_id")]),
        ("invoices", INVOICE | {"external_id": "F\t1"}, [(0, "external_id")]),
        ("invoices", INVOICE | {"amount": "1e3"}, [(0, "amount")]),
        ("invoices", INVOICE | {"issued_on": "20260102"}, [(0, "issued_on")]),
        ("payments", PAYMENT | {"received_on": "2020-W07-1"}, [(0, "received_on")]),
    ],
)  # fmt: skip
def test_what_no_book_holds_is_a_fault_of_its_row(customer, erp, what, row, faults):
    assert send(erp, what, row) == (0, 0, 0, faults)


class TestFreshness:
    """Only what was taken says how fresh the books are: stale books keep automatic messages home."""

    INVOICE = INVOICE | {"issued_on": date(2026, 1, 2), "due_on": date(2026, 2, 1), "amount": Decimal(100)}
    PAYMENT = PAYMENT | {"received_on": date(2026, 2, 10), "amount": Decimal(100)}
    EACH = pytest.mark.parametrize(("feed", "row"), [(feed_invoices, INVOICE), (feed_credits, PAYMENT)])

    @EACH
    def test_a_transmission_wholly_refused_says_nothing_of_the_books(self, customer, entity, feed, row):
        assert self.books_of(entity, feed, row | {"customer": "C9"}) is None

    @EACH
    @pytest.mark.parametrize("times", [1, 2])
    def test_one_row_that_is_taken_does_even_if_it_is_nothing_new(self, customer, entity, feed, row, times):
        for _ in range(times):
            assert self.books_of(entity, feed, row, row | {"external_id": "X", "customer": "C9"}) == NOON

    def books_of(self, entity, feed, *rows):
        feed(entity, dict(enumerate(rows)), by=None, at=NOON)
        return books_seen_at(entity, by=NOON)


def test_amounts_of_a_known_invoice_have_the_decimals_of_its_own_currency(customer, erp):
    dinars = INVOICE | {"currency": "TND", "amount": "10.125"}
    assert send(erp, "invoices", dinars) == (1, 0, 0, [])
    assert send(erp, "invoices", without(dinars, "currency") | {"label": "x"}) == (0, 1, 0, [])
