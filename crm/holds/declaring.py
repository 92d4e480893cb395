"""What became of the claims on an insolvent customer: declared to who represents the creditors, or not, and why."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Sum, Window
from django.db.models.functions import RowNumber

from crm.accounts.models import User
from crm.holds.models import Declaration, DeclaredClaim, Hold
from crm.holds.queries import Claims

# Invoices a page names of each declaration, the oldest first.
LISTED = 40


def record_declared(
    hold: Hold,
    *,
    declared_on: date,
    reference: str = "",
    claims: Iterable[Claims] = (),
    action: int,
    by: User,
    at: datetime,
) -> Declaration:
    """Claims an insolvency holds were declared on a day, at these amounts; `action`: the id of the task that asked for
    it, which asks once."""
    declaration = Declaration.objects.create(
        hold=hold, declared_on=declared_on, reference=reference, action_id=action, author=by, at=at
    )
    _keep(declaration, claims)
    return declaration


def record_not_declared(
    hold: Hold, *, reason: str, claims: Iterable[Claims] = (), action: int, by: User, at: datetime
) -> Declaration:
    """They need not be declared, for this reason."""
    declaration = Declaration.objects.create(hold=hold, reason=reason, action_id=action, author=by, at=at)
    _keep(declaration, claims)
    return declaration


def _keep(declaration: Declaration, claims: Iterable[Claims]) -> None:
    DeclaredClaim.objects.bulk_create(
        DeclaredClaim(
            declaration=declaration, invoice_id=item.invoice_id, currency=item.currency, amount=item.net_amount
        )
        for each in claims
        for item in each.items
    )


def withdraw_declarations_of(actions: Collection[int], *, at: datetime) -> int:
    """What these actions were said at an instant to have declared was not; how many declarations they were."""
    _rows, by_model = Declaration.objects.filter(action_id__in=actions, at=at).delete()
    return by_model.get(Declaration._meta.label, 0)


@dataclass(frozen=True)
class InCurrency:
    """What a declaration was about in one currency."""

    currency: str
    amount: Decimal
    number: int


@dataclass(frozen=True)
class Told:
    """A declaration as a page tells it: its amounts by currency, and its oldest invoices."""

    declaration: Declaration
    amounts: list[InCurrency] = field(default_factory=list)
    oldest: list[DeclaredClaim] = field(default_factory=list)

    @property
    def more(self) -> int:
        """How many invoices are not named."""
        return sum(each.number for each in self.amounts) - len(self.oldest)


def declarations_of(holds: Collection[Hold]) -> list[Told]:
    """What became of the claims of some holds, the first declaration first; one query without any, else three."""
    rows = Declaration.objects.filter(hold__in=holds).select_related("author").order_by("at", "pk")
    found = {declaration.pk: Told(declaration) for declaration in rows} if holds else {}
    if not found:
        return []
    claims = DeclaredClaim.objects.filter(declaration__in=found)
    sums = claims.values("declaration_id", "currency").annotate(whole=Sum("amount"), number=Count("invoice_id"))
    for row in sums.order_by("declaration_id", "currency"):
        told = found[row["declaration_id"]]
        told.amounts.append(InCurrency(row["currency"], row["whole"], row["number"]))
    in_turn = [F("invoice__due_on").asc(), F("invoice_id").asc()]
    turn = Window(RowNumber(), partition_by=F("declaration_id"), order_by=in_turn)
    oldest = claims.select_related("invoice").annotate(turn=turn).filter(turn__lte=LISTED)
    for claim in oldest.order_by("declaration_id", "turn"):
        found[claim.declaration_id].oldest.append(claim)
    return list(found.values())
