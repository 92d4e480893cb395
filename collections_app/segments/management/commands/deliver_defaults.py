from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from collections_app.segments.operations import deliver_defaults
from crm.accounts.models import Entity


class Command(BaseCommand):
    help = "Give an entity the default templates, scenarios and groups it never received; nothing is overwritten."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--entity", required=True, help="code of the entity")

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver and tell how many of each."""
        entity = Entity.objects.filter(code=options["entity"]).first()
        if entity is None:
            known = ", ".join(Entity.objects.order_by("code").values_list("code", flat=True)) or "none"
            raise CommandError(f"No entity {options['entity']}. Known codes: {known}.", returncode=2)
        counts = deliver_defaults(entity, at=timezone.now())
        self.stdout.write(", ".join(f"{count} {name}" for name, count in counts.items()))
