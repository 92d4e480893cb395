"""Where we are, what is installed, what a request goes through."""

from pathlib import Path

from config import env

BASE_DIR = Path(__file__).resolve().parents[2]
ENVIRONMENT = env.choice("ACQUIT_ENV", "development", ("development", "test", "demo", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", default=ENVIRONMENT == "development")

# A key anyone can read is right where nothing is real; production has none by default, and a check says so.
SECRET_KEY = env.text("SECRET_KEY", "" if PRODUCTION else "not-a-secret-outside-production")
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "" if PRODUCTION else "*")
SITE_URL = env.address("SITE_URL", "http://localhost:8000", schemes=("http", "https")).rstrip("/")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

HOUSE = [
    "collections_app.dashboards",
    "collections_app.privacy",
    "collections_app.engine",
    "collections_app.actions",
    "collections_app.segments",
    "collections_app.scenarios",
    "collections_app.letters",
    "collections_app.compliance",
    *([] if PRODUCTION else ["telephony.localmail"]),
    "telephony.messaging",
    "crm.imports",
    "crm.holds",
    "crm.receivables",
    "crm.timeline",
    "crm.customers",
    "crm.accounts",
    "crm.law",
    "crm.events",
    "crm.core",
]

INSTALLED_APPS = [
    "config.apps.HouseConfig",
    "config.company_login.apps.CompanyLoginConfig",
    # Ours stand before the libraries, so that our templates win over theirs.
    *HOUSE,
    "django_prometheus",
    "config.backoffice.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "auditlog",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "anymail",
    "django_celery_beat",
    "django_structlog",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "crm.accounts.middleware.WholePageLoginMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.accounts.middleware.PersonLanguageMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "crm.core.nul.NulMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "auditlog.middleware.AuditlogMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "crm.core.waiting.BusyMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context_processors.environment_banner",
                "crm.core.context_processors.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
