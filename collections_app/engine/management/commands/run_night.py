import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine.exceptions import NightRefused
from collections_app.engine.forms import BEYOND, FIRST_DAY, LAST_DAY
from collections_app.engine.labels import block_label, opened_steps, stage_label
from collections_app.engine.operations import NightReport, run_night
from collections_app.engine.schedule import instant, refuse_far_ahead
from collections_app.segments.queries import without_team
from collections_app.segments.wording import no_team_sentence
from crm.accounts.calendars import today
from crm.accounts.models import Entity
from crm.core.commands import JsonCommand
from crm.core.formats import money


class Command(JsonCommand):
    help = (
        "Run the night of an entity: decide who is reminded of what, open the actions, hand over what leaves by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, metavar="CODE")
        parser.add_argument("--on", type=day, metavar="YYYY-MM-DD", help="default: today for the entity")
        parser.add_argument("--dry-run", action="store_true", help="decide and print, write nothing")
        parser.add_argument("--names", type=int, default=0, metavar="N", help="customers to name in a dry run")
        parser.add_argument(
            "--full",
            action="store_true",
            help="look at every customer, not only at those something may have changed for",
        )
        parser.add_argument("--json", action="store_true")

    def answer(self, options: dict[str, Any]) -> None:
        entity = entity_named(options["entity"])
        now = timezone.now()
        on = options["on"] or today(entity, now)
        try:
            if not options["dry_run"]:
                refuse_far_ahead(entity, on, at=now)
            at = instant(entity, on, now)
            wanted = {name: options[name] for name in ("dry_run", "names", "full")}
            report = run_night(entity, on=on, at=at, **wanted)
        except NightRefused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        if warning := report.backlog.sentence():
            entered = ", ".join(f"{one} ({one.number})" for one in report.backlog.scenarios)
            self.stderr.write(f"{warning} {entered}.")
        if options["dry_run"] and (groups := without_team([entity])):
            self.stderr.write(no_team_sentence(groups))
        self.stdout.write(
            json.dumps(as_json(report), cls=DjangoJSONEncoder) if options["json"] else as_text(entity, report)
        )


def day(text: str) -> date:
    """A date as YYYY-MM-DD; argparse prints what is wrong with anything else."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("%(text)s is not a date: write it as YYYY-MM-DD.") % {"text": text}) from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ArgumentTypeError(str(BEYOND))
    return found


def entity_named(code: str) -> Entity:
    """The entity of this code; a CommandError that prints the known codes otherwise."""
    entity = Entity.objects.filter(code=code).first()
    if entity is None:
        known = ", ".join(Entity.objects.order_by("code").values_list("code", flat=True)) or "-"
        raise CommandError(
            _("There is no entity %(code)s. Known codes: %(known)s.") % {"code": code, "known": known}, returncode=2
        )
    return entity


def as_json(report: NightReport) -> dict[str, Any]:
    told = {"stages": report.stages, "actions_opened": report.actions_opened, "blocked": report.blocked}
    return told | ({"customers": report.customers} if report.customers else {})


def as_text(entity: Entity, report: NightReport) -> str:
    """For a person: names instead of codes."""
    lines = [f"{stage_label(stage['name']):<48} {stage['rows']:>10} {stage['ms']:>8} ms" for stage in report.stages]
    opened = opened_steps(entity.pk, report.actions_opened)
    blocked = [(code, block_label(code), number) for code, number in report.blocked.items()]
    for sign, what, rows in (("+", "opened", opened), ("-", "blocked", blocked)):
        for code, name, number in rows:
            lines.append(f"{sign} {name:<46} {number:>10}")
            lines += [
                f"    {money(Decimal(row['amount']), row['currency']):>18} {row['name']}"
                for row in report.customers
                if (row["what"], row["code"]) == (what, code)
            ]
    return "\n".join(lines)
