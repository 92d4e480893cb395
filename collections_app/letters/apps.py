from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LettersConfig(AppConfig):
    name = "collections_app.letters"
    label = "letters"
    verbose_name = _("Templates and letters")

    def ready(self) -> None:
        """Every change of a template is audited."""
        from auditlog.registry import auditlog

        from collections_app.letters.models import Template, TemplateVersion

        for model in (Template, TemplateVersion):
            if not auditlog.contains(model):
                auditlog.register(model)
