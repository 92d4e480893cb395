"""export_person CUSTOMER --to FILE: the copy of a person's file, without a page."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine.management.commands.explain import customer_named
from collections_app.privacy import exports
from collections_app.privacy.copies import write_copy
from crm.core.commands import JsonCommand


class Command(JsonCommand):
    help = "Write everything kept about a customer into a ZIP (GDPR art. 15 and 20): HTML, JSON, CSV, messages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "customer", metavar="CUSTOMER", help="account (external id) or number (#12) of the customer"
        )
        parser.add_argument("--entity", metavar="CODE", help="when several entities share the account")
        parser.add_argument(
            "--to", type=Path, required=True, metavar="FILE", help="the ZIP to write; it must not exist"
        )
        parser.add_argument("--json", action="store_true")

    def answer(self, options: dict[str, Any]) -> None:
        customer = customer_named(options["customer"], options["entity"])
        customer = customer.merged_into or customer
        try:
            with options["to"].open("xb") as file:
                numbers = write_copy(customer, file, at=timezone.now())
        except OSError as error:
            raise CommandError(
                _("%(file)s could not be written: %(error)s.") % {"file": options["to"], "error": error.strerror},
                returncode=2,
            ) from error
        exports.note(customer, exports.WRITTEN, by=None)
        told = {"customer": customer.external_id, "file": str(options["to"]), "size": options["to"].stat().st_size}
        if options["json"]:
            self.stdout.write(json.dumps(told | {"rows": numbers}, ensure_ascii=False))
        else:
            self.stdout.write(_("%(file)s: %(size)s bytes.") % told)
