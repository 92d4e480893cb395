"""./acquit manage check_ledger: recompute every open amount from its movements."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.accounts.models import Entity
from crm.receivables.checking import Difference, differences, take_over_of_merged


class Command(BaseCommand):
    help = "Recompute every open amount from its movements. Exit 0: all agree; 1: some differ; 2: unknown entity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", help="code of one entity (default: all)")
        parser.add_argument(
            "--take-over", action="store_true", help="first move what stands on merged records to the customers in use"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object on the standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        entity = self._entity(options["entity"])
        if options["take_over"]:
            take_over_of_merged(entity, at=timezone.now())
        found = differences(entity)
        if options["json"]:
            self.stdout.write(json.dumps({"differences": [asdict(row) for row in found]}, default=str))
        else:
            self._print(found)
        if found:
            sys.exit(1)

    def _entity(self, code: str | None) -> Entity | None:
        if code is None:
            return None
        try:
            return Entity.objects.get(code=code)
        except Entity.DoesNotExist as missing:
            known = ", ".join(Entity.objects.order_by("code").values_list("code", flat=True))
            message = _("There is no entity %(code)s. Known: %(known)s.") % {"code": code, "known": known or "-"}
            raise CommandError(message, returncode=2) from missing

    def _print(self, found: list[Difference]) -> None:
        for row in found:
            self.stdout.write(
                f"{row.item} {row.id} {row.external_id} {row.currency} open {row.open_amount} expected {row.expected}"
            )
        if not found:
            self.stdout.write(_("Every open amount equals its amount plus its movements."))
