from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from crm.law.models import Rule
from crm.receivables.late_charges import (
    Segment,
    WaiverForbidden,
    WaiverTooLarge,
    interest,
    late_charges,
    record_formal_notice,
    waive,
    withdraw_formal_notice,
)
from crm.receivables.models import ChargeKind
from tests.factories.accounts import EntityFactory
from tests.factories.customers import CustomerFactory
from tests.factories.paying import pay
from tests.factories.receivables import InvoiceFactory

NOON = datetime(2025, 10, 1, 12, tzinfo=UTC)


def late_invoice(**kwargs):
    """10 000,00 EUR due 31 July 2025: 12,15 % until the end of the year."""
    values = {"issued_on": date(2025, 7, 1), "due_on": date(2025, 7, 31), "amount": Decimal(10000)}
    return InvoiceFactory(**(values | kwargs))


def owed(invoice, on):
    return late_charges([invoice.pk], on=on)[invoice.pk]


def contract_entity(percent):
    return EntityFactory(late_rate_percent=Decimal(percent))


@pytest.mark.django_db
class TestInterest:
    def test_the_published_example(self):
        assert owed(late_invoice(), date(2025, 8, 30)).interest == Decimal("99.86")

    def test_nothing_is_owed_on_the_due_day(self):
        assert late_charges([late_invoice().pk], on=date(2025, 7, 31)) == {}

    def test_the_first_day_late_counts(self):
        (segment,) = owed(late_invoice(), date(2025, 8, 1)).segments
        assert (segment.from_on, segment.until_on, segment.days) == (date(2025, 8, 1), date(2025, 8, 1), 1)

    def test_a_new_half_year_changes_the_rate(self):
        charges = owed(late_invoice(due_on=date(2025, 6, 20)), date(2025, 7, 10))
        assert [(s.from_on, s.until_on, s.days, s.percent) for s in charges.segments] == [
            (date(2025, 6, 21), date(2025, 6, 30), 10, Decimal("13.15")),
            (date(2025, 7, 1), date(2025, 7, 10), 10, Decimal("12.15")),
        ]
        assert charges.interest == Decimal("69.32")

    def test_a_partial_payment_lowers_the_balance_from_the_next_day(self):
        invoice = late_invoice()
        pay(invoice, 4000, date(2025, 8, 10))
        charges = owed(invoice, date(2025, 8, 30))
        assert [(s.until_on, s.days, s.base) for s in charges.segments] == [
            (date(2025, 8, 10), 10, Decimal(10000)),
            (date(2025, 8, 30), 20, Decimal(6000)),
        ]
        assert charges.interest == Decimal("73.23")

    def test_a_payment_before_the_due_date_bears_no_interest(self):
        invoice = late_invoice()
        pay(invoice, 4000, date(2025, 7, 15))
        assert [s.base for s in owed(invoice, date(2025, 8, 30)).segments] == [Decimal(6000)]

    def test_what_accrued_survives_settlement(self):
        invoice = late_invoice()
        pay(invoice, 10000, date(2025, 8, 30))
        assert owed(invoice, date(2025, 12, 31)).interest == Decimal("99.86")

    def test_the_rate_of_the_contract_comes_first(self):
        invoice = late_invoice(customer=CustomerFactory(entity=contract_entity("15")))
        assert {s.percent for s in owed(invoice, date(2026, 2, 1)).segments} == {Decimal("15.000")}

    def test_a_contract_has_its_rate_for_what_was_invoiced_since_and_no_past_day_changes(self):
        entity = EntityFactory()
        invoices = [
            late_invoice(customer=CustomerFactory(entity=entity), issued_on=date(2025, 7, day)).pk for day in (1, 2, 3)
        ]
        before = late_charges(invoices, on=date(2025, 8, 30))
        entity.contract_rates.create(starts_on=date(2025, 7, 2), percent=20)
        entity.contract_rates.create(starts_on=date(2025, 7, 3), percent=None)
        after = late_charges(invoices, on=date(2025, 8, 30))
        assert [after[key].interest for key in invoices] == [Decimal("99.86"), Decimal("164.38"), Decimal("99.86")]
        assert (after[invoices[0]], after[invoices[2]]) == (before[invoices[0]], before[invoices[2]])

    def test_a_public_body_keeps_the_rate_of_the_half_year_in_which_it_became_late(self):
        invoice = late_invoice(customer=CustomerFactory(public_body=True), due_on=date(2025, 6, 20))
        (segment,) = owed(invoice, date(2025, 7, 10)).segments
        assert (segment.days, segment.percent) == (20, Decimal("11.15"))

    def test_a_consumer_owes_nothing_before_a_formal_notice(self):
        invoice = late_invoice(customer=CustomerFactory(consumer=True))
        assert late_charges([invoice.pk], on=date(2025, 9, 30)) == {}

    def test_a_consumer_owes_legal_interest_from_the_formal_notice(self):
        invoice = late_invoice(customer=CustomerFactory(consumer=True))
        record_formal_notice([invoice.pk], on=date(2025, 9, 1), at=NOON)
        record_formal_notice([invoice.pk], on=date(2025, 9, 15), at=NOON)
        (segment,) = owed(invoice, date(2025, 9, 30)).segments
        # Received three days after it left, as the letter says.
        assert (segment.from_on, segment.days, segment.percent) == (date(2025, 9, 5), 26, Decimal("2.76"))

    def test_the_first_notice_that_arrived_counts(self):
        invoice = late_invoice(customer=CustomerFactory(consumer=True))
        record_formal_notice([invoice.pk], on=date(2025, 9, 1), at=NOON, action=1)
        record_formal_notice([invoice.pk], on=date(2025, 9, 15), at=NOON, action=2)
        assert owed(invoice, date(2025, 9, 30)).segments[0].from_on == date(2025, 9, 5)
        assert withdraw_formal_notice(1) == 1
        assert owed(invoice, date(2025, 9, 30)).segments[0].from_on == date(2025, 9, 19)
        assert withdraw_formal_notice(2) == 1
        assert late_charges([invoice.pk], on=date(2025, 9, 30)) == {}

    @pytest.mark.parametrize("kwargs", [{"guessed": True}, {"opening": True}, {"kind": "returned_payment"}])
    def test_nothing_runs_on_what_is_not_an_invoice_with_a_known_due_date(self, kwargs):
        invoice = late_invoice(**kwargs)
        assert late_charges([invoice.pk], on=date(2025, 9, 30)) == {}

    @pytest.mark.parametrize(("kind", "first_day"), [("professional", 1), ("public_body", 4), ("consumer", 4)])
    def test_a_creditor_of_benin_gets_the_legal_rate_from_the_sending_of_a_formal_notice(self, kind, first_day):
        """AUDCG 291: "à compter de l'envoi de la mise en demeure"; to others than traders, from its receipt."""
        entity = EntityFactory(jurisdiction="BJ", currency="XOF")
        customer = CustomerFactory(entity=entity, kind=kind)
        invoice = late_invoice(customer=customer, currency="XOF", amount=Decimal(1_000_000))
        assert late_charges([invoice.pk], on=date(2025, 12, 31)) == {}
        record_formal_notice([invoice.pk], on=date(2025, 8, 31), at=NOON)
        charges = owed(invoice, date(2025, 9, 30))
        assert [segment.from_on for segment in charges.segments] == [date(2025, 9, first_day)]
        assert (charges.interest > 0, charges.indemnity) == (True, 0)

    def test_the_contract_of_a_trader_of_benin_has_its_rate_from_the_notice(self):
        entity = EntityFactory(jurisdiction="BJ", currency="XOF", late_rate_percent=Decimal(12))
        invoice = late_invoice(customer=CustomerFactory(entity=entity), currency="XOF", amount=Decimal(1_000_000))
        record_formal_notice([invoice.pk], on=date(2025, 8, 31), at=NOON)
        assert [(s.from_on, s.percent) for s in owed(invoice, date(2025, 9, 30)).segments] == [(date(2025, 9, 1), 12)]

    @pytest.mark.parametrize("count", [1, 3])
    def test_many_invoices_cost_three_queries(self, count, django_assert_num_queries):
        invoices = [late_invoice().pk for _ in range(count)]
        with django_assert_num_queries(3):
            assert len(late_charges(invoices, on=date(2025, 8, 30))) == count


