"""The demonstration on one's own ledger: import, defaults, and the night of the file's last date."""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config.demo.company import CODE, create_company, create_people
from config.demo.prepare import Say, deliver, night
from crm.accounts.models import Entity
from crm.imports.errors import FileMissing
from crm.imports.models import Batch
from crm.imports.operations import import_file
from crm.imports.operations.asking import siren_of
from crm.imports.outcome import Options, Outcome
from crm.law.operations import load_law
from crm.receivables.models import Credit, Invoice


class OtherPortfolio(Exception):
    """The demonstration is there already, and was not made from this file."""


def made_from(path: Path) -> bool:
    """Whether the demonstration was made from this file. Raises OtherPortfolio when it was made otherwise,
    FileMissing when there is no such file."""
    if not Entity.objects.filter(code=CODE).exists():
        return False
    if Batch.objects.filter(entity__code=CODE, file_name=path.name).exists():
        return True
    if not path.is_file():
        raise FileMissing(name=path)
    raise OtherPortfolio(
        _("The demonstration already holds another portfolio: remove the folder var/dev to start on %(file)s.")
        % {"file": path.name}
    )


@transaction.atomic
def prepare_from(path: Path, *, format: str, at: datetime, say: Say) -> Outcome:
    """Make the demonstration from a ledger file, or nothing at all. Raises ImportRefused.

    Due dates the file does not give stay guessed: nobody has confirmed terms, so nothing leaves by itself on them.
    """
    load_law()
    entity = create_company(live_since=at.date(), legal_name=path.name[:200])
    create_people(entity)
    say(f"importing {path.name}")
    entity.siren = siren_of(path.name) or entity.siren
    outcome = import_file(path, entity=entity, options=Options(format=format), by=None, at=at)
    on = last_date(entity) or at.date()
    entity.currency = main_currency(entity) or entity.currency
    entity.legal_name = _("%(file)s on %(date)s") % {
        "file": path.name[:150],
        "date": date_format(on, "SHORT_DATE_FORMAT"),
    }
    entity.live_since = entity.stands_on = on
    entity.save()
    deliver(entity, at)
    say(f"the night of {on.isoformat()}, the last date of the file")
    night(entity, on)
    return outcome


def last_date(entity: Entity) -> date | None:
    """The day of the file's latest document or payment."""
    days = (
        Invoice.objects.filter(entity=entity).aggregate(last=Max("issued_on"))["last"],
        Credit.objects.filter(entity=entity).aggregate(last=Max("received_on"))["last"],
    )
    return max((day for day in days if day), default=None)


def main_currency(entity: Entity) -> str:
    """The currency most is owed in: amounts of a list are counted in it."""
    owed = Invoice.objects.filter(entity=entity).values("currency").annotate(total=Sum("amount")).order_by("-total")
    return next((row["currency"] for row in owed), "")
