"""What a supervisor says of a file: whose it is, how it is read, how it is taken."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.core.currencies import UnclearCurrency, meant
from crm.core.money import check_currency
from crm.imports.errors import OlderList, TooMuchWouldClose
from crm.imports.formats.cells import UNCLEAR_CURRENCY
from crm.imports.formats.source import limit_mb
from crm.imports.labels import FIELD_LABELS
from crm.imports.mapping import FIELDS, names_of
from crm.imports.models import Batch, Format, Keeping, MappingProfile, Mode
from crm.imports.operations.batches import options_of
from crm.imports.outcome import Options

AUTO = [("auto", _("find out")), *Format.choices]
DATE_ORDERS = [("", _("find out")), ("dmy", _("day first")), ("mdy", _("month first"))]
DECIMAL_MARKS = [("", _("find out")), (",", _("comma")), (".", _("point"))]

# By its field, what a batch notes of a question (and the code of its refusal).
QUESTIONS = {"siren_confirmed": "other_company", "names_confirmed": "accounts_as_names"}


class ProfileForm(forms.ModelForm):
    """A profile every import that names it can use."""

    date_format = forms.ChoiceField(
        label=capfirst(_("date format")), required=False, choices=[*DATE_ORDERS, ("ymd", _("year first"))]
    )
    decimal_mark = forms.ChoiceField(
        label=capfirst(_("decimal mark")),
        required=False,
        choices=DECIMAL_MARKS,
    )

    class Meta:
        model = MappingProfile
        fields = ["entity", "name", "format", "columns", "date_format", "decimal_mark", "currency", "mode"]

    def clean_columns(self) -> dict[str, str]:
        """The fields of this kind of file, each with the header of its column."""
        given, known = self.cleaned_data["columns"], FIELDS.get(self.cleaned_data.get("format", ""), "").split()
        if not isinstance(given, dict) or not all(isinstance(header, str) for header in given.values()):
            raise forms.ValidationError(_('Write fields with the header of their column: {"due_on": "Due date"}.'))
        if unknown := ", ".join(sorted(given.keys() - set(known))):
            known_ones = ", ".join(known) or "-"
            text = _("Not a field of this kind of file: %(unknown)s. Its fields are: %(known)s.")
            raise forms.ValidationError(text, params={"unknown": unknown, "known": known_ones})
        return given

    def clean_currency(self) -> str:
        """Empty, or the code of a currency, which may be typed as lists write it."""
        given: str = self.cleaned_data["currency"]
        entity = self.cleaned_data.get("entity")
        home = {"usual": entity.currency, "country": entity.country} if entity else {}
        try:
            code = meant(given, **home) if given else ""
        except UnclearCurrency as error:
            raise forms.ValidationError(_(UNCLEAR_CURRENCY), params={"codes": ", ".join(error.codes)}) from error
        if given:
            check_currency(code)
        return code


class UploadForm(forms.Form):
    entity = forms.ModelChoiceField(Entity.objects.none(), label=_("Entity"))
    file = forms.FileField(
        label=_("File"), help_text=_("FEC as text, or a list as CSV or XLSX. Nothing is written before you confirm.")
    )
    format = forms.ChoiceField(label=_("What it is"), choices=AUTO, initial="auto")
    mapping = forms.ChoiceField(label=_("Mapping profile"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        entities = entities_of(user).order_by("code")
        self.fields["entity"].queryset = entities  # type: ignore[attr-defined]
        # Of several the reader says which: a file sent to the one that stood first would be owed to it.
        self.fields["entity"].initial = entities.first() if entities.count() == 1 else None
        self.fields["mapping"].choices = [("", _("none")), *_profiles(entities)]  # type: ignore[attr-defined]

    def clean_file(self) -> UploadedFile:
        """A file too large is refused before it is kept."""
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > limit_mb() * 1_000_000:
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit_mb()})
        return upload

    def options(self) -> Options:
        """The first reading of the file."""
        return Options(format=self.cleaned_data["format"], mapping=self.cleaned_data["mapping"])


def _profiles(entities: Any) -> list[tuple[str, str]]:
    names = MappingProfile.objects.filter(entity__in=entities) | MappingProfile.objects.filter(entity__isnull=True)
    return [(name, name) for name in sorted(set(names.values_list("name", flat=True)))]


class OptionsForm(forms.Form):
    """How a file that was read is to be taken; the columns of a list may be chosen one by one."""

    format = forms.ChoiceField(label=_("What it is"), choices=AUTO, required=False)
    terms_days = forms.IntegerField(
        label=_("Payment terms (days)"),
        min_value=0,
        max_value=365,
        required=False,
        help_text=_(
            "Confirms the due dates the file does not have: date of the document plus so many days. Left empty, they "
            "are guessed with the entity's terms, and a guessed date starts no penalty and no automatic step."
        ),
    )
    until = forms.DateField(
        label=_("Ignore what is dated after"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    date_order = forms.ChoiceField(label=_("Dates as 03/04/2026"), choices=DATE_ORDERS, required=False)
    decimal_mark = forms.ChoiceField(
        label=capfirst(_("decimal mark")),
        choices=DECIMAL_MARKS,
        required=False,
        help_text=_("1.200 is one thousand two hundred where it is the comma."),
    )
    mode = forms.ChoiceField(label=_("The list is"), choices=Mode.choices, required=False)
    keep = forms.ChoiceField(label=_("Wrong rows"), choices=Keeping.choices)
    closing_confirmed = forms.BooleanField(label=_("I checked what would be closed"), required=False)
    older_confirmed = forms.BooleanField(
        label=_("I checked what this older list would open again and close"), required=False
    )
    siren_confirmed = forms.BooleanField(label=_("These books are those of this entity"), required=False)
    names_confirmed = forms.BooleanField(label=_("These customers are called by their accounts"), required=False)

    def __init__(self, *args: Any, batch: Batch, **kwargs: Any) -> None:
        options, self.reading = options_of(batch), batch.changes.get("reading", {})
        kwargs.setdefault("initial", _initial(options, self.reading))
        super().__init__(*args, **kwargs)
        self.mapping = options.mapping
        # What was found or left out before: found again by itself, if nothing were kept of it.
        self.known = self.reading.get("columns", {}).keys() | options.columns.keys()
        if batch.format == Format.FEC or not self.reading.get("orders"):
            del self.fields["date_order"]
        if batch.format == Format.FEC or not self.reading.get("marks"):
            del self.fields["decimal_mark"]
        if batch.format not in ("", Format.OPEN_ITEMS):
            del self.fields["mode"]
        if not batch.changes.get("closing_beyond") and batch.refusal != TooMuchWouldClose.code:
            del self.fields["closing_confirmed"]
        if not batch.changes.get("older_list") and batch.refusal != OlderList.code:
            del self.fields["older_confirmed"]
        for name, question in QUESTIONS.items():
            if question not in (*batch.changes, batch.refusal):
                del self.fields[name]
        if batch.format in (Format.CUSTOMERS, Format.PAYMENTS):
            del self.fields["terms_days"]
        self._add_columns(batch)

    def _add_columns(self, batch: Batch) -> None:
        names = names_of(self.reading.get("headers", []))
        if not names:
            return
        choices = [("", "—"), *((name, name) for name in names)]
        for name in FIELDS[Format(batch.format or Format.OPEN_ITEMS)].split():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=capfirst(FIELD_LABELS[name]),
                choices=choices,
                required=False,
                initial=self.reading.get("columns", {}).get(name),
            )

    def clean(self) -> None:
        """What is asked has to be said before it is written; to be read again it need not."""
        if "again" in self.data:
            return
        for name in QUESTIONS.keys() & self.fields.keys():
            if not self.cleaned_data.get(name):
                self.add_error(name, _("Confirm it, or have the file read otherwise: see above what is asked."))

    @property
    def columns(self) -> list[forms.BoundField]:
        """The fields that choose a column."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    @property
    def others(self) -> list[forms.BoundField]:
        """The fields beside the columns."""
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def _was_emptied(self, name: str) -> bool:
        return name in self.known and f"column_{name}" in self.data

    def options(self) -> Options:
        """What was chosen."""
        data = self.cleaned_data
        columns = {name.removeprefix("column_"): value for name, value in data.items() if name.startswith("column_")}
        return Options(
            format=data.get("format") or "auto",
            mapping=self.mapping,
            until=data.get("until"),
            terms_days=data.get("terms_days"),
            keep=data["keep"],
            mode=data.get("mode", ""),
            closing_confirmed=data.get("closing_confirmed", False),
            older_confirmed=data.get("older_confirmed", False),
            siren_confirmed=data.get("siren_confirmed", False),
            names_confirmed=data.get("names_confirmed", False),
            date_order=data.get("date_order", ""),
            decimal_mark=data.get("decimal_mark", ""),
            columns={name: column for name, column in columns.items() if column or self._was_emptied(name)},
        )


def _initial(options: Options, reading: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": options.format,
        "terms_days": options.terms_days,
        "until": options.until,
        "mode": options.mode or reading.get("mode", Mode.DELTA),
        "keep": options.keep,
        "date_order": options.date_order,
        "decimal_mark": options.decimal_mark,
        "siren_confirmed": options.siren_confirmed,
        "names_confirmed": options.names_confirmed,
    }
