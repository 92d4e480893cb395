"""A past day as its night recorded it: the decisions it wrote, on the ledger as it stood when that night ran."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from collections_app.actions.levels import Levels
from collections_app.engine.carrying import Carrying
from collections_app.engine.explanation import ActionThen, Explanation
from collections_app.engine.models import Decision, Run, RunPart, RunState
from collections_app.engine.night import text, worked_before
from collections_app.engine.open_then import open_then
from collections_app.engine.recorded_items import Day
from collections_app.segments.models import Group
from crm.core.among import named
from crm.customers.models import Customer


def recorded(customer: Customer, on: date) -> Explanation:
    """What the last night up to `on` had decided, and what each invoice counted for."""
    rows, actions = list(_decisions(customer, on)), open_then(customer, on)
    instants = _instants(customer, rows, on)
    standing = [then for then in actions if _stands_after(then, instants)]
    day = Day(customer, on, Carrying.of(standing, on=on), _levels(customer, on, rows, actions))
    owed: dict[str, list[dict[str, Any]]] = {}
    for item in _items(customer, instants, on):
        owed.setdefault(item["currency"], []).append(item)
    groups = dict(Group.objects.filter(entity=customer.entity_id).values_list("code", "name"))
    accounts = [day.account(row, owed.get(row.currency, []), groups) for row in rows]
    return Explanation(customer.pk, on, "recorded", accounts, [day.with_amount(then, accounts) for then in actions])


def _stands_after(then: ActionThen, instants: dict[str, datetime]) -> bool:
    """Whether it was still open when the night had decided."""
    decided_at = instants.get(then.action.currency)
    return then.closed_at is None or decided_at is None or then.closed_at > decided_at


def _decisions(customer: Customer, on: date) -> QuerySet[Decision]:
    return Decision.objects.filter(customer=customer, on__lte=on).order_by("currency", "-on").distinct("currency")


def _levels(customer: Customer, on: date, rows: Iterable[Decision], actions: Iterable[ActionThen]) -> Levels:
    versions = {row.facts.get("version") for row in rows} | {then.action.scenario_version_id for then in actions}
    return Levels.among(versions, on=on, worked=worked_before(customer.entity, on))


def _items(customer: Customer, instants: dict[str, datetime], on: date) -> list[dict[str, Any]]:
    """Open invoices as the last night up to that day found them."""
    if not instants:
        return []
    among = named([customer.pk])
    params: dict[str, Any] = {"entity": customer.entity_id, "on": on, **among.params}
    params |= {"currencies": list(instants), "instants": list(instants.values())}
    with connection.cursor() as cursor:
        cursor.execute(text("items_then", among), params)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _instants(customer: Customer, rows: list[Decision], on: date) -> dict[str, datetime]:
    """When the last night up to that day decided of each currency; of one without parts, when it began."""
    if not rows:
        return {}
    latest = Run.objects.filter(entity=customer.entity_id, state=RunState.DONE, on__lte=on).order_by("-on", "-pk")
    nights = Run.objects.filter(Q(pk__in=[row.run_id for row in rows]) | Q(pk__in=latest.values("pk")[:1]))
    parts = RunPart.objects.filter(run=OuterRef("pk")).order_by("number")
    decided = nights.annotate(at=Coalesce(Subquery(parts.values("at")[:1]), "started_at"))
    last = decided.order_by("on", "pk").values_list("at", flat=True)
    return dict.fromkeys((row.currency for row in rows), list(last)[-1])
