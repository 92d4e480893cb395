"""Commands meant for scripts."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class JsonCommand(BaseCommand):
    """With --json exactly one object stands on the standard output, whatever happens: a refusal is one, too."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.answer(options)
        except CommandError as refused:
            if options["json"]:
                self.stdout.write(json.dumps({"refused": str(refused)}, ensure_ascii=False))
            raise

    def answer(self, options: dict[str, Any]) -> None:
        """Do what was asked and write it. Raises CommandError when it is refused."""
        raise NotImplementedError
