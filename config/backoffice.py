"""The admin site of the house: its menu follows the supervisor's work, not the names of the apps."""

from typing import Any

from django.apps import apps
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

# A page of the menu that is no model.
STATUS = "config.status"
# Sections in order: (title, models as "app.model").
SECTIONS: list[tuple[str | Promise, list[str]]] = [
    (
        _("Dunning"),
        [
            "letters.template",
            "scenarios.scenario",
            "segments.group",
            "engine.run",
            "engine.simulation",
            "engine.morningreport",
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
    (
        _("Installation"),
        [
            STATUS,
            "auditlog.logentry",
            "events.delivery",
            "messaging.deliveryevent",
            "mfa.authenticator",
            "socialaccount.socialapp",
            "django_celery_beat.periodictask",
            "django_celery_beat.crontabschedule",
            "django_celery_beat.intervalschedule",
        ],
    ),
]
# Libraries name their pages after themselves; a person looks for what they are for.
NAMES = {
    "auditlog.logentry": _("journal of changes"),
    "mfa.authenticator": _("second factors"),
    "socialaccount.socialapp": _("company logins"),
    "django_celery_beat.periodictask": _("periodic tasks"),
    "django_celery_beat.crontabschedule": _("times of day"),
    "django_celery_beat.intervalschedule": _("intervals"),
}
# Pages of libraries for what Acquit does not use: rights follow from roles, an address stands on the account, which a
# company login finds by it anew each time.
UNUSED = [
    "auth.group",
    "account.emailaddress",
    "socialaccount.socialaccount",
    "socialaccount.socialtoken",
    "django_celery_beat.clockedschedule",
    "django_celery_beat.solarschedule",
]


class BackOffice(AdminSite):
    site_title = "Acquit"
    index_title = _("Settings")

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The one login of the house: it counts attempts and asks for the second factor, that of Django does not."""
        if request.user.is_authenticated:
            if self.has_permission(request):
                return redirect("admin:index")
            raise PermissionDenied
        back = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect(f"{reverse('account_login')}?{urlencode({REDIRECT_FIELD_NAME: back})}")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """As from every other page."""
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        """With the pages of the house that belong to no model."""
        from config.watching import page  # reads models, which are not there when this module is loaded

        return [path("status/", self.admin_view(page.page), name="status"), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The models a person may open, in the sections above; what is in none comes last, under its app."""
        found_apps = super().get_app_list(request, app_label)
        for app in found_apps:
            for model in app["models"]:
                label = f"{app['app_label']}.{model['object_name'].lower()}"
                model["name"] = NAMES.get(label, model["name"])
        if app_label:
            return found_apps
        found = {
            f"{app['app_label']}.{model['object_name'].lower()}": model for app in found_apps for model in app["models"]
        }
        from crm.accounts.rules import reads_settings  # for the same reason

        if reads_settings(request.user):
            found[STATUS] = _page(_("System status"), "Status", reverse("admin:status"))
        sections = [
            _section(str(title), [found.pop(name) for name in names if name in found]) for title, names in SECTIONS
        ]
        rest = [
            {**app, "models": [model for model in app["models"] if model in found.values()]}
            for app in sorted(found_apps, key=lambda app: app["name"])
        ]
        return [section for section in [*sections, *rest] if section["models"]]


def _page(name: str | Promise, object_name: str, url: str) -> dict[str, Any]:
    return {"name": name, "object_name": object_name, "admin_url": url, "add_url": None, "view_only": True, "perms": {}}


def _section(title: str, models: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": title, "app_label": "", "app_url": "", "has_module_perms": True, "models": models}


class BackOfficeConfig(AdminConfig):
    default_site = "config.backoffice.BackOffice"

    def ready(self) -> None:
        """Once every app has its pages: take back those nobody needs, name those of libraries by their use."""
        super().ready()
        from django.contrib.admin import site

        from config.libraries import name_libraries, redo_pages  # read models, which are not there before

        name_libraries()
        redo_pages()
        for model, page in list(site._registry.items()):
            if model._meta.label_lower in UNUSED:
                site.unregister(model)
            if model._meta.label_lower == "django_celery_beat.periodictask":
                # Its own form holds a script our policy forbids; the usual one does the same.
                type(page).change_form_template = None
        for label in sorted({name.split(".")[0] for name in NAMES}):
            apps.get_app_config(label).verbose_name = _("Installation")
