"""Writing the demonstration's customers and their ledger, in bulk."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from django.db import connection

from config.demo.customers import Person
from config.demo.ledger import Bill
from crm.accounts.models import Entity, User
from crm.core.sql import run
from crm.customers.models import Address, Channel, Contact, Customer
from crm.law.models import ExchangeRate
from crm.receivables.models import Credit, Invoice


@dataclass
class Portfolio:
    """The whole ledger in memory, and up to which date it has been written."""

    entity: Entity
    bills: list[Bill]
    customers: dict[str, Customer]
    until: date = date.min
    invoices: dict[str, Invoice] = field(default_factory=dict)


def write_customers(
    entity: Entity, people: list[Person], collectors: list[User], rng: Random, on: date
) -> dict[str, Customer]:
    """Customers with their contacts and addresses; two thirds of the large ones belong to a collector's portfolio."""
    customers = {person.account: customer_of(entity, person, collectors, rng) for person in people}
    Customer.objects.bulk_create(customers.values())
    contacts = {
        person.account: Contact(
            customer=customers[person.account],
            name=person.contact,
            position=person.position,
            language=person.language,
        )
        for person in people
    }
    Contact.objects.bulk_create(contacts.values())
    Address.objects.bulk_create(
        address
        for person in people
        for address in addresses_of(person, customers[person.account], contacts[person.account], on)
    )
    return customers


def customer_of(entity: Entity, person: Person, collectors: list[User], rng: Random) -> Customer:
    followed = person.kind in ("professional", "public_body") and rng.random() < 0.65
    return Customer(
        entity=entity,
        external_id=person.account,
        name=person.name,
        kind=person.kind,
        language=person.language,
        country=person.country,
        city=person.city,
        category=person.category,
        tags=person.tags,
        attributes={"agence": rng.choice(("Grenoble", "Voiron", "Valence"))},
        collector=rng.choice(collectors) if followed else None,
    )


def addresses_of(person: Person, customer: Customer, contact: Contact, on: date) -> Iterator[Address]:
    lines = f"{person.name}\n{person.street}\n{person.postcode} {person.city}"
    yield Address(
        customer=customer, channel=Channel.POST, value=lines if person.country == "FR" else f"{lines}\nSuisse"
    )
    if person.phone:
        yield Address(customer=customer, contact=contact, channel=Channel.PHONE, value=person.phone)
    if person.email:
        yield Address(
            customer=customer,
            contact=contact,
            channel=Channel.EMAIL,
            value=person.email,
            invalid_since=on - timedelta(days=20) if person.bounced else None,
            invalid_reason="550 5.1.1 user unknown" if person.bounced else "",
            consent="refused" if person.opted_out else "unknown",
        )


def write_rates(on: date) -> None:
    """The franc, month by month over the two years, near what it was worth."""
    months = [(on - timedelta(days=30 * month)).replace(day=1) for month in range(26)]
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(base="CHF", quote="EUR", on=month, rate=Decimal("1.03") + Decimal(place % 5) / 100)
            for place, month in enumerate(sorted(set(months)))
        ],
        ignore_conflicts=True,
    )


def write_until(portfolio: Portfolio, until: date, at: datetime) -> None:
    """Invoices issued, payments received and their allocation since the last call, as a ledger brings them."""
    issued = [bill for bill in portfolio.bills if portfolio.until < bill.issued_on <= until]
    portfolio.invoices |= {bill.number: invoice_of(portfolio, bill) for bill in issued}
    Invoice.objects.bulk_create(portfolio.invoices[bill.number] for bill in issued)
    paid = [
        (bill, Credit(**credit_fields(portfolio, bill, place, part)))
        for bill in portfolio.bills
        for place, part in enumerate(bill.paid)
        if portfolio.until < part[0] <= until
    ]
    Credit.objects.bulk_create(credit for _bill, credit in paid)
    waiting = unapplied(portfolio)
    allocate(portfolio, [(bill, credit) for bill, credit in paid if bill.number not in waiting], at)
    portfolio.until = until


def invoice_of(portfolio: Portfolio, bill: Bill) -> Invoice:
    return Invoice(
        entity=portfolio.entity,
        customer=portfolio.customers[bill.person.account],
        external_id=bill.number,
        number=bill.number,
        issued_on=bill.issued_on,
        due_on=bill.due_on,
        currency=bill.person.currency,
        amount=bill.amount,
        open_amount=bill.amount,
        label=bill.label,
        recorded_at=as_it_begins(bill.issued_on, portfolio.entity),
    )


def as_it_begins(on: date, entity: Entity) -> datetime:
    return datetime.combine(on, time.min, ZoneInfo(entity.time_zone))


def credit_fields(portfolio: Portfolio, bill: Bill, place: int, part: tuple[date, Decimal, str]) -> dict[str, object]:
    paid_on, amount, kind = part
    number = f"{'AV' if kind == 'credit_note' else 'RG'}{paid_on:%y%m}-{bill.number[-5:]}-{place + 1}"
    return {
        "entity": portfolio.entity,
        "customer": portfolio.customers[bill.person.account],
        "external_id": number,
        "number": number,
        "kind": kind,
        "received_on": paid_on,
        "currency": bill.person.currency,
        "amount": amount,
        "open_amount": amount,
        "recorded_at": as_it_begins(paid_on, portfolio.entity),
    }


def unapplied(portfolio: Portfolio) -> set[str]:
    """Invoices whose money came without saying what it pays: nobody has allocated it yet."""
    recent = [bill for bill in portfolio.bills if bill.paid and len(bill.paid) == 1]
    return {bill.number for bill in sorted(recent, key=lambda bill: bill.paid[0][0])[-14:]}


def allocate(portfolio: Portfolio, pairs: list[tuple[Bill, Credit]], at: datetime) -> None:
    """One movement per payment, its invoice and its own open amount, in one statement."""
    rows = [(portfolio.invoices[bill.number], credit) for bill, credit in pairs]
    if not rows:
        return
    zone = at.tzinfo
    run(
        "config.demo",
        "allocate",
        {
            "entity": portfolio.entity.pk,
            "customers": [credit.customer_id for _invoice, credit in rows],
            "invoices": [invoice.pk for invoice, _credit in rows],
            "credits": [credit.pk for _invoice, credit in rows],
            "currencies": [credit.currency for _invoice, credit in rows],
            "amounts": [credit.amount for _invoice, credit in rows],
            "dates": [credit.received_on for _invoice, credit in rows],
            "instants": [datetime.combine(credit.received_on, time(10), zone) for _invoice, credit in rows],
        },
    )


def settle_statistics() -> None:
    """What the planner knows of rows written in bulk: it would take the tables for empty until the server looks."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
