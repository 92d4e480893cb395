"""The admin site of the house: its menu follows the supervisor's work, not the names of the apps."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Sections in order: (title, models as "app.model").
SECTIONS: list[tuple[str | Promise, list[str]]] = [
    (
        _("Dunning"),
        [
            "letters.template",
            "scenarios.scenario",
            "segments.group",
            "engine.run",
            "letters.printbatch",
            "imports.batch",
            "imports.mappingprofile",
        ],
    ),
    (
        _("Customers and receivables"),
        [
            "customers.customer",
            "receivables.invoice",
            "receivables.credit",
            "receivables.movement",
            "receivables.waiver",
            "receivables.formalnotice",
            "receivables.interruption",
            "holds.hold",
        ],
    ),
    (_("Messages"), ["messaging.message", "messaging.reply"]),
    (
        _("People and entities"),
        ["accounts.user", "accounts.team", "accounts.absence", "accounts.entity", "accounts.apitoken"],
    ),
    (_("Law"), ["law.rate", "law.rule", "law.holiday", "law.exchangerate"]),
]


class BackOffice(AdminSite):
    site_title = "Acquit"
    index_title = _("Settings")

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The models a person may open, in the sections above; what is in none comes last, under its app."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        found = {f"{app['app_label']}.{model['object_name'].lower()}": model for app in apps for model in app["models"]}
        sections = [
            _section(str(title), [found.pop(name) for name in names if name in found]) for title, names in SECTIONS
        ]
        rest = [
            {**app, "models": [model for model in app["models"] if model in found.values()]}
            for app in sorted(apps, key=lambda app: app["name"])
        ]
        return [section for section in [*sections, *rest] if section["models"]]


def _section(title: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": title, "app_label": "", "app_url": "", "has_module_perms": True, "models": models}


class BackOfficeConfig(AdminConfig):
    default_site = "config.backoffice.BackOffice"
