"""Whom a night looks at: everybody, or only those for whom something may have changed since the last one.

Everybody, when the rules are not those of the last night (groups, published scenarios, calendar, teams, a new version
of Acquit), when a month has passed since everybody was looked at, when a night failed since, or when it is asked for.
Else the customers whose books, addresses, holds or actions changed (watched.py), whose account or group may stand
differently by the date alone (`Account.look_on`, `Membership.turns_on`), whose currency has another rate, whose task
could go to nobody until now, or is of somebody who may no longer see it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from collections_app.engine.models import Run, RunState
from collections_app.segments.models import Group
from crm.accounts.models import Entity
from crm.accounts.rules import WORKERS
from crm.core import sql

HERE = "collections_app.engine"
RULES = 4  # counted up when the code decides otherwise with the same rules


@dataclass(frozen=True)
class Scope:
    """`full`: everybody; else `people` are those who can take work now or no longer, `sighted` those of them who see
    more or less, `currencies` those with another rate, `before` the date of the last night. `asked`: somebody wants
    everybody looked at.

    The rest is what the next night compares itself with: the last date everybody was looked at, a digest of the rules,
    who works for whom, what each sees, the rates.
    """

    full: bool = True
    asked: bool = False
    before: date | None = None
    full_on: date | None = None
    rules: str = ""
    present: dict[str, int | None] = field(default_factory=dict)
    sight: dict[str, str] = field(default_factory=dict)
    rates: dict[str, str] = field(default_factory=dict)
    people: list[int] = field(default_factory=list)
    sighted: list[int] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, run: Run) -> "Scope":
        """As chosen for a run; everybody before it is chosen."""
        days = {name: date.fromisoformat(run.scope[name]) for name in ("before", "full_on") if run.scope.get(name)}
        return cls(**{**run.scope, **days})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(self).items()}


def choose(run: Run, *, full: bool = False) -> Scope:
    """The scope of a run, kept on it; a constant number of statements. `full`: everybody, whatever changed."""
    runs = Run.objects.filter(entity=run.entity_id).exclude(pk=run.pk)
    previous = runs.filter(state=RunState.DONE).order_by("-on", "-pk").first()
    before = previous.on if previous else None
    failed = previous is not None and runs.filter(state=RunState.FAILED, pk__gt=previous.pk).exists()
    params = {"entity": run.entity_id, "books_in": run.entity.currency, "before": before}
    currencies = [row["currency"] for row in sql.rows(HERE, "currencies", params)]
    chosen = compared(
        run, Scope.of(previous) if previous else Scope(), before=before, currencies=currencies, full=full or failed
    )
    run.scope = chosen.stored()
    run.save(update_fields=["scope"])
    return chosen


def compared(
    run: Run, last: Scope, *, before: date | None, currencies: list[str], full: bool = False, monthly: bool = True
) -> Scope:
    """The scope of a run after a night of scope `last` on the date `before`; `currencies`: the foreign ones it met.
    `monthly`: whether everybody is looked at again after a month, for what was written without being noted."""
    present, sight = _people(run)
    now = Scope(rules=_rules(run.entity), present=present, sight=sight, rates=_rates(run, currencies))
    outdated = last.rules != now.rules or last.full_on is None or (monthly and _long_ago(run, last.full_on))
    sighted = {int(key) for key in _differing(now.sight, last.sight)}
    stood_in_for = {int(key) for key, other in now.present.items() if other in sighted}
    others = {int(key) for key in _differing(now.present, last.present)}
    everybody = full or outdated or not _has_default(run.entity)
    return replace(
        now,
        full=everybody,
        before=before,
        full_on=run.on if everybody else last.full_on,
        people=sorted(sighted | stood_in_for | others),
        sighted=sorted(sighted),
        currencies=sorted(_differing(now.rates, last.rates)),
    )


def _differing(now: Mapping[str, object], before: Mapping[str, object]) -> set[str]:
    return {key for key, _ in now.items() ^ before.items()}


def _long_ago(run: Run, full_on: date) -> bool:
    return run.on - full_on >= timedelta(days=settings.NIGHT_LOOKS_AT_ALL_EVERY_DAYS)


def _has_default(entity: Entity) -> bool:
    """Who is in no group is in no list of dates either."""
    return Group.objects.filter(entity=entity, is_default=True, archived=False).exists()


def _rules(entity: Entity) -> str:
    [row] = sql.rows(HERE, "rules", {"entity": entity.pk, "jurisdiction": entity.jurisdiction})
    return f"{RULES}:{row['digest']}"


def _people(run: Run) -> tuple[dict[str, int | None], dict[str, str]]:
    """Who takes the work of each person on that day (himself, whoever stands in for him, nobody), and what he sees."""
    params = {"entity": run.entity_id, "on": run.on, "working": sorted(map(str, WORKERS))}
    rows = sql.rows(HERE, "present", params)
    present = {str(row["user_id"]): row["works_for_him"] for row in rows}
    return present, {str(row["user_id"]): row["sight"] for row in rows}


def _rates(run: Run, currencies: list[str]) -> dict[str, str]:
    """The rate of each of these currencies on that day."""
    if not currencies:
        return {}
    params = {"books_in": run.entity.currency, "on": run.on, "currencies": currencies}
    return {row["currency"]: str(row["rate"]) for row in sql.rows(HERE, "rates", params)}