@pytest.mark.django_db
class TestIndemnity:
    def test_a_late_invoice_owes_it_once(self):
        invoice = late_invoice()
        assert [owed(invoice, on).indemnity for on in (date(2025, 8, 1), date(2026, 8, 1))] == [40, 40]

    def test_it_is_not_computed_again_after_payments(self):
        invoice = late_invoice()
        pay(invoice, 4000, date(2025, 8, 5))
        pay(invoice, 6000, date(2025, 8, 9))
        assert owed(invoice, date(2025, 12, 31)).indemnity == 40

    def test_an_invoice_paid_in_time_does_not_owe_it(self):
        invoice = late_invoice()
        pay(invoice, 10000, date(2025, 7, 31))
        assert late_charges([invoice.pk], on=date(2025, 12, 31)) == {}

    def test_it_is_that_of_the_first_day_late(self):
        Rule.objects.filter(jurisdiction="FR", code="fixed_indemnity").update(ends_on="2025-07-31")
        Rule.objects.create(
            jurisdiction="FR",
            code="fixed_indemnity",
            customer_kind="professional",
            starts_on=date(2025, 8, 1),
            value={"amount": "50.00", "currency": "EUR"},
            article="C. com. D441-5",
        )
        earlier, later = late_invoice(due_on=date(2025, 7, 30)), late_invoice()
        assert [owed(invoice, date(2025, 9, 1)).indemnity for invoice in (earlier, later)] == [40, 50]

    @pytest.mark.parametrize("kind", ["consumer", "association"])
    def test_it_is_not_for_consumers_and_associations(self, kind):
        invoice = late_invoice(customer=CustomerFactory(kind=kind))
        assert late_charges([invoice.pk], on=date(2025, 12, 31)) == {}

    def test_an_invoice_due_in_three_parts_owes_it_once_for_the_first_that_was_late(self):
        customer = CustomerFactory()
        days = (date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 30))
        parts = [
            late_invoice(customer=customer, external_id=f"F-{nth}", number="F", installment=nth, due_on=due_on)
            for nth, due_on in enumerate(days, start=1)
        ]
        late_invoice(number="F")  # that of somebody else
        keys, on = [part.pk for part in parts], date(2025, 12, 31)

        def indemnities(*asked):
            return {keys.index(key) + 1: each.indemnity for key, each in late_charges(asked, on=on).items()}

        assert indemnities(*keys) == {1: 40, 2: 0, 3: 0}
        assert [indemnities(key) for key in keys] == [{1: 40}, {2: 0}, {3: 0}]
        pay(parts[0], 10000, date(2025, 7, 31))
        assert indemnities(*keys) == {2: 40, 3: 0}

    def test_a_number_of_another_day_or_a_reference_of_many_months_is_not_one_invoice(self):
        customer = CustomerFactory()
        months = [date(2025, month, 1) for month in (1, 2, 3)]
        rents = [
            late_invoice(customer=customer, external_id=f"R-{on}", number="LEASE", issued_on=on, due_on=on)
            for on in months
        ]
        keys = [rent.pk for rent in rents]
        charges = late_charges(keys, on=date(2025, 12, 31))
        assert [charges[key].indemnity for key in keys] == [40, 40, 40]

    def test_numbered_instalments_are_one_invoice_whatever_their_days_of_issue(self):
        customer = CustomerFactory()
        days = (date(2025, 7, 31), date(2025, 8, 31))
        keys = [
            late_invoice(customer=customer, external_id="C/F", number="F", installment=nth, issued_on=on, due_on=on).pk
            for nth, on in enumerate(days, start=1)
        ]
        charges = late_charges(keys, on=date(2025, 12, 31))
        assert [charges[key].indemnity for key in keys] == [40, 0]

    @pytest.mark.parametrize(
        ("years", "owed"),
        [
            ({"F2024": 1, "F2025": 2}, [40, 40, 0]),
            ({"F2024": 2, "F2025": 2}, [40, 0, 40, 0]),
            ({"F2024": 1, "F2025": 3, "F2026": 1}, [40, 40, 0, 0, 40]),
        ],
    )
    def test_a_number_that_comes_back_owes_it_each_time_whichever_has_instalments(self, years, owed):
        customer = CustomerFactory()
        keys = [
            late_invoice(
                customer=customer,
                external_id=name,
                number="12",
                installment=nth,
                issued_on=date(int(name[1:]), 1, 5),
                due_on=date(int(name[1:]), 1 + nth, 5),
            ).pk
            for name, parts in years.items()
            for nth in range(1, parts + 1)
        ]
        on = date(2026, 12, 31)
        together = late_charges(keys, on=on)
        assert [together[key].indemnity for key in keys] == owed
        assert [late_charges([key], on=on)[key].indemnity for key in keys] == owed

    @pytest.mark.parametrize("paid_on", [date(2025, 2, 5), date(2025, 2, 6)], ids=["in time", "late"])
    def test_which_invoice_a_part_is_of_does_not_depend_on_another_paid_in_time(self, paid_on):
        customer = CustomerFactory()
        first, second, other = (
            late_invoice(
                customer=customer, external_id=name, number="12", installment=nth,
                issued_on=date(2025, month, 5), due_on=date(2025, month + 1, 5),
            )
            for name, nth, month in (("A", 1, 1), ("A", 2, 3), ("B", 1, 3))
        )  # fmt: skip
        pay(first, 10000, paid_on)
        charges = late_charges([first.pk, second.pk, other.pk], on=date(2025, 12, 31))
        in_time = paid_on == first.due_on
        assert [charges[each.pk].indemnity for each in (second, other)] == [40 if in_time else 0, 40]

    def test_which_invoice_a_part_is_of_does_not_depend_on_one_due_later(self):
        customer = CustomerFactory()
        keys = [
            late_invoice(
                customer=customer, external_id=name, number="12", installment=nth,
                issued_on=date(2025, month, 5), due_on=date(2025, due, 5),
            ).pk
            for name, nth, month, due in (("A", 1, 3, 4), ("A", 2, 1, 12), ("B", 1, 3, 5))
        ]  # fmt: skip
        charges = late_charges(keys, on=date(2025, 11, 30))
        assert {keys.index(key): each.indemnity for key, each in charges.items()} == {0: 40, 2: 40}

    def test_two_invoices_without_a_number_owe_it_each(self):
        customer = CustomerFactory()
        keys = [late_invoice(customer=customer, number="").pk for _ in range(2)]
        assert [each.indemnity for each in late_charges(keys, on=date(2025, 12, 31)).values()] == [40, 40]

    def test_an_invoice_due_today_is_not_late(self):
        assert late_charges([late_invoice().pk], on=date(2025, 7, 31)) == {}


