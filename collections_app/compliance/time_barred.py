"""What limitation has run out of, against those the law protects: held, so that the rest of the account is dunned."""

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from collections_app.compliance.registry import demands
from crm.accounts.models import Entity
from crm.core.sql import statement
from crm.customers.models import CustomerKind

HERE = "collections_app.compliance"
RAN_OUT = gettext_noop("Limitation of %(invoice)s has run out: it is no longer asked for")
RUNS_AGAIN = gettext_noop("Limitation of %(invoice)s has not run out after all: it is asked for again")
# Whether it has run out is another question.
PROTECTS_NO_MORE = gettext_noop(
    "Limitation of %(invoice)s protects this customer no more (his kind or the rule has changed): it is asked for again"
)


def ran_out() -> str:
    """The expressions that say which claims of `late` have expired (sql/ran_out.sql)."""
    return statement(HERE, "ran_out").replace("{demands}", demands())


def hold_what_ran_out(entity: Entity, *, on: date, at: datetime) -> int:
    """Hold each open invoice that ran out against customers whose claims may then not be demanded (the rule
    `limitation_effect`), and end the holds of those that are settled, were interrupted after all or may
    be demanded by now; how many. One statement, which reads what is older than the shortest limitation there, and one
    for whom was being merged."""
    params: dict[str, Any] = {
        "entity": entity.pk,
        "on": on,
        "at": at,
        "kinds": CustomerKind.values,
        "ran_out": RAN_OUT,
        "runs_again": RUNS_AGAIN,
        "protects_no_more": PROTECTS_NO_MORE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement(HERE, "time_barred").replace("{ran_out}", ran_out()), params)
        changed = int(cursor.fetchone()[0])
        # What is placed for a customer waits for the end of his merge, yet names him as the statement saw him first.
        cursor.execute(statement(HERE, "time_barred_moved"), params)
    return changed
