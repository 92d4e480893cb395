from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import metrics
from config.company_login import views as company_login

urlpatterns = [
    path("", include("collections_app.dashboards.urls")),
    path("", include("collections_app.privacy.urls")),
    path("", include("collections_app.actions.urls")),
    path("", include("collections_app.engine.urls")),
    path("", include("crm.holds.urls")),
    path("", include("collections_app.letters.urls")),
    path("", include("crm.imports.urls")),
    path("", include("crm.receivables.urls")),
    path("", include("crm.timeline.urls")),
    path("", include("crm.customers.urls")),
    path("", include("crm.accounts.urls")),
    path("", include("telephony.messaging.urls")),
    path("admin/", admin.site.urls),
    path("accounts/3rdparty/", company_login.closed),
    path("accounts/email/", company_login.closed),
    path("accounts/", include("allauth.urls")),
    path("api/", include("config.api")),
    path("metrics", metrics.metrics, name="metrics"),
]

if settings.LOCAL_MAIL:
    urlpatterns.append(path("demo/", include("telephony.localmail.urls")))

handler400 = "crm.core.errors.bad_request"
handler403 = "crm.core.errors.forbidden"
handler404 = "crm.core.errors.not_found"
handler500 = "crm.core.errors.crashed"
