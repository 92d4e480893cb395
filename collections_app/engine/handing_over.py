"""Giving the outbox what leaves by itself, after asking every gate, in a constant number of statements.

A gate looks at one contact: the answer does not depend on what the same night says to other customers."""

from collections import Counter

from django.db import connection

from collections_app.actions.consumers import FOR_A_PERSON
from collections_app.actions.dispatch import ORIGIN
from collections_app.compliance import gates
from collections_app.engine import watched
from collections_app.engine.findings import Findings
from collections_app.engine.night import HERE, Night
from crm.core import sql
from crm.core.crash import crash_point
from telephony.messaging import operations as messaging

HEAVIEST_FIRST = (
    "select id as origin_id, action_rank(weight, late_since_on, %(on)s) as weight"
    " from actions_action where entity_id = %(entity)s and state = 'scheduled'"
)


def hand_over(night: Night) -> int:
    """Queue one message per scheduled action the gates allow, now or later; how many. None leaves before the stage
    "check" has looked at the whole night.

    Refusals are kept with their dates; what no gate will ever let through becomes a task for a person.
    """
    ask_gates(night)
    crash_point("before queue")
    queued = messaging.queue_many(
        sql.statement(HERE, "to_queue"), night.params, origin=ORIGIN, at=night.at, held_by=night.run.pk
    )
    crash_point("after queue")
    night.found.add(Findings(queued=queued, samples=night.pairs("samples")))
    forget_changes(night)
    return queued


def forget_changes(night: Night) -> None:
    """What was noted of the customers looked at; with a look at everybody it was forgotten when that began."""
    if not night.scope.full:
        night.do("forget_changes")


def ask_gates(night: Night) -> None:
    """What each gate answers about what leaves by itself; what they refuse is told, or handed back to a person."""
    _keep_verdicts(night)
    night.params["for_a_person"] = sorted(FOR_A_PERSON)
    night.do("forget_refusals")
    night.do("record_refusals")
    with watched.noting():  # what becomes a person's task has other reasons the next night
        night.do("hand_back")
    night.found.blocked += Counter(night.pairs("refused"))


def keep_below_ceilings(night: Night, *, tell: bool = True) -> int:
    """Put off what the entity would send today above its ceilings, the highest ranks leaving first; how many. `tell`
    the supervisors."""
    above = messaging.put_off_above(night.entity, weights_sql=HEAVIEST_FIRST, origin=ORIGIN, at=night.at, tell=tell)
    if above:
        night.blocked["ceiling"] = sum(above.values())
    return sum(above.values())


def _choose_addresses_again(night: Night) -> None:
    # Guessed few and compared one by one, what a rehearsal keeps back would be quadratic.
    sql.set_local(enable_nestloop="off")
    night.do("readdress")
    if not night.scope.full:
        sql.set_local(enable_nestloop="on")


def _keep_verdicts(night: Night) -> None:
    _choose_addresses_again(night)
    night.keep("night_candidates", "hand_over_candidates")
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop to default")  # on a usual night few leave, and they are counted
    asked = gates.statement("select * from night_candidates")
    night.keep_rows("night_verdicts", asked, gates.parameters(night.at) | night.params)
