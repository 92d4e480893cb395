"""Giving the outbox what leaves by itself, after asking every gate, in a constant number of statements."""

from django.db import connection

from collections_app.actions.consumers import FOR_A_PERSON
from collections_app.actions.dispatch import ORIGIN
from collections_app.compliance import gates
from collections_app.engine.night import HERE, Night
from crm.core import sql
from crm.core.crash import crash_point
from telephony.messaging.operations import queue_many

REFUSED = "select gate, count(*) from night_verdicts where answer = 'refused' group by gate"


def hand_over(night: Night) -> int:
    """Queue one message per scheduled action the gates allow, now or later; how many.

    Refusals are kept with their dates; what no gate will ever let through becomes a task for a person.
    """
    _ask_gates(night)
    night.params["for_a_person"] = sorted(FOR_A_PERSON)
    night.do("forget_refusals")
    night.do("record_refusals")
    night.do("hand_back")
    night.blocked |= night.count(REFUSED)
    crash_point("before queue")
    queued = queue_many(sql.statement(HERE, "to_queue"), night.params, origin=ORIGIN, at=night.at)
    crash_point("after queue")
    return queued


def _ask_gates(night: Night) -> None:
    candidates = sql.statement(HERE, "hand_over_candidates")
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.night_verdicts")
        cursor.execute(
            f"create temporary table night_verdicts as {gates.statement(candidates)}",
            night.params | gates.parameters(night.at),
        )
