"""import_receivables FILE --entity CODE: a ledger file into Acquit, or what it would change."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _, ngettext

from crm.accounts.models import Entity
from crm.core.formats import money
from crm.imports.errors import ImportRefused, OlderList, shares_told
from crm.imports.models import Format, Mode
from crm.imports.operations import import_file
from crm.imports.outcome import Options, Outcome
from crm.imports.presenting import CHANGES, FIGURES, left_aside

SHOWN_PROBLEMS = 20


class Command(BaseCommand):
    help = "Imports a FEC, open items, customers or payments. Exit code: 0 done, 1 some rows rejected, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--entity", required=True, help="code of the creditor entity")
        parser.add_argument("--format", default="auto", choices=["auto", "fec", "csv", "xlsx"])
        parser.add_argument("--kind", choices=Format.values, help="what the list is, where its columns leave a doubt")
        parser.add_argument("--mapping", default="", help="name of a mapping profile")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
        parser.add_argument("--until", type=date.fromisoformat, help="ignore lines dated after this day")
        parser.add_argument("--terms-days", type=int, help="confirm payment terms for a file without due dates")
        parser.add_argument(
            "--decimal-mark",
            default="",
            choices=[",", "."],
            help="of amounts; where not given it must be proven",
        )
        parser.add_argument("--snapshot", action="store_true", help="the file is a complete list: close what is gone")
        parser.add_argument("--delta", action="store_true", help="the file adds and changes, and closes nothing")
        parser.add_argument(
            "--confirm-closing", action="store_true", help="go on even above the entity's limit of what is gone"
        )
        parser.add_argument(
            "--confirm-names", action="store_true", help="the new customers are called by their accounts"
        )
        parser.add_argument(
            "--confirm-siren", action="store_true", help="the FEC is the entity's, whatever SIREN its name says"
        )
        parser.add_argument("--all-or-nothing", action="store_true", help="import nothing if a row is wrong")
        parser.add_argument("--json", action="store_true", help="figures as JSON on the standard output")

    def handle(self, *args: Any, **given: Any) -> None:
        entity = Entity.objects.filter(code=given["entity"]).first()
        if entity is None:
            known = ", ".join(Entity.objects.order_by("code").values_list("code", flat=True)) or "-"
            told = _("There is no entity %(code)s. Known codes: %(known)s.") % {"code": given["entity"], "known": known}
            self._refuse(told, as_json=given["json"])
        try:
            outcome = import_file(
                given["file"],
                entity=entity,
                options=options_of(given),
                by=None,
                at=timezone.now(),
                dry_run=given["dry_run"],
            )
        except ImportRefused as refusal:
            self._refuse(str(refusal), as_json=given["json"])
        self._say(outcome, as_json=given["json"])
        if outcome.rows_rejected:
            raise SystemExit(1)

    def _refuse(self, reason: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"refused": reason}, ensure_ascii=False))
        self.stderr.write(reason)
        raise SystemExit(2)

    def _say(self, outcome: Outcome, *, as_json: bool) -> None:
        errors, remarks = (list(problems_told(outcome, taken=taken)) for taken in (False, True))
        figures = outcome.figures() | {"format": format_of(outcome)}
        for told in to_look_at(outcome):
            self.stderr.write(told)
        if as_json:
            told_of = {name: outcome.changes[name] for name in TOLD_IN_JSON if name in outcome.changes}
            told_of |= {"errors": errors} | ({"remarks": remarks} if remarks else {})
            self.stdout.write(json.dumps(figures | told_of, ensure_ascii=False))
            return
        for line in as_text(outcome):
            self.stdout.write(line)
        for head, problems in ((_("Rejected:"), errors), (_("Taken, but:"), remarks)):
            for text in [head, *map(row_told, problems[:SHOWN_PROBLEMS])] if problems else []:
                self.stderr.write(text)


# Of what changed, what a person is asked to look at.
FOUND = ("other_company", "accounts_as_names")
DOCUMENTS = ("known_otherwise", "payments_unnamed", "early_dues", "long_terms")
TOLD_IN_JSON = (
    "older_list", "lines_gone", "known_otherwise", "payments_unnamed", "early_dues",
    "accounts_as_names", "other_company",
)  # fmt: skip


def to_look_at(outcome: Outcome) -> Iterator[str]:
    """What a person should look at, though the file is taken."""
    changes = outcome.changes
    if changes.get("older_list"):
        yield str(OlderList(**changes["older_list"]))
    if changes.get("closing_beyond"):
        yield closing_told(outcome)
    if changes.get("lines_gone"):
        yield gone_told(changes["lines_gone"])
    for name in FOUND:
        if found := changes.get(name):
            yield found_told()[name] % found
    for name in DOCUMENTS:
        if found := changes.get(name):
            yield documents_told(found["invoices"])[name] % {**found, "numbers": ", ".join(found.get("numbers", []))}
    if unread := left_aside(outcome.reading):
        yield unread_told(unread)


def found_told() -> dict[str, str]:
    """By what was found in a file, the sentence that tells it."""
    return {
        "other_company": _("The name of the file says the SIREN %(siren)s, and %(entity)s has %(own)s."),
        "accounts_as_names": _(
            "No new customer of the file has a name (%(customers)s in all): they are called by their accounts, "
            "%(accounts)s, in letters too."
        ),
    }


def documents_told(count: int) -> dict[str, str]:
    """By what was found of so many of them, the sentence on documents a file brings."""
    return {
        "known_otherwise": ngettext(
            "%(invoices)s new invoice has the customer and the number of an open one that did not come by a file: "
            "%(numbers)s. It is claimed twice.",
            "%(invoices)s new invoices have the customer and the number of open ones that did not come by a file: "
            "%(numbers)s. They are claimed twice.",
            count,
        ),
        "payments_unnamed": ngettext(
            "%(invoices)s payment names an invoice its customer does not have here: %(numbers)s.",
            "%(invoices)s payments name invoices their customers do not have here: %(numbers)s.",
            count,
        ),
        "early_dues": ngettext(
            "%(invoices)s invoice falls due before it is issued: %(numbers)s.",
            "%(invoices)s invoices fall due before they are issued: %(numbers)s.",
            count,
        ),
        "long_terms": ngettext(
            "%(invoices)s invoice falls due later than the law allows, after %(days)s days.",
            "%(invoices)s invoices fall due later than the law allows, up to %(days)s days.",
            count,
        ),
    }


def problems_told(outcome: Outcome, *, taken: bool) -> Iterator[dict[str, Any]]:
    """What is wrong in the rows left out, or in those that are taken all the same."""
    for problem in outcome.problems:
        if problem.taken == taken:
            yield {"line": problem.line, "column": problem.column, "value": problem.value, "reason": problem.text}


def row_told(error: dict[str, Any]) -> str:
    """A row, for a person: where, why, and what is written there if anything is."""
    words = _("line %(line)s, %(column)s: %(reason)s") if error["column"] else _("line %(line)s: %(reason)s")
    return words % error + (f" ({error['value']})" if error["value"] else "")


def format_of(outcome: Outcome) -> str:
    """How the file is written, in the words of --format: fec, csv or xlsx."""
    return outcome.format if outcome.format == Format.FEC else outcome.container


def as_text(outcome: Outcome) -> Iterator[str]:
    """For a person: what the page of an import says."""
    yield _("Taken for: %(format)s.") % {"format": Format(outcome.format).label}
    figures = outcome.figures()
    told: list[tuple[Any, Any]] = [(label, figures[name]) for name, label in FIGURES.items()]
    told += [
        (_("Net open amount"), money(amount, currency)) for currency, amount in sorted(outcome.open_amount.items())
    ]
    told += [(label, outcome.changes[name]) for name, label in CHANGES.items() if outcome.changes.get(name)]
    for label, value in told:
        yield f"{capfirst(label):<52} {value:>16}"


def unread_told(headers: list[str]) -> str:
    """The columns of a list that nothing is read from."""
    told = ngettext("Column that is not read: %(names)s.", "Columns that are not read: %(names)s.", len(headers))
    return told % {"names": ", ".join(headers)}


def closing_told(outcome: Outcome) -> str:
    """What a complete list would close, when that is more than the entity's limit."""
    told = _(
        "This complete list would close %(closing)s items: %(amount_share)s %% of the open amount, all items of "
        "%(customer_share)s %% of the customers. Written only with --confirm-closing."
    )
    return str(told % (outcome.changes | shares_told(outcome.changes)))


def gone_told(gone: dict[str, Any]) -> str:
    """Entries earlier files told of the same days that a FEC no longer holds."""
    told = _(
        "%(lines)s entries imported before, of the same days, are not in this file any more (balance %(balance)s; "
        "documents %(numbers)s). They stay as they are."
    )
    return str(told % {**gone, "numbers": ", ".join(gone["numbers"])})


def options_of(given: dict[str, Any]) -> Options:
    """The command's arguments as options of an import."""
    mode = Mode.SNAPSHOT if given["snapshot"] else Mode.DELTA if given["delta"] else ""
    return Options(
        format=given["kind"] or given["format"],
        mapping=given["mapping"],
        until=given["until"],
        terms_days=given["terms_days"],
        keep="all_or_nothing" if given["all_or_nothing"] else "good_rows",
        mode=mode,
        closing_confirmed=given["confirm_closing"],
        names_confirmed=given["confirm_names"],
        siren_confirmed=given["confirm_siren"],
        decimal_mark=given["decimal_mark"],
        unattended=True,
    )
