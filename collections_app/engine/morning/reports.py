"""The report of a night: made before anything of it leaves, so that an unusual night holds what it queued."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext as _

from collections_app.engine.models import MorningReport, ReportState
from collections_app.engine.morning import anomalies
from collections_app.engine.morning.unseen import found_unseen, runs_unseen
from collections_app.engine.night import Night, text
from crm.accounts.models import User
from crm.core.among import EVERYBODY
from crm.events.operations import emit
from telephony.messaging import operations as messaging


class ReportSettled(Exception):
    """Somebody else has released or cancelled it."""

    def __init__(self, report: MorningReport) -> None:
        super().__init__(
            _("The night of %(night)s is settled already: %(state)s.")
            % {"night": report, "state": report.get_state_display()}
        )


class ReasonMissing(ValueError):
    """A night is cancelled for a reason others can read later."""

    def __init__(self) -> None:
        super().__init__(_("Say why this night is cancelled."))


def withhold(night: Night) -> int:
    """Stage: until "check" no worker takes what this night queues, since its parts are committed one by one."""
    return messaging.withhold(night.entity, held_by=night.run.pk)


def check(night: Night) -> int:
    """Stage: compare the whole night with the ones before; the number of anomalies. Without any its messages leave,
    below the daily ceilings; with any they are held for a supervisor, who is told. What runs that failed since the last
    night had opened is part of it: their messages go with those of this one."""
    findings = found_unseen(night.run)
    findings.add(night.found)
    found = anomalies.found(night, findings)
    if found:
        _hold(night, found)
    else:
        messaging.let_go(night.entity)
        _report(night, state=ReportState.CLEAR, anomalies=[])
    return len(found)


def _hold(night: Night, found: list[anomalies.Anomaly]) -> None:
    messages = messaging.hold(night.entity, held_by=night.run.pk)
    # A flood of actions can be taken back, with or without messages.
    waits = bool(messages) or any(anomaly["code"] == "surge" for anomaly in found)
    state = ReportState.HELD if waits else ReportState.TOLD
    report = _report(night, state=state, anomalies=found, messages=messages)
    told = {"run": night.run.pk, "messages": messages}
    if waits:
        emit("night.held", entity_id=night.entity.pk, payload=told, at=night.at)
    elif not _as_before(report):
        emit("night.unusual", entity_id=night.entity.pk, payload=told, at=night.at)


def _report(night: Night, **values: Any) -> MorningReport:
    values |= {"entity": night.entity, "on": night.on}
    return MorningReport.objects.update_or_create(run=night.run, defaults=values)[0]


def _as_before(report: MorningReport) -> bool:
    """Whether the night before was unusual in the same way: the supervisors know it."""
    last = MorningReport.objects.filter(entity=report.entity_id, pk__lt=report.pk).order_by("-pk").first()
    return last is not None and _kinds(last) == _kinds(report)


def _kinds(report: MorningReport) -> set[tuple[str, int | None]]:
    return {(anomaly["code"], anomaly.get("template")) for anomaly in report.anomalies}


@transaction.atomic
def release(report: MorningReport, *, by: User, at: datetime) -> int:
    """What the night queued may leave, each message after the last look of the outbox; how many.

    Raises ReportSettled.
    """
    _settle(report, ReportState.RELEASED, by=by, at=at)
    return _settled(report, messaging.release(held_by=report.run_id, at=at))


class Cancelled(NamedTuple):
    """Actions of a cancelled night: `closed`, and `kept` because somebody had worked on them."""

    closed: int
    kept: int


@transaction.atomic
def cancel(report: MorningReport, *, reason: str, by: User, at: datetime) -> Cancelled:
    """Close the actions the night opened that nobody has worked on since, and take back its messages, those of runs
    that failed before it too; the next night decides again. Raises ReasonMissing, ReportSettled."""
    if not reason.strip():
        raise ReasonMissing
    _settle(report, ReportState.CANCELLED, by=by, at=at, reason=reason.strip()[:200])
    _settled(report, messaging.cancel_held(held_by=report.run_id, reason=f"night: {reason}", at=at))
    runs = [report.run_id, *runs_unseen(report.run).values_list("pk", flat=True)]
    params: dict[str, Any] = {"entity": report.entity_id, "runs": runs, "at": at, "by": by.pk, "note": reason}
    with connection.cursor() as cursor:
        cursor.execute(text("cancel_night", EVERYBODY), params)
        return Cancelled(*cursor.fetchone())


def _settle(report: MorningReport, state: ReportState, **values: Any) -> None:
    changes = {"settled_by": values.pop("by"), "settled_at": values.pop("at"), **values}
    held = MorningReport.objects.filter(pk=report.pk, state=ReportState.HELD)
    moved = held.update(state=state, **changes)
    report.refresh_from_db()
    if not moved:
        raise ReportSettled(report)


def _settled(report: MorningReport, messages: int) -> int:
    MorningReport.objects.filter(pk=report.pk).update(settled=messages)
    report.settled = messages
    return messages
