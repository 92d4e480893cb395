import json
from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from collections_app.engine.management.commands.run_night import day, entity_named
from collections_app.engine.schedule import next_night
from collections_app.engine.simulation.assumptions import Assumptions, Payments
from collections_app.engine.simulation.exceptions import SimulationRefused
from collections_app.engine.simulation.models import Simulation, SimulationKind
from collections_app.engine.simulation.operations import ask_simulation, run_simulation
from collections_app.engine.simulation.telling import assumed
from collections_app.scenarios.models import ScenarioVersion, VersionState
from crm.accounts.models import Entity
from crm.core.commands import JsonCommand


class Command(JsonCommand):
    help = (
        "Live through the nights of an entity on copies: the days to come (--days), or days that have passed (--from, "
        "--until); with the draft of a scenario beside today's set-up (--scenario). Nothing real changes."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, metavar="CODE")
        parser.add_argument("--days", type=int, default=60, help="days to come")
        parser.add_argument("--from", dest="from_on", type=day, metavar="YYYY-MM-DD", help="replay from this day")
        parser.add_argument("--until", dest="until_on", type=day, metavar="YYYY-MM-DD", help="until this day, included")
        parser.add_argument("--scenario", metavar="CODE", help="try the draft of this scenario")
        parser.add_argument("--nobody-pays", action="store_true", help="in the days to come")
        parser.add_argument("--json", action="store_true")

    def answer(self, options: dict[str, Any]) -> None:
        entity = entity_named(options["entity"])
        kind, first, last = period(entity, options)
        try:
            asked = ask_simulation(
                entity,
                kind=kind,
                from_on=first,
                until_on=last,
                version=draft_of(entity, options["scenario"]) if options.get("scenario") else None,
                assumptions=Assumptions(payments=Payments.NONE if options.get("nobody_pays") else Payments.AS_BEFORE),
                by=None,
                at=timezone.now(),
                start=False,
            )
        except SimulationRefused as refused:
            raise CommandError(str(refused), returncode=2) from refused
        run_simulation(asked.pk, clock=timezone.now)
        asked.refresh_from_db()
        self.stdout.write(
            json.dumps({"simulation": asked.pk, **asked.report}, ensure_ascii=False)
            if options["json"]
            else as_text(asked)
        )


def period(entity: Entity, options: dict[str, Any]) -> tuple[str, date, date]:
    """What is lived through, its first and its last day. CommandError when one day of a replay is missing."""
    first, last = options.get("from_on"), options.get("until_on")
    if first and last:
        return SimulationKind.REPLAY, first, last
    if first or last:
        raise CommandError(_("Say from which day until which day to replay."), returncode=2)
    first = next_night(entity, at=timezone.now())
    return SimulationKind.NEXT, first, first + timedelta(days=options["days"] - 1)


def draft_of(entity: Entity, code: str) -> ScenarioVersion:
    """The draft of this scenario; CommandError without one."""
    draft = ScenarioVersion.objects.filter(
        scenario__entity=entity, scenario__code=code, state=VersionState.DRAFT
    ).first()
    if draft is None:
        raise CommandError(_("The scenario %(code)s has no draft.") % {"code": code}, returncode=2)
    return draft


def as_text(simulation: Simulation) -> str:
    lines = [f"{simulation} {simulation.get_state_display()}", assumed(simulation)[0]]
    for side in ("today", "tried"):
        if found := simulation.report.get(side):
            lines.append(side)
            lines += [f"  {row['channel']:<10} {row['touches']:>8} {row['cost']:>12}" for row in found["channels"]]
            lines += [f"  - {row['reason']:<24} {row['customers']:>8}" for row in found["blocked"]]
    return "\n".join(lines)
