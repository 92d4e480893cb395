"""The demonstration, from nothing: company, people, portfolio, defaults, ten weeks of history, last night."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.db import transaction

from collections_app.engine.operations import run_night
from collections_app.segments.models import Group
from collections_app.segments.operations import deliver_defaults
from collections_app.segments.regrouping import regroup
from config.demo.company import BUSINESSES, CODE, CONSUMERS, create_company, create_people
from config.demo.customers import people
from config.demo.history import WEEKS, live_through, stopped
from config.demo.ledger import bills
from config.demo.portfolio import Portfolio, settle_statistics, write_customers, write_rates, write_until
from crm.accounts.calendars import last_worked_day
from crm.accounts.models import Entity, Team, User
from crm.events.operations import deliver_waiting, emit
from crm.holds.models import Hold, HoldKind
from crm.law.operations import load_law
from crm.receivables.models import Invoice

SEED = 20261121
Say = Callable[[str], None]


def prepared() -> Entity | None:
    """The demonstration's entity when it is already there."""
    return Entity.objects.filter(code=CODE).first()


@transaction.atomic
def prepare(*, at: datetime, say: Say) -> Entity:
    """Make the whole demonstration as of `at`, or nothing at all. The same seed gives the same customers every day.

    On a day not worked its last night is that of the last worked day; beat runs that of the day.
    """
    rng = Random(SEED)
    load_law()
    on = at.date()
    entity = create_company(live_since=on - timedelta(days=730))
    members = create_people(entity)
    say("customers and two years of invoices")
    portfolio = write_portfolio(entity, members, rng, on, at)
    deliver(entity, at)
    settle_statistics()
    suspend(portfolio, members, rng, on, at)
    say(f"{WEEKS} weeks of nights and work")
    last = last_worked_day(entity, on)  # on a Saturday nothing that is to be seen would open
    live_through(portfolio, members, rng, last)
    ask_to_declare(entity, at)
    say("last night" if last == on else f"the night of {last.isoformat()}, the last worked day")
    night(entity, last, at)
    settle_statistics()
    return entity


def write_portfolio(
    entity: Entity, members: dict[str, User], rng: Random, on: date, at: datetime, *, weeks: int = WEEKS
) -> Portfolio:
    """Customers, and the ledger as it stood when the history begins."""
    persons = people(rng, on)
    customers = write_customers(entity, persons, [members["camille"], members["karim"]], rng, on)
    if not entity.training:  # which may stand beside real ones, with real rates
        write_rates(on)
    portfolio = Portfolio(entity, bills(rng, persons, on), customers)
    write_until(portfolio, on - timedelta(weeks=weeks, days=1), at)
    return portfolio


def deliver(entity: Entity, at: datetime) -> None:
    """Our defaults, each group with the team that follows it."""
    deliver_defaults(entity, at=at)
    teams = {team.name: team for team in Team.objects.filter(entity=entity)}
    for group in Group.objects.filter(entity=entity):
        small = group.code in ("consumers", "small-balances")
        group.team = teams[CONSUMERS if small else BUSINESSES]
        group.save(update_fields=["team"])


def suspend(portfolio: Portfolio, members: dict[str, User], rng: Random, on: date, at: datetime) -> None:
    """Contested invoices, two insolvencies and a few pauses decided by a person."""
    overdue = list(Invoice.objects.filter(entity=portfolio.entity).overdue(on).order_by("pk"))
    chosen = rng.sample(overdue, 14)
    reasons = ("Quantité livrée contestée", "Prix différent du devis", "Panne non résolue", "Facture en double")
    holds = [
        hold(invoice, HoldKind.DISPUTE, rng.choice(reasons), on, at, members, invoice=invoice) for invoice in chosen[:9]
    ]
    for invoice in chosen[9:11]:
        holds.append(hold(invoice, HoldKind.INSOLVENCY, "Redressement judiciaire", on, at, members, born_before=on))
    for invoice in chosen[11:]:
        ends_on = on + timedelta(days=10)
        holds.append(hold(invoice, HoldKind.MANUAL, "Attente du nouveau comptable", on, at, members, ends_on=ends_on))
    Hold.objects.bulk_create(holds)


def ask_to_declare(entity: Entity, at: datetime) -> None:
    """The claims on the two insolvent customers, as if their proceedings had been entered today."""
    for one in Hold.objects.filter(entity=entity, kind=HoldKind.INSOLVENCY):
        emit("hold.placed", entity_id=entity.pk, customer_id=one.customer_id, payload={"hold_ids": [one.pk]}, at=at)
    deliver_waiting("declarations", at=at)


def hold(
    about: Invoice, kind: str, reason: str, on: date, at: datetime, members: dict[str, User], **scope: object
) -> Hold:
    return Hold(
        entity=about.entity,
        customer=about.customer,
        kind=kind,
        reason=reason,
        starts_on=on - timedelta(days=12),
        created_at=at - timedelta(days=12),
        author=members["camille"],
        **scope,
    )


def night(entity: Entity, on: date, at: datetime | None = None) -> None:
    """Last night, at its usual hour (`at` where that is still to come), or the file's own last date."""
    zone = ZoneInfo(entity.time_zone)
    usual = datetime.combine(on, entity.night_at, zone)
    started = min(usual, at) if at else usual
    regroup(entity, on=on)
    run_night(entity, on=on, at=started, clock=stopped(started))
