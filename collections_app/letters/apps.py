from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "collections_app.letters"
    label = "letters"
    verbose_name = _("Templates and letters")

    def ready(self) -> None:
        """Every change of a template is audited; why a letter left its batch is said in words."""
        from auditlog.registry import auditlog
        from django.utils.translation import gettext

        from collections_app.letters.batches import GIVEN_UP
        from collections_app.letters.models import Template, TemplateVersion
        from telephony.core.outgoing import wordings

        wordings[GIVEN_UP] = lambda _detail: gettext(GIVEN_UP)

        for model in (Template, TemplateVersion):
            if not auditlog.contains(model):
                auditlog.register(model)
