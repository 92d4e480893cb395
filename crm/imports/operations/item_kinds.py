"""The natures of customers a list of open items has beside its documents. Who is new is of the one the list says most
often; of who is known it changes nothing, and is told where it says another."""

from django.utils.translation import gettext_noop as _

from crm.customers.models import CustomerKind
from crm.imports.formats.people import UNKNOWN_KINDS
from crm.imports.formats.rows import Problem
from crm.imports.mapping import ColumnMap
from crm.imports.operations.customers import UNKNOWN_KIND
from crm.imports.outcome import KEPT_PROBLEMS, Outcome
from crm.imports.staging import answer

OTHERWISE = {
    CustomerKind.PROFESSIONAL: _("This customer is a professional here, and stays one: see his page."),
    CustomerKind.CONSUMER: _("This customer is a consumer here, and stays one: see his page."),
    CustomerKind.PUBLIC_BODY: _("This customer is a public body here, and stays one: see his page."),
    CustomerKind.ASSOCIATION: _("This customer is an association here, and stays one: see his page."),
}


def tell_kinds(columns: ColumnMap, outcome: Outcome) -> None:
    """Tell what was not taken of the natures of a list whose rows are still staged."""
    if "kind" not in columns.places:
        return
    header = columns.columns()["kind"]
    for row in answer("items_kinds_unknown", {"most": UNKNOWN_KINDS}):
        outcome.remark(Problem(row["line"], header, row["nature"], UNKNOWN_KIND))
    for row in answer("items_kinds_otherwise", {"most": KEPT_PROBLEMS}):
        outcome.remark(Problem(row["line"], header, row["nature"], OTHERWISE[row["known"]]))
