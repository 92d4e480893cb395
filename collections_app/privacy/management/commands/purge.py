"""purge --entity CODE: what need no longer be kept; with --confirm CODE, anonymise it."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.privacy import purges, telling
from collections_app.privacy.models import Purge, PurgeState
from crm.accounts.models import Entity
from crm.core.commands import JsonCommand


class Command(JsonCommand):
    help = "Say what an entity need no longer keep, and why the rest stays; with --confirm, anonymise it for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, metavar="CODE")
        parser.add_argument("--confirm", default="", metavar="CODE", help="the code again: nothing brings it back")
        parser.add_argument("--json", action="store_true")

    def answer(self, options: dict[str, Any]) -> None:
        entity = Entity.objects.filter(code=options["entity"]).first()
        if entity is None:
            raise CommandError(_("There is no entity %(code)s.") % {"code": options["entity"]}, returncode=2)
        try:
            purge = self._done(entity, options["confirm"])
        except purges.PurgeRefused as refused:
            raise CommandError(str(telling.REFUSED[refused.code]), returncode=2) from refused
        told = {"state": purge.state, "found": purge.found, "gone": purge.gone, "rules": purge.rules}
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else as_text(purge))

    def _done(self, entity: Entity, typed: str) -> Purge:
        if typed and typed != entity.code:
            raise purges.PurgeRefused("not_confirmed")
        purge = purges.ask_purge(entity, by=None, at=timezone.now())
        purges.work(purge.pk, clock=timezone.now)
        if typed:
            purges.confirm(purge, typed=typed, by=None, at=timezone.now())
            purges.work(purge.pk, clock=timezone.now)
        else:
            purges.give_up(purge, at=timezone.now())
        purge.refresh_from_db()
        return purge


def as_text(purge: Purge) -> str:
    """A line for each kind and each reason."""
    done = purge.state == PurgeState.DONE
    lines = [
        f"{row['found']:>9} {row['label']}" + (f" ({row['gone']})" if done else "") for row in telling.numbers(purge)
    ]
    kept = [f"{row['number']:>9} {row['label']}" for row in telling.reasons(purge)]
    return "\n".join([*lines, _("Customers who stay:"), *kept])
