from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LawConfig(AppConfig):
    name = "crm.law"
    label = "law"
    verbose_name = _("Law")
