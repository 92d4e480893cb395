from typing import Any

from allauth.socialaccount.models import SocialApp
from django.core.management.base import BaseCommand, CommandError

from config.company_login.sealing import WrongKey, opened, sealed


class Command(BaseCommand):
    help = "Seal the secrets of company logins with today's SECRET_KEY, before a former one is forgotten."

    def handle(self, *args: Any, **options: Any) -> None:
        """All of them, or the name of the first that no known key opens."""
        for server in SocialApp.objects.exclude(secret="").order_by("pk"):
            try:
                secret = sealed(opened(server.secret))
            except WrongKey as refusal:
                raise CommandError(f"{server.name}: {refusal}; write it anew in the settings.") from refusal
            # Not by `save`: nothing an administrator would call a change.
            SocialApp.objects.filter(pk=server.pk).update(secret=secret)
        self.stdout.write(f"{SocialApp.objects.exclude(secret='').count()} secrets sealed")
