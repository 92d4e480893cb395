"""What a simulation found, as JSON that is kept: read from the schemas of its sides before they go."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.db import connection

from collections_app.engine.simulation import schema
from collections_app.engine.simulation.living import Side
from crm.core import sql

HERE = "collections_app.engine.simulation"
NAMES = 10
ALL_NAMES = 1_000  # of those who enter and leave, for the spreadsheet
PAID, INVOICED = "payment", "invoice"
Row = dict[str, Any]


def side_report(side: Side, go_on: Callable[[], None]) -> dict[str, Any]:
    """Touches by day, channel, step and collector, decisions put before the supervisor apart, costs, groups, what was
    kept back, payments. An amount is in the currency of the entity, without what no rate was known for (`no_rate`);
    None where there is nothing else. `go_on` is called between statements and may raise Cancelled."""
    with schema.inside(side.schema):
        params = {**side.params, "names": NAMES}

        def rows(name: str) -> list[Row]:
            go_on()
            return sql.rows(HERE, name, params)

        done, came_in = rows("touches"), rows("came_in")
        touches = [row for row in done if not row["decision"]]
        return {
            "days": _by_day(touches),
            "decisions": sum(row["touches"] for row in done if row["decision"]),
            "channels": _by_channel(side, touches),
            "collectors": _by_collector(done),
            "steps": _by_step(touches),
            "opened": _sum_by(rows("opened"), "step_code", "number"),
            "blocked": _blocked(rows("blocked"), rows("blocked_names")),
            "groups": rows("moves"),
            "waiting": rows("waiting")[0],
            **_came_in(came_in),
            "no_rate": _no_rate(touches, came_in, rows("blocked_unrated")),
            "judged_by": side.judged_by,
        }


def comparison(today: Side, tried: Side, go_on: Callable[[], None]) -> dict[str, Any]:
    """Who is reminded with one set-up only, and who ends in another group."""
    params = {**tried.params, "names": ALL_NAMES}
    go_on()
    found = _across(today, tried, "differences", params)
    go_on()
    numbers = {row["what"]: row["number"] for row in found}
    return {
        "enters": numbers.get("enters", 0),
        "leaves": numbers.get("leaves", 0),
        "names": found,
        "regrouped": _across(today, tried, "regrouped", params),
    }


def _across(today: Side, tried: Side, name: str, params: Row) -> list[Row]:
    text = sql.statement(HERE, name).replace("{today}", today.schema).replace("{tried}", tried.schema)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _sum_by(rows: Iterable[Row], key: str, number: str) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for row in rows:
        counted[row[key]] += row[number]
    return dict(sorted(counted.items()))


def _by_day(touches: list[Row]) -> dict[str, dict[str, int]]:
    """{day: {channel: touches}}, days without any left out."""
    days: dict[str, Counter[str]] = defaultdict(Counter)
    for row in touches:
        days[row["on"].isoformat()][row["channel"]] += row["touches"]
    return {day: dict(sorted(channels.items())) for day, channels in sorted(days.items())}


def _by_channel(side: Side, touches: list[Row]) -> list[Row]:
    channels: dict[str, Row] = {}
    for row in touches:
        found = channels.setdefault(row["channel"], {"touches": 0, "amount": None, "by_itself": 0, "registered": 0})
        found["touches"] += row["touches"]
        found["registered"] += row["touches"] if row["registered"] else 0
        found["amount"] = _sum(found["amount"], row["amount"])
        found["by_itself"] += row["touches"] if row["by_itself"] else 0
    return [
        {
            "channel": channel,
            **found,
            "cost": side.assumptions.cost(channel, found["touches"], registered=found["registered"]),
        }
        for channel, found in sorted(channels.items())
    ]


def _by_collector(touches: list[Row]) -> list[Row]:
    """What people did: all of it, decisions included, on their fullest day, and what it claimed."""
    days: dict[tuple[int | None, str, bool], Counter[str]] = defaultdict(Counter)
    amounts: dict[tuple[int | None, str, bool], Decimal | None] = {}
    for row in touches:
        if not row["by_itself"]:
            person = row["owner_id"], row["owner"], row["no_team"]
            days[person][row["on"].isoformat()] += row["touches"]
            amounts[person] = _sum(amounts.get(person), Decimal(0) if row["decision"] else row["amount"])
    found = [
        {"user_id": user, "name": name, "no_team": no_team, "touches": sum(of_day.values()),
         "most": max(of_day.values()), "amount": amounts[user, name, no_team]}
        for (user, name, no_team), of_day in days.items()
    ]  # fmt: skip
    return sorted(found, key=lambda row: (row["user_id"] is None, -row["touches"], row["name"]))


def _by_step(touches: list[Row]) -> list[Row]:
    steps: dict[str, Row] = {}
    for row in touches:
        found = steps.setdefault(row["step_code"], {"touches": 0, "amount": None})
        found["touches"] += row["touches"]
        found["amount"] = _sum(found["amount"], row["amount"])
    return [{"code": code, **found} for code, found in sorted(steps.items())]


def _blocked(counted: list[Row], names: list[Row]) -> list[Row]:
    return [{**row, "names": [name for name in names if name["reason"] == row["reason"]]} for row in counted]


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def _came_in(rows: list[Row]) -> Row:
    """What was paid and invoiced, and what else changed what is claimed (`changed`)."""
    kinds = [PAID, INVOICED, *(row["what"] for row in rows)]
    found: dict[str, Row] = {what: {"number": 0, "amount": None} for what in kinds}
    for row in rows:
        total = found[row["what"]]
        total["number"] += row["number"]
        total["amount"] = _sum(total["amount"], row["worth"])
    paid, born = found.pop(PAID), found.pop(INVOICED)
    return {"paid": paid, "born": born, "changed": [{"what": what, **total} for what, total in found.items()]}


def _no_rate(touches: list[Row], came_in: list[Row], blocked: list[Row]) -> list[Row]:
    """What is in no amount for want of a rate, by currency: how much of what, in that currency."""
    contacts = [row for row in touches if row["amount"] is None]
    left_out = [("contact", row["currency"], row["touches"], row["claimed"]) for row in contacts]
    left_out += [(row["what"], row["currency"], row["number"], row["amount"]) for row in came_in if not row["rated"]]
    left_out += [("kept_back", row["currency"], row["number"], None) for row in blocked]
    found: dict[tuple[str, str], Row] = {}
    for what, currency, number, amount in left_out:
        total = found.setdefault((currency, what), {"currency": currency, "what": what, "number": 0, "amount": None})
        total["number"] += number
        total["amount"] = _sum(total["amount"], amount)
    return sorted(found.values(), key=lambda row: row["currency"])
