"""What is kept about one person, read section by section."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from collections_app.engine.explanation import AccountExplanation
from collections_app.engine.wording import account_sentence
from collections_app.privacy.sections import SECTIONS, Section
from collections_app.scenarios.models import Step
from crm.core.formats import day, moment
from crm.customers.models import Customer
from crm.customers.operations.contacts import ADDRESS_ADDED
from crm.imports.models import Batch, NewCustomer
from crm.timeline.models import Entry
from crm.timeline.params import worded

Row = dict[str, Any]
# Places of an entry that name one of the creditor's people.
OF_OURS = {"owner"}
# Of what a provider sent, what opens something of ours or of its own.
SECRETS = ("token", "secret", "signature", "password", "key", "authorization")
# Where each entry of the history says which address it is about.
WHERE = "address"


@dataclass(frozen=True)
class Person:
    """A customer with the records merged into him, read in one language: the active one."""

    customer: Customer

    @cached_property
    def keys(self) -> list[int]:
        """His records."""
        merged = Customer.objects.filter(merged_into=self.customer.pk).order_by("pk").values_list("pk", flat=True)
        return [self.customer.pk, *merged]

    @cached_property
    def files(self) -> dict[int, str]:
        """The files that brought what is his: name and day, by number."""
        rows = Batch.objects.filter(entity=self.customer.entity_id).values_list("pk", "file_name", "created_at")
        return {pk: _file(name, at) for pk, name, at in rows}

    @cached_property
    def brought(self) -> str:
        """The file that brought him; empty when none did."""
        found = NewCustomer.objects.filter(customer_id__in=self.keys).order_by("pk").values_list("batch_id", flat=True)
        return next((self.files[batch] for batch in found if batch in self.files), "")

    @cached_property
    def typed(self) -> dict[str, datetime]:
        """When an address was added by one of the creditor's people, by the address as the history writes it."""
        added = Entry.objects.filter(customer__in=self.keys, subject=ADDRESS_ADDED, actor__isnull=False)
        return {str(params.get(WHERE)): at for params, at in added.order_by("-at").values_list("params", "at")}

    @cached_property
    def step_names(self) -> dict[tuple[int, str], str]:
        """What the steps of the scenarios of his entity are called, by version and code."""
        steps = Step.objects.filter(version__scenario__entity=self.customer.entity_id)
        return {(version, code): name for version, code, name in steps.values_list("version_id", "code", "name")}

    def sections(self) -> Iterator[tuple[Section, list[Row]]]:
        """Each section with its rows, a statement or two each, however many rows there are."""
        for section in SECTIONS:
            yield section, self.rows(section)

    def rows(self, section: Section) -> list[Row]:
        """The rows of a section, by the keys of its columns, as JSON and CSV write them."""
        named = {column.key: column.path for column in section.columns}
        found = self._found(section).order_by(section.order)
        rows = [dict(zip(named, values, strict=True)) for values in found.values_list(*named.values())]
        for row in rows:
            ADDED.get(section.name, _nothing)(self, row)
        return rows

    def _found(self, section: Section) -> QuerySet[Any]:
        if section.model is LogEntry:
            about = ContentType.objects.get_for_model(Customer)
            return LogEntry._base_manager.filter(content_type=about, object_id__in=self.keys)
        return section.model._base_manager.filter(**{f"{section.of}__in": self.keys})


def language_of(customer: Customer) -> str:
    """The language a person is answered in: his own where the house speaks it, else that of the entity, else French."""
    spoken = dict(settings.LANGUAGES)
    asked = (customer.language, customer.entity.language)
    return next((code for name in asked if (code := name.split("-")[0]) in spoken), settings.LANGUAGE_CODE)


def _file(name: str, at: datetime) -> str:
    return _("file %(name)s, received on %(on)s") % {"name": name, "on": day(at.date())}


def _nothing(person: Person, row: Row) -> None:
    pass


def _origin_of_identity(person: Person, row: Row) -> None:
    row["origin"] = person.brought or _("another system, or the creditor's people")


def _origin_of_address(person: Person, row: Row) -> None:
    added = person.typed.get(row["value"].replace("\n", ", "))
    if added:
        row["origin"] = _("added by the creditor's people on %(at)s") % {"at": moment(added)}
    elif row["sent_at"]:
        row["origin"] = _("given by another system or a list of customers")
    else:
        row["origin"] = person.brought or _("another system, or a file")


def _name_of_file(person: Person, row: Row) -> None:
    row["origin"] = person.files.get(row.pop("import_batch_id"), "")


def _worded_entry(person: Person, row: Row) -> None:
    params = _of_ours_by_role(row.pop("params"))
    row["subject"] = worded(row["subject"], params)


def _of_ours_by_role(params: Any) -> Any:
    """Without the names of the creditor's people."""
    if not isinstance(params, dict):
        return params
    role = _("one of the creditor's people")
    return {name: role if name in OF_OURS else _of_ours_by_role(value) for name, value in params.items()}


def _worded_decision(person: Person, row: Row) -> None:
    facts: Mapping[str, Any] = row["facts"]
    code = str(row["step_code"])
    step = person.step_names.get((facts.get("version", 0), code), code)
    decided = AccountExplanation(
        row["currency"], row["outcome"], step=code, step_name=step, next_look_on=row["next_look_on"]
    )
    row["sentence"] = account_sentence(decided)


def _without_secrets(person: Person, row: Row) -> None:
    row["payload"] = without_secrets(row["payload"])


def without_secrets(value: Any) -> Any:
    """What a provider sent, without what is named like a key."""
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    opening = {name for name in value if any(secret in name.lower() for secret in SECRETS)}
    return {name: without_secrets(each) for name, each in value.items() if name not in opening}


# What is added to, or put in the place of, the values of a row.
ADDED = {
    "identity": _origin_of_identity,
    "addresses": _origin_of_address,
    "invoices": _name_of_file,
    "payments": _name_of_file,
    "movements": _name_of_file,
    "history": _worded_entry,
    "decisions": _worded_decision,
    "news_of_messages": _without_secrets,
}
