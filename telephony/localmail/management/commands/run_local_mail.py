from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from telephony.localmail.operations import take
from telephony.localmail.smtp import Server


def keep(recipient: str, raw: bytes) -> None:
    """Store a mail; called in the thread of its connection."""
    try:
        take(raw, recipient=recipient)
    finally:
        close_old_connections()


class Command(BaseCommand):
    help = "Runs an SMTP server whose mails appear in the demo's mail page (EMAIL_HOST=localhost EMAIL_PORT=2525)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--host, --port."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=2525)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_MAIL:
            raise CommandError("The local mail provider exists in the demo and in the tests only (ACQUIT_ENV=demo).")
        with Server((options["host"], options["port"]), keep) as server:
            self.stdout.write(f"SMTP on {options['host']}:{options['port']}; Ctrl-C stops it")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("Stopped")
