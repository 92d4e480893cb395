"""Which instalments of an invoice a row speaks of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.core.rest.bulk import Row
from crm.receivables.models import Invoice


@dataclass(frozen=True)
class Part:
    """An instalment as a row has it: its number where it is said, and nothing of what is not given."""

    due_on: date | None = None
    amount: Decimal | None = None
    installment: int | None = None

    def is_it(self, known: Invoice) -> bool:
        """Whether it says that it is this one."""
        return (self.installment, self.amount) == (known.installment, known.amount)

    def is_as_it_stands(self, known: Invoice) -> bool:
        """Whether it is this one, unchanged."""
        return self.installment is None and (self.due_on, self.amount) == (known.due_on, known.amount)

    def may_be_it(self, known: Invoice) -> bool:
        """Whether it is this one, put off or brought forward."""
        return self.installment is None and self.amount == known.amount


def parts_of(row: Row) -> list[Part]:
    """Each instalment a row gives, by date; one for an invoice that is not payable in parts."""
    if not row.get("installments"):
        return [Part(row.get("due_on"), row.get("amount"), row.get("installment"))]
    return sorted((Part(**part) for part in row["installments"]), key=lambda part: (part.due_on, part.amount))


def placed(row: Row, found: Mapping[int, Invoice]) -> dict[int, Part] | None:
    """The parts of a row by the number of the instalment each is; None when they are not those of the invoice.

    Of a known invoice by the number a part says, else as they stand, else by their amounts, those of one amount in the
    order of their dates. A row that gives no instalments speaks of the one it names, or of all alike.
    """
    parts = parts_of(row)
    if not found:
        return _of_a_new_one(parts)
    if row.get("installments"):
        places = dict(_matched(parts, found))
        return places if len(places) == len(parts) == len(found) else None
    return _of_one_part(parts[0], found)


def _of_one_part(part: Part, found: Mapping[int, Invoice]) -> dict[int, Part] | None:
    if part.installment is None and len(found) > 1:
        return dict.fromkeys(found, part) if part == Part() else None
    number = part.installment or min(found)
    return {number: part} if number in found and part.amount in (None, found[number].amount) else None


def _of_a_new_one(parts: list[Part]) -> dict[int, Part] | None:
    places = {part.installment or place: part for place, part in enumerate(parts, start=1)}
    return places if sorted(places) == list(range(1, len(parts) + 1)) else None


def _matched(parts: list[Part], found: Mapping[int, Invoice]) -> Iterator[tuple[int, Part]]:
    left, waiting = sorted(found.values(), key=lambda known: (known.due_on, known.installment)), parts
    for fits in (Part.is_it, Part.is_as_it_stands, Part.may_be_it):
        others = []
        for part in waiting:
            known = next((known for known in left if fits(part, known)), None)
            if known is None:
                others.append(part)
            else:
                left.remove(known)
                yield known.installment, part
        waiting = others