@pytest.mark.django_db
class TestWaiver:
    def waive(self, invoice, **kwargs):
        values = {"kind": ChargeKind.INTEREST, "reason": "Geste commercial", "by": None, "on": date(2025, 8, 30)}
        return waive(invoice, at=NOON, **(values | kwargs))

    def test_waiving_lowers_what_is_owed_and_is_told(self):
        invoice = late_invoice()
        self.waive(invoice, amount=Decimal("50.00"))
        assert owed(invoice, date(2025, 8, 30)).total == Decimal("89.86")
        assert invoice.customer.entries.get().params["number"] == invoice.number

    def test_waiving_all_that_is_left(self):
        invoice = late_invoice()
        self.waive(invoice, amount=Decimal("50.00"))
        assert self.waive(invoice).amount == Decimal("49.86")

    def test_more_than_owed_is_refused(self):
        with pytest.raises(WaiverTooLarge):
            self.waive(late_invoice(), amount=Decimal("99.87"))

    def test_a_public_body_cannot_be_let_off(self):
        invoice = late_invoice(customer=CustomerFactory(public_body=True))
        with pytest.raises(WaiverForbidden, match="L2192-14"):
            self.waive(invoice)


days = st.integers(min_value=2, max_value=2000)
amounts = st.decimals(min_value=1, max_value=10**9, places=2)
percents = st.decimals(min_value=0, max_value=30, places=4)


@given(length=days, cut=st.data(), base=amounts, percent=percents)
def test_cutting_a_segment_changes_nothing(length, cut, base, percent):
    start = date(2020, 1, 1)
    first = cut.draw(st.integers(min_value=1, max_value=length - 1))
    whole = [Segment(start, start + timedelta(length - 1), length, base, percent)]
    pieces = [
        Segment(start, start + timedelta(first - 1), first, base, percent),
        Segment(start + timedelta(first), start + timedelta(length - 1), length - first, base, percent),
    ]
    assert interest(pieces, "EUR") == interest(whole, "EUR")
