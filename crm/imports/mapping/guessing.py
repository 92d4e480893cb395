"""Which column says what: what a person chose, then known headers, then what the values look like."""

from collections.abc import Mapping

from crm.imports.errors import MissingColumns
from crm.imports.formats.rows import plain
from crm.imports.formats.table import Row
from crm.imports.mapping.columns import ColumnMap
from crm.imports.mapping.habits import read_habits
from crm.imports.mapping.headers import (
    FIELDS,
    NEEDED,
    OF_EITHER,
    bare,
    format_of,
    known_names,
    may_be_payments,
    names_of,
)
from crm.imports.mapping.values import by_values, kind_by_values, mostly_of_customers
from crm.imports.models import Format


def guess(
    headers: list[str],
    rows: list[Row],
    *,
    wanted: str = "",
    given: Mapping[str, str] | None = None,
    country: str = "FR",
) -> ColumnMap:
    """Find the fields of a list; `given` (field to name of a column, or to nothing: the list does not have it) comes
    first. Raises MissingColumns.

    `rows` is a sample; `country` settles 03/04/2020 where nothing in the column does (month first in the US only).
    """
    given = given or {}
    left_out = frozenset(name for name, header in given.items() if not header)
    places = _given(headers, {name: header for name, header in given.items() if header})
    kind = wanted or format_of(headers)
    _by_name(headers, [name for name in FIELDS[Format(kind)].split() if name not in left_out], places, kind)
    if kind == Format.OPEN_ITEMS:
        _kind_beside_documents(headers, rows, places, given)
        by_values(headers, rows, places)
    if kind == Format.CUSTOMERS:
        _people(headers, rows, places, given)
    places = {name: index for name, index in places.items() if name not in left_out}
    _demand(kind, places, headers)
    supposed = not wanted and may_be_payments(headers)
    found = ColumnMap(kind, places, headers, country=country, format_supposed=supposed, left_out=left_out)
    read_habits(found, rows, "mdy" if country == "US" else "dmy")
    return found


def _given(headers: list[str], given: Mapping[str, str]) -> dict[str, int]:
    exactly = {name: index for index, name in enumerate(names_of(headers))}
    alike = {plain(header): index for index, header in reversed(list(enumerate(headers)))}
    alike.pop("", None)  # of a header without a Latin letter nothing is left
    found = {name: exactly.get(header, alike.get(plain(header))) for name, header in given.items()}
    absent = [given[name] for name, index in found.items() if index is None]
    if absent:
        raise MissingColumns(columns=", ".join(absent), found=", ".join(filter(None, headers)), headers=headers)
    return {name: index for name, index in found.items() if index is not None}


def _by_name(headers: list[str], fields: list[str], places: dict[str, int], kind: str) -> None:
    names = [bare(header) for header in headers]
    for name in fields:
        if name in places:
            continue
        taken = set(places.values())
        ranks = {alias: rank for rank, alias in enumerate(known_names(name, kind))}
        free = [(ranks[n], index) for index, n in enumerate(names) if n in ranks and index not in taken]
        if free:
            places[name] = min(free)[1]


def _people(headers: list[str], rows: list[Row], places: dict[str, int], given: Mapping[str, str]) -> None:
    """What a name and a nature are of, where nobody said it."""
    if "name" not in given:
        _name_of_a_person(headers, places)
    if "kind" not in given:
        kind_by_values(headers, rows, places)


def _kind_beside_documents(
    headers: list[str], rows: list[Row], places: dict[str, int], given: Mapping[str, str]
) -> None:
    """A column called nature or type is of the customers where its values say so; another one may be of documents."""
    if "kind" in given:
        return
    taken = set(places.values()) - ({places.get("type", -1)} if "type" not in given else set())
    either = [index for index, header in enumerate(headers) if bare(header) in OF_EITHER and index not in taken]
    place = next((index for index in either if mostly_of_customers(rows, index)), None)
    if place is not None and "kind" not in places:
        places["kind"] = place
        if places.get("type") == place:
            del places["type"]
            _by_name(headers, ["type"], places, Format.OPEN_ITEMS)
    kind_by_values(headers, rows, places)


def _name_of_a_person(headers: list[str], places: dict[str, int]) -> None:
    """Beside a first name, a bare "name" is that of the contact and not of the company."""
    place = next((index for index, header in enumerate(headers) if bare(header) in ("nom", "name")), None)
    if place is None or "first_name" not in places or "contact" in places:
        return
    if places.get("name") == place:
        del places["name"]
    if place not in places.values():
        places["contact"] = place


def _demand(kind: str, places: dict[str, int], headers: list[str]) -> None:
    missing = [names for names in NEEDED[Format(kind)] if not set(names) & set(places)]
    if missing:
        raise MissingColumns(
            format=kind,
            fields=missing,
            columns=", ".join(map(" / ".join, missing)),
            found=", ".join(filter(None, headers)),
            headers=headers,
            places={name: names_of(headers)[index] for name, index in places.items()},
        )
