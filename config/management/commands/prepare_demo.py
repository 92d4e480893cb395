from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.demo.company import MEMBERS, PASSWORD
from config.demo.own_data import OtherPortfolio, made_from, prepare_from
from config.demo.prepare import prepare, prepared
from config.demo.printing import print_letters
from crm.imports.errors import ImportRefused


class Command(BaseCommand):
    help = "Make the demonstration portfolio (entity DEMO) where it is missing; a second start changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--fec", type=Path, metavar="FILE", help="start on this FEC instead")
        chosen.add_argument("--open-items", type=Path, metavar="FILE", help="start on this list of open items instead")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare once, then tell who may log in."""
        if settings.PRODUCTION:
            raise CommandError("The demonstration has known passwords: it is not made in production.", returncode=2)
        path = options["fec"] or options["open_items"]
        if path:
            self._start_on(path, "fec" if options["fec"] else "auto")
        elif prepared() is None:
            entity = prepare(at=timezone.localtime(), say=self._say)
            self._say("a print batch")
            print_letters(entity, at=timezone.localtime())
        self.stdout.write(f"Log in with one of these names and the password {PASSWORD}:")
        for member in MEMBERS:
            self.stdout.write(f"  {member.username:<12} {member.role.label}")

    def _start_on(self, path: Path, kind: str) -> None:
        try:
            if made_from(path):
                return
            outcome = prepare_from(path, format=kind, at=timezone.localtime(), say=self._say)
        except (ImportRefused, OtherPortfolio) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self._say(f"{outcome.rows_read} rows read, {outcome.rows_rejected} rejected")

    def _say(self, what: str) -> None:
        self.stdout.write(f"  {what}")
