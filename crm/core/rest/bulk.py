"""Writing many rows at once: each is checked, the good ones are written in one statement, each fault is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from crm.core.rest.errors import MEGABYTE, Busy, TooLarge
from crm.core.rest.shapes import Shape

MOST_ROWS = 5000
MOST_ATTEMPTS = 3
# Three kilobytes a row.
MOST_BYTES = 16 * MEGABYTE


class RowFault(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="Place in `rows`, from 0.")
    external_id = serializers.CharField()
    field = serializers.CharField(help_text="Empty when the row as a whole is refused.")
    message = serializers.CharField()


class BulkAnswer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = RowFault(many=True)  # type: ignore[assignment]


@dataclass
class Written:
    """What a bulk write did; `faults` are (place, field, message)."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[tuple[int, str, str]] = field(default_factory=list)


Row = dict[str, Any]
# Raises WrittenMeanwhile where it has to begin again.
Writer = Callable[[dict[int, Row]], Written]


def bulk_body(row: type[serializers.BaseSerializer[Any]]) -> type[serializers.Serializer[Any]]:
    """Shape of the body of a bulk write, for the schema."""
    name = row.__name__.removesuffix("Input") + "Bulk"
    choice = serializers.BooleanField(
        required=False, default=False, help_text="True: nothing is written when a row is refused."
    )
    return type(name, (serializers.Serializer,), {"rows": row(many=True), "all_or_nothing": choice})


class _Envelope(Shape):
    rows = serializers.ListField(child=serializers.DictField(), allow_empty=False, max_length=MOST_ROWS)
    all_or_nothing = serializers.BooleanField(required=False, default=False)


class _NothingWritten(Exception):
    """Undoes the transaction of a write that was all or nothing."""


class WrittenMeanwhile(Exception):
    """A row read as new was written by somebody else before it was here: what a write said of it does not hold."""


def checked_rows(
    rows: Sequence[Row], shape: type[serializers.Serializer[Any]], context: dict[str, Any]
) -> tuple[dict[int, Row], list[tuple[int, str, str]]]:
    """The rows that have the shape, by place, and the faults of the others; a repeated external id is a fault."""
    good: dict[int, Row] = {}
    faults: list[tuple[int, str, str]] = []
    seen: set[str] = set()
    for place, row in enumerate(rows):
        given = shape(data=row, context=context)
        if not given.is_valid():
            faults += [(place, *fault) for fault in _flat(given.errors)]
        elif given.validated_data["external_id"] in seen:
            faults.append((place, "external_id", _("It stands twice in this request.")))
        else:
            seen.add(given.validated_data["external_id"])
            good[place] = dict(given.validated_data)
    return good, faults


def bulk_answer(request: Request, shape: type[serializers.Serializer[Any]], write: Writer, **context: Any) -> Response:
    """Check the rows of a request, write those in order, and answer what became of each.

    With `all_or_nothing` a single fault writes nothing and answers 422; otherwise good rows are kept and it is 200.
    """
    _take_whole(request)
    envelope = _Envelope(data=request.data)
    envelope.is_valid(raise_exception=True)
    rows, whole = envelope.validated_data["rows"], envelope.validated_data["all_or_nothing"]
    good, faults = checked_rows(rows, shape, context)
    written = Written() if whole and faults else _written(good, write, whole=whole)
    faults += written.faults
    refused = status.HTTP_422_UNPROCESSABLE_ENTITY if whole and faults else status.HTTP_200_OK
    return Response(_answer(rows, written, sorted(faults)), status=refused)


def _take_whole(request: Request) -> None:
    """So many rows are larger than what a page may be sent. Raises TooLarge."""
    sent = request._request
    length = int(sent.META.get("CONTENT_LENGTH") or 0)
    if length > MOST_BYTES:
        raise TooLarge(MOST_BYTES)
    if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        sent._body = sent.read(length)  # where Django keeps what it has read


def _written(rows: dict[int, Row], write: Writer, *, whole: bool) -> Written:
    """Write them, once more where somebody wrote some of them meanwhile: these are known then. Raises Busy when it goes
    on."""
    for _attempt in range(MOST_ATTEMPTS):
        written = Written()
        try:
            with transaction.atomic():
                if rows:
                    written = write({place: dict(row) for place, row in rows.items()})
                if whole and written.faults:
                    raise _NothingWritten
        except _NothingWritten:
            return Written(faults=written.faults)
        except WrittenMeanwhile:
            continue
        return written
    raise Busy


def _answer(rows: Sequence[Row], written: Written, faults: list[tuple[int, str, str]]) -> dict[str, Any]:
    return {
        "created": written.created,
        "updated": written.updated,
        "unchanged": written.unchanged,
        "errors": [
            {"row": place, "external_id": _said_id(rows[place]), "field": name, "message": message}
            for place, name, message in faults
        ],
    }


def _said_id(row: Row) -> str:
    """How the row calls itself; nothing where it says no text or number."""
    said = row.get("external_id", "")
    return str(said) if isinstance(said, str | int) else ""


def _flat(errors: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The faults of a row as (field, message), nested fields with dots."""
    if isinstance(errors, ErrorDetail):
        return [(prefix, str(errors))]
    items = errors.items() if isinstance(errors, dict) else enumerate(errors)
    flat: list[tuple[str, str]] = []
    for name, inner in items:
        keep = isinstance(errors, list) or name == "non_field_errors"
        flat += _flat(inner, prefix if keep else f"{prefix}.{name}".strip("."))
    return flat
