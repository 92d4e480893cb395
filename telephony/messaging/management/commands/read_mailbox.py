from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from telephony.messaging import operations
from telephony.messaging.mailbox import configured_mailbox, read_mailbox
from telephony.providers.email.imap import MailboxError


class Command(BaseCommand):
    help = "Reads delivery reports and replies from the mailbox of IMAP_HOST, and applies them."

    def handle(self, *args: Any, **options: Any) -> None:
        box = configured_mailbox()
        if box is None:
            raise CommandError("No mailbox: set IMAP_HOST, IMAP_USER and IMAP_PASSWORD.")
        at = timezone.now()
        try:
            count = read_mailbox(box, at=at)
        except (MailboxError, OSError) as error:
            raise CommandError(f"{box}: {error}") from error
        operations.read_replies(at=at)
        operations.apply_events(at=at)
        self.stdout.write(f"{count} mails read from {box}")
