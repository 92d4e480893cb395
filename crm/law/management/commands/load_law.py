from typing import Any

from django.core.management.base import BaseCommand

from crm.law.models import Holiday, Rate, Rule
from crm.law.operations import load_law


class Command(BaseCommand):
    help = "Delivers the legal rates, rules and public holidays; adds what is missing, changes nothing else."

    def handle(self, *args: Any, **options: Any) -> None:
        load_law()
        for model in (Rate, Rule, Holiday):
            self.stdout.write(f"{model._meta.verbose_name_plural}: {model._default_manager.count()}")
