"""Bring locale/fr/LC_MESSAGES/django.po up to the texts of the code."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand

from config import catalogue


class Command(BaseCommand):
    """`update_messages` rewrites the file; `--check` writes nothing and exits 1 when a text lacks its French."""

    help = "Extracts the texts of the code into the French catalogue and tells what is not translated."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--check."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if anything is missing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Merge, then tell the faults."""
        path = Path(settings.BASE_DIR) / "locale" / "fr" / "LC_MESSAGES" / "django.po"
        old = polib.POFile(wrapwidth=0)
        if path.exists():
            old = polib.pofile(catalogue.mended(path.read_text(encoding="utf-8")), wrapwidth=0)
        new = catalogue.merged(catalogue.texts(Path(settings.BASE_DIR)), old)
        faults = catalogue.faults(new)
        if not options["check"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            new.save(str(path))
        for fault in faults:
            self.stderr.write(fault)
        self.stdout.write(f"{len(new)} texts, {len(faults)} to look at.")
        if options["check"] and faults:
            sys.exit(1)
