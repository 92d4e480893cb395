from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop, override

from config.demo.company import CODE, MEMBERS, PASSWORD
from config.demo.own_data import OtherPortfolio, made_from, prepare_from
from config.demo.prepare import prepare, prepared
from config.demo.printing import print_letters
from crm.accounts.models import Entity
from crm.imports.errors import ImportRefused
from crm.imports.management.commands.import_receivables import to_look_at
from crm.imports.outcome import Outcome

NOT_IN_PRODUCTION = gettext_noop("The demonstration has known passwords: it is not made in production.")
NOT_BESIDE = gettext_noop(
    "This database holds the entity %(entity)s: the demonstration has known passwords and is made in a database of its"
    " own. Unset DATABASE_URL, or name an empty database."
)


def in_both(msgid: str, **given: str) -> str:
    """In French, then in English: nobody has said yet which language is his."""
    with override("fr"):
        return "\n".join(text % given for text in (gettext(msgid), msgid))


class Command(BaseCommand):
    help = "Make the demonstration portfolio (entity DEMO) where it is missing; a second start changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--fec", type=Path, metavar="FILE", help="start on this FEC instead")
        chosen.add_argument("--open-items", type=Path, metavar="FILE", help="start on this list of open items instead")

        parser.add_argument("--ask", action="store_true", help="say only whether it may be made in this database")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare once, then tell who may log in."""
        if settings.PRODUCTION:
            raise CommandError(in_both(NOT_IN_PRODUCTION), returncode=2)
        if options["ask"]:
            return self._refuse_others()
        path = options["fec"] or options["open_items"]
        if path:
            self._start_on(path, "fec" if options["fec"] else "auto")
        elif prepared() is None:
            self._refuse_others()
            entity = prepare(at=timezone.localtime(), say=self._say)
            self._say("a print batch")
            print_letters(entity, at=timezone.localtime())
        self.stdout.write(f"Log in with one of these names and the password {PASSWORD}:")
        for member in MEMBERS:
            self.stdout.write(f"  {member.username:<12} {member.role.label}")
        return None

    def _start_on(self, path: Path, kind: str) -> None:
        try:
            if made_from(path):
                return
            self._refuse_others()
            outcome = prepare_from(path, format=kind, at=timezone.localtime(), say=self._say)
        except (ImportRefused, OtherPortfolio) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self._say(f"{outcome.rows_read} rows read, {outcome.rows_rejected} rejected")
        self._tell(outcome)

    def _tell(self, outcome: Outcome) -> None:
        """What a person should look at, in French and in English: nobody is asked before it is written."""
        for language in ("fr", "en"):
            with override(language):
                for told in to_look_at(outcome):
                    self.stderr.write(told)

    def _refuse_others(self) -> None:
        """Accounts whose password everybody knows do not come into a database somebody works with."""
        if Entity._meta.db_table not in connection.introspection.table_names():
            return
        codes = list(Entity.objects.order_by("code").values_list("code", flat=True))
        if codes and CODE not in codes:
            raise CommandError(in_both(NOT_BESIDE, entity=codes[0]), returncode=2)

    def _say(self, what: str) -> None:
        self.stdout.write(f"  {what}")
