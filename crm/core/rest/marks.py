"""What an answer gives to be passed on: which list and filters it is of, and what was seen when the reading began.

Not signed: who makes one up reads what his token opens, in another order.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request

# `of`: this database, since it was made or last restored: numbers of transactions mean something in it alone. A dump is
# restored into a database of its own (docs/operations.md), a copy of the files goes on in a time line of its own.
SEEN = """
select pg_current_snapshot()::text as seen,
       concat_ws('-', to_hex(system_identifier), left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), d.oid) as of
from pg_control_system() cross join pg_database d where d.datname = current_database()
"""
# Half of what the shorter number of a row wraps around at.
TOO_MANY = 2**30


class BeginAgain(APIException):
    """What was kept leads nowhere any more: the list is to be read whole."""

    status_code = status.HTTP_410_GONE
    default_code = "begin_again"


@dataclass(frozen=True)
class Seen:
    """What a reading saw: a snapshot (`pg_snapshot` as text), of which database."""

    snapshot: str
    of: str

    @property
    def first_running(self) -> int:
        """Every transaction before this number had ended."""
        return int(self.snapshot.partition(":")[0])

    @property
    def not_begun(self) -> int:
        """No transaction from this number on had begun."""
        return int(self.snapshot.split(":")[1])

    @classmethod
    def now(cls) -> "Seen":
        """What whoever reads from here on sees at least."""
        with connection.cursor() as cursor:
            cursor.execute(SEEN)
            return cls(*cursor.fetchone())

    def since(self, earlier: "Seen") -> None:
        """Raises BeginAgain when `earlier` was seen in another life of the database, or too long ago."""
        if earlier.of != self.of or not 0 <= self.not_begun - earlier.not_begun < TOO_MANY:
            raise BeginAgain(
                _(
                    "The database was restored or moved since this `changed_since` was given: read the whole list "
                    "again, and go on with the one of that answer."
                )
            )


def list_of(request: Request) -> str:
    """A short name of the list an address is of, with its entity."""
    return short(request.path)


def filters_of(given: Mapping[str, Any]) -> str:
    """A short name of the filters, whatever their order."""
    return short(json.dumps({name: str(given[name]) for name in given}, sort_keys=True)) if given else ""


def short(text: str) -> str:
    """A short name of a text: two texts have two."""
    return blake2s(text.encode(), digest_size=6).hexdigest()


def write(*values: Any) -> str:
    """What is given to be passed on."""
    return urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def read(name: str, text: str, shape: tuple[type, ...]) -> list[Any]:
    """The values of what was passed as `name`. Raises ValidationError when `write` never wrote it so."""
    try:
        values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (BadBase64, ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != list(shape):
        raise never_given(name)
    return values


def of_this_list(name: str, made_for: str, here: str) -> None:
    """Raises ValidationError when it was given by another list or entity."""
    if made_for != here:
        raise refused(name, _("Another list or another entity gave this: pass it to the address that did."))


def never_given(name: str) -> serializers.ValidationError:
    """The refusal of a parameter that is none of ours."""
    return refused(name, _("The API never gave this: pass what an answer gave, unchanged."))


def refused(name: str, why: str) -> serializers.ValidationError:
    """The refusal of a parameter."""
    return serializers.ValidationError({name: [why]})
