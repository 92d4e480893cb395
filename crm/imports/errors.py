"""Refusals a person can act on. Each says what is wrong and what to do; nothing was written. A batch keeps the code of
its refusal and its values: it is worded when it is read, in the language of the reader."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext, gettext_noop as _

from crm.core.formats import day, moment, number
from crm.imports.labels import FIELD_LABELS


class ImportRefused(Exception):
    """The file, or the whole import, is refused. `msgid` is English; `str()` words it in the active language."""

    by_code: ClassVar[dict[str, "type[ImportRefused]"]] = {}
    not_kept: ClassVar[tuple[str, ...]] = ()  # values no sentence needs
    code = "refused"
    msgid = _("The file cannot be imported.")

    def __init_subclass__(cls) -> None:
        if cls.code in ImportRefused.by_code or cls.code == ImportRefused.code:
            raise TypeError(f"{cls.__name__} needs a code of its own: what was kept under one code is worded by it.")
        ImportRefused.by_code[cls.code] = cls

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.msgid)

    def __str__(self) -> str:
        return gettext(self.msgid) % self.params if self.params else gettext(self.msgid)

    def kept(self) -> dict[str, Any]:
        """What a batch keeps of it."""
        values = {name: value for name, value in self.params.items() if name not in self.not_kept}
        return {"refusal": self.code, "refusal_values": values}


ImportRefused.by_code[ImportRefused.code] = ImportRefused


def refusal_sentence(refusal: str, values: Mapping[str, Any]) -> str:
    """A refusal that was kept, in the active language; one kept as words (before there were codes) as it is."""
    if refusal not in ImportRefused.by_code:
        return refusal
    return str(ImportRefused.by_code[refusal](**values))


def shares_told(told: Mapping[str, Any]) -> dict[str, str]:
    """What a complete list closes of the open amount and of the customers, in per cent as the reader writes them."""
    return {name: number(Decimal(told[name])) for name in ("amount_share", "customer_share")}


class EmptyFile(ImportRefused):
    code = "empty_file"
    msgid = _("The file is empty. Export it again and check that it holds rows.")


class FileMissing(ImportRefused):
    code = "file_missing"
    msgid = _("The file %(name)s cannot be opened. Check its path and that it may be read.")


class FileNotStored(ImportRefused):
    code = "file_not_stored"
    msgid = _("The file could not be stored (%(error)s). Nothing was kept of it: send it again once there is room.")


class FileTooLarge(ImportRefused):
    code = "file_too_large"
    msgid = _(
        "The file weighs %(size)s MB, the limit is %(limit)s MB. "
        "Export one year at a time, or have the limit raised (IMPORT_MAX_MB)."
    )


class TextsTooLarge(ImportRefused):
    code = "texts_too_large"
    msgid = _(
        "The workbook carries %(size)s MB of texts for few cells. Save the sheet alone in a new workbook, or as CSV,"
        " and send that."
    )


class NotATable(ImportRefused):
    code = "not_a_table"
    msgid = _("This is %(kind)s, not a list. Send the FEC as text, or a list as CSV or XLSX.")

    def __str__(self) -> str:
        return gettext(self.msgid) % {"kind": gettext(self.params["kind"])}


class TooManyCells(ImportRefused):
    code = "too_many_cells"
    msgid = _(
        "The sheet %(sheet)s reaches down to line %(rows)s and over %(columns)s columns, more than can be read. "
        "A cell far from the others is often why: delete the empty lines and columns after the list, save, and send "
        "the file again. A list that really is so large goes as CSV, or in parts."
    )


class ReaderStopped(ImportRefused):
    code = "reader_stopped"
    msgid = _(
        "The program that reads files stopped %(times)s times at this one, which may be too large for this machine. "
        "Nothing was written. Send it in parts or as CSV, or have whoever runs Acquit look into its logs."
    )


class UnclosedQuote(ImportRefused):
    code = "unclosed_quote"
    msgid = _("A quotation mark opened on line %(line)s is never closed. Export the file again, or correct that line.")


class MixedEncodings(ImportRefused):
    code = "mixed_encodings"
    msgid = _(
        "The file mixes two encodings (UTF-8 on line %(utf8)s, another on line %(other)s). "
        "Save it again from one program, in UTF-8."
    )


class MissingColumns(ImportRefused):
    """`columns` as the file would name them; or `fields`: of each group, one was needed."""

    code = "missing_columns"
    not_kept = ("headers", "places")
    msgid = _("Columns are missing: %(columns)s. Found: %(found)s.")

    def __str__(self) -> str:
        named = (" / ".join(str(FIELD_LABELS[name]) for name in group) for group in self.params.get("fields", []))
        return gettext(self.msgid) % {**self.params, "columns": ", ".join(named) or self.params["columns"]}


class AmountsUndecided(ImportRefused):
    code = "amounts_undecided"
    not_kept = ("format", "headers", "places", "marks")
    msgid = _(
        "The column %(column)s does not tell what %(value)s is: its sign may group thousands or be the decimal mark, "
        "and nothing in the file proves which. Say which sign is the decimal mark, then have the file read again."
    )


class CurrencyUndecided(ImportRefused):
    code = "currency_undecided"
    msgid = _(
        "The head of the amounts says %(currency)s, as several currencies are called: write the code of the one meant "
        "there (%(codes)s), or choose it in a mapping profile."
    )


class FormatUndecided(ImportRefused):
    code = "format_undecided"
    msgid = _(
        "These columns may be those of open items or of payments, which would be owed instead of paid. Say which: "
        "--kind open_items or --kind payments, or a profile."
    )


class WrongFormat(ImportRefused):
    code = "wrong_format"
    msgid = _("The file does not look like %(format)s. Choose another format, or check the file.")


class UnknownMapping(ImportRefused):
    code = "unknown_mapping"
    msgid = _("There is no mapping named %(name)s. Known: %(known)s.")


class NothingReadable(ImportRefused):
    """`reason` is an English msgid filled from `reason_values`."""

    code = "nothing_readable"
    msgid = _("None of the %(rows)s rows can be read. First reason, line %(line)s: %(reason)s")

    def __str__(self) -> str:
        reason, values = gettext(self.params["reason"]), self.params.get("reason_values")
        return gettext(self.msgid) % {**self.params, "reason": reason % values if values else reason}


class RowsWrong(ImportRefused):
    code = "rows_wrong"
    not_kept = ("outcome",)
    msgid = _("%(rows)s rows are wrong and you asked for all or nothing: nothing was imported.")


class FormulaCells(ImportRefused):
    code = "formula_cells"
    msgid = _(
        "Cells hold formulas (first: line %(line)s, column %(column)s), whose saved result may be old or none. "
        "In the spreadsheet program, copy the column and paste it as values, save, and send the file again."
    )


class TooMuchWouldClose(ImportRefused):
    code = "too_much_would_close"
    msgid = _(
        "This complete list would close %(amount_share)s %% of the open amount and all items of %(customer_share)s %% "
        "of the customers; the limit is %(limit)s %%. Check that the file is complete, then confirm."
    )

    def __str__(self) -> str:
        return gettext(self.msgid) % {**self.params, **shares_told(self.params)}


class OlderList(ImportRefused):
    """`as_of`, `last`: days, as ISO texts."""

    code = "older_list"
    msgid = _(
        "This complete list is of %(as_of)s, and one of %(last)s from the same source is in the books: it would open "
        "%(reopening)s items again, wholly or in part, and close %(closing)s. Send the latest list. If this one is "
        "right all the same, send it from the page of imports, where that can be read and confirmed, or undo the "
        "later one first."
    )

    def __str__(self) -> str:
        days = {name: day(date.fromisoformat(self.params[name])) for name in ("as_of", "last")}
        return gettext(self.msgid) % {**self.params, **days}


class TooManyGone(ImportRefused):
    code = "too_many_gone"
    msgid = _(
        "%(lines)s entries imported before, of the same days, are not in this file any more (balance %(balance)s; "
        "documents %(numbers)s), and it has others of the same accounts and amounts for %(again)s of them (%(share)s "
        "%% of what is known; the limit is %(limit)s %%): both would count. Look at it on the page of an import; "
        "--confirm-closing takes the file, and leaves them as they are."
    )


class KnownOtherwise(ImportRefused):
    code = "known_otherwise"
    msgid = _(
        "%(invoices)s new invoices have the customer and the number of open ones the API brought under other "
        "identifiers (%(numbers)s): they would be claimed twice. Give the list the column of these identifiers, or "
        "confirm (--confirm-closing) that they are others."
    )


class AccountsAsNames(ImportRefused):
    code = "accounts_as_names"
    msgid = _(
        "No new customer of the file has a name (%(customers)s in all): they would be called by their accounts, "
        "%(accounts)s, in letters too. Say which column has the names, or confirm (--confirm-names) that they are "
        "called so."
    )


class OtherCompany(ImportRefused):
    code = "other_company"
    msgid = _(
        "The name of the file says the SIREN %(siren)s, and %(entity)s has %(own)s: these are the books of another "
        "company, unless you confirm (--confirm-siren) that they are its own."
    )


# Refused until a person says on the page that what would change was looked at.
TO_CONFIRM = (TooMuchWouldClose, OlderList, AccountsAsNames, OtherCompany)


class CannotUndo(ImportRefused):
    code = "cannot_undo"
    msgid = _("This import cannot be undone: %(reason)s")

    def __str__(self) -> str:
        reason = gettext(self.params["reason"]) % self.params
        return gettext(self.msgid) % {"reason": reason}


class NotWaiting(ImportRefused):
    code = "not_waiting"
    msgid = _("This import is not waiting for a confirmation.")


class SameImported(ImportRefused):
    """`at`: when, as ISO text."""

    code = "same_imported"
    msgid = _("The same file was imported meanwhile, on %(moment)s: there is nothing left to confirm.")

    def __str__(self) -> str:
        return gettext(self.msgid) % {"moment": moment(datetime.fromisoformat(self.params["at"]))}


class Unforeseen(ImportRefused):
    code = "unforeseen"
    msgid = _("Reading failed for an unforeseen reason, which was reported. Nothing was written.")
