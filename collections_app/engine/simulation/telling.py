"""A kept report in words and rows, for a page."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _, ngettext

from collections_app.engine.labels import block_label, opened_steps
from collections_app.engine.simulation.assumptions import Assumptions, Payments
from collections_app.engine.simulation.came_in import came_in, no_rate
from collections_app.engine.simulation.charts import timeline
from collections_app.engine.simulation.living import TODAY, TRIED
from collections_app.engine.simulation.models import Simulation, SimulationKind
from collections_app.engine.simulation.report import NAMES
from crm.core import formats
from crm.customers.models import Channel

Row = dict[str, Any]


def told(simulation: Simulation) -> Row:
    """What the page of a finished simulation shows."""
    report = simulation.report
    sides = [name for name in (TODAY, TRIED) if name in report]
    labels = {TODAY: _("Today’s set-up"), TRIED: simulation.tried}
    days = {side: report[side]["days"] for side in sides}
    return {
        "sides": [(side, labels[side]) for side in sides],
        "summary": _summary([report[side] for side in sides]),
        "timeline": timeline(days, simulation.from_on, simulation.until_on),
        "steps": _steps(simulation, [report[side] for side in sides]),
        "collectors": _collectors([report[side] for side in sides]),
        "groups": _side_by_side([report[side]["groups"] for side in sides], "code"),
        "blocked": _blocked([report[side]["blocked"] for side in sides]),
        "differences": _differences(report.get("differences")),
        "assumed": assumed(simulation),
        "warnings": [said for said in (_nothing_to_judge_by(report[TODAY]), *_no_rate(simulation)) if said],
    }


def assumed(simulation: Simulation) -> list[str]:
    """What the figures rest on, in sentences."""
    given = Assumptions.read(simulation.assumptions)
    found = simulation.report.get(TODAY)
    return [
        _nothing_to_judge_by(found or {}) or _payments(simulation, given),
        *(came_in(found, simulation.entity.currency) if found else []),
        *_no_rate(simulation),
        _people(given.delay_days),
        *(_waiting() if simulation.kind == SimulationKind.NEXT else []),
        _("The entity counts as live, out of rehearsal, with an import every day; no message bounces, nobody answers."),
        _(
            "Customers, addresses, teams and suspensions are those of today; a reminder changes nothing in who pays "
            "when."
        ),
        _costs(given, simulation.entity.currency),
    ]


def _no_rate(simulation: Simulation) -> list[str]:
    """Once where both sides left out the same."""
    labels = {TODAY: _("Today’s set-up"), TRIED: simulation.tried}
    sides = {name: simulation.report[name] for name in labels if name in simulation.report}
    said = {name: no_rate(found, simulation.entity.currency) for name, found in sides.items()}
    if len({tuple(sentences) for sentences in said.values()}) < 2:
        return said.get(TODAY, [])
    colon = _(":")
    return [f"{labels[name]}{colon} {sentence}" for name, sentences in said.items() for sentence in sentences]


def _waiting() -> list[str]:
    return [
        _(
            "What waits at the start leaves at its hour, below the daily ceilings: what a night holds as if it were "
            "released, letters to be printed on the first day."
        )
    ]


def _people(delay_days: int) -> str:
    return ngettext(
        "A task is done %(days)d worked day after it opened, whoever has it and even if nobody does; what a "
        "person approves leaves with the next night.",
        "A task is done %(days)d worked days after it opened, whoever has it and even if nobody does; what a "
        "person approves leaves with the next night.",
        delay_days,
    ) % {"days": delay_days}


def _costs(given: Assumptions, currency: str) -> str:
    return _(
        "An e-mail costs %(email)s, a text message %(sms)s, a letter %(letter)s, a registered one (formal notice) "
        "%(registered)s, a call %(call)s (%(minutes)s minutes at %(minute)s)."
    ) % {
        "email": formats.money(given.email_cost, currency),
        "sms": formats.money(given.sms_cost, currency),
        "letter": formats.money(given.letter_cost, currency),
        "registered": formats.money(given.registered_cost, currency),
        "call": formats.money(given.minute_cost * given.call_minutes, currency),
        "minutes": formats.number(given.call_minutes),
        "minute": formats.money(given.minute_cost, currency),
    }


def _payments(simulation: Simulation, given: Assumptions) -> str:
    if simulation.kind == SimulationKind.REPLAY:
        return _(
            "Invoices and payments are those of the books, known from the night after their date; money counts from "
            "the day it came, applied or not."
        )
    if given.payments == Payments.NONE:
        return _("Nobody pays, and no new invoice is issued.")
    return _(
        "Each open invoice is paid, less what unapplied money covers, on its due date plus the usual delay of its "
        "customer over a year; what is later than that already stays unpaid, as does what is disputed, ran out or held "
        "by insolvency that day, and no new invoice is issued."
    )


def _nothing_to_judge_by(found: Row) -> str:
    """A sentence where customers were to pay with their usual delay and none is known; a report kept from before it was
    counted does not say."""
    if found.get("judged_by") != 0:
        return ""
    return _(
        "No invoice was paid for a year: without a usual delay, nobody pays. Contacts and cost are a maximum. No new "
        "invoice is issued."
    )


def _summary(reports: list[Row]) -> list[Row]:
    """(label, values by side, whether they are money) of the headline figures."""

    def row(label: str, of: Callable[[Row], Any], *, money: bool = False) -> Row:
        values = [of(report) for report in reports]
        change = None if None in values else values[-1] - values[0]
        return {"label": label, "values": values, "money": money, "change": change}

    channels = [channel for channel in Channel.values if any(_channel(report, channel) for report in reports)]
    rows = [row(_("Contacts"), lambda report: sum(found["touches"] for found in report["channels"]))]
    rows += [row(f"— {Channel(channel).label}", _touches_of(channel)) for channel in channels]
    rows += [
        row(_("of which leave by themselves"), lambda report: sum(found["by_itself"] for found in report["channels"])),
        row(
            _("Cost"),
            lambda report: sum((Decimal(found["cost"]) for found in report["channels"]), Decimal(0)),
            money=True,
        ),
        *(row(f"— {Channel(channel).label}", _cost_of(channel), money=True) for channel in channels),
        row(
            _("Amount claimed, all contacts together"),
            lambda report: _claimed(report["channels"]),
            money=True,
        ),
        row(_("Decisions put before the supervisor, which are no contact"), lambda report: report.get("decisions", 0)),
        row(_("Customers kept back at least once"), lambda report: report["waiting"]["kept_back"]),
        row(_("Still open at the end"), lambda report: report["waiting"]["open"]),
        row(_("of which without a person"), lambda report: report["waiting"]["unassigned"]),
    ]
    return rows


def _touches_of(channel: str) -> Callable[[Row], int]:
    return lambda report: int(_channel(report, channel).get("touches", 0))


def _cost_of(channel: str) -> Callable[[Row], Decimal]:
    return lambda report: Decimal(_channel(report, channel).get("cost", 0))


def _channel(report: Row, channel: str) -> Row:
    return next((found for found in report["channels"] if found["channel"] == channel), {})


def _steps(simulation: Simulation, reports: list[Row]) -> list[Row]:
    found = [{step["code"]: step for step in report["steps"]} for report in reports]
    codes = {code: 0 for steps in found for code in steps}
    return [
        {
            "name": name,
            "pairs": [
                (steps.get(code, {}).get("touches", 0), _amount(steps.get(code, {"amount": 0}))) for steps in found
            ],
        }
        for code, name, _number in opened_steps(simulation.entity_id, codes)
    ]


def _collectors(reports: list[Row]) -> list[Row]:
    found = [
        {(row["user_id"], row["name"], row.get("no_team", False)): row for row in report["collectors"]}
        for report in reports
    ]
    people = list(dict.fromkeys(key for rows in found for key in rows))
    return [
        {
            "name": name.strip() or (_("nobody: no team") if no_team else _("nobody: no place left in a team")),
            "values": [
                (row.get("touches", 0), row.get("most", 0), _amount(row or {"amount": 0}))
                for row in (rows.get((user, name, no_team), {}) for rows in found)
            ],
        }
        for user, name, no_team in people
    ]


def _amount(row: Row) -> Decimal | None:
    """None where no rate was known for any of it, and where a report kept from before it was counted does not know."""
    amount = row.get("amount")
    return None if amount is None else Decimal(amount)


def _claimed(channels: list[Row]) -> Decimal | None:
    """None where contacts were made and no rate was known for any of them."""
    amounts = [_amount(found) for found in channels]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known or not amounts else None


def _side_by_side(sides: Iterable[list[Row]], key: str) -> list[Row]:
    found = [{row[key]: row for row in rows} for rows in sides]
    names = {code: row["name"] for rows in found for code, row in rows.items()}
    return [{"name": name, "values": [rows.get(code) for rows in found]} for code, name in names.items()]


def _blocked(sides: list[list[Row]]) -> list[Row]:
    found = [{row["reason"]: row for row in rows} for rows in sides]
    reasons = dict.fromkeys(reason for rows in found for reason in rows)
    return [
        {
            "label": block_label(reason),
            "values": [rows.get(reason) for rows in found],
            "names": [row | {"amount": _amount(row)} for row in _last(found, reason)["names"]],
        }
        for reason in reasons
    ]


def _last(found: list[dict[str, Row]], reason: str) -> Row:
    return next(rows[reason] for rows in reversed(found) if reason in rows)


def _differences(found: Row | None) -> Row | None:
    if not found:
        return None
    names = [row | {"amount": Decimal(row["amount"])} for row in found["names"]]
    return {
        **found,
        "names": names,
        "entering": [row for row in names if row["what"] == "enters"][:NAMES],
        "leaving": [row for row in names if row["what"] == "leaves"][:NAMES],
    }
