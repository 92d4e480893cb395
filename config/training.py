"""A training entity: the portfolio of the demonstration, its groups and scenarios, and a few weeks of past."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from config.demo.company import BUSINESSES, CONSUMERS, create_company
from config.demo.history import WEEKS, live_through
from config.demo.portfolio import Portfolio
from config.demo.prepare import SEED, deliver, night, suspend, write_portfolio
from crm.accounts.calendars import last_worked_day
from crm.accounts.models import Entity, Role, Team, User


def create(*, code: str, by: User, at: datetime) -> Entity:
    """The entity and its two teams, headed by who creates it; empty until it is reset for the first time."""
    entity = create_company(
        code=code,
        live_since=at.date() - timedelta(days=730),
        legal_name="Formation · Chaleur du Vercors",
        training=True,
    )
    for name in (BUSINESSES, CONSUMERS):
        Team.objects.create(entity=entity, name=name, supervisor=by)
    return entity


def fill(entity: Entity, by: User, at: datetime, *, weeks: int = WEEKS) -> None:
    """Make it: the same customers for the same day, worked on by the collectors of its teams, or by who asked."""
    at = at.astimezone(ZoneInfo(entity.time_zone))
    rng, on = Random(SEED), at.date()
    collectors = list(User.objects.filter(teams__entity=entity, role=Role.COLLECTOR).distinct().order_by("pk")[:2])
    first, last = (collectors[0], collectors[-1]) if collectors else (by, by)
    people = {"camille": first, "karim": last}
    for name in (BUSINESSES, CONSUMERS):
        Team.objects.get_or_create(entity=entity, name=name, defaults={"supervisor": by})
    portfolio: Portfolio = write_portfolio(entity, people, rng, on, at, weeks=weeks)
    deliver(entity, at)
    suspend(portfolio, people, rng, on, at)
    worked = last_worked_day(entity, on)
    live_through(portfolio, people, rng, worked, weeks=weeks)
    night(entity, worked, at)
