"""What is missing is told at start: by every management command, and by the servers before they serve."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

TAG = "acquit"


def missing_in_production() -> dict[str, str]:
    """Variables production cannot do without, each with what it is for, that are not set."""
    needed = {
        "SECRET_KEY": (bool(settings.PRODUCTION and _secret_key()), "It signs sessions and links; keep it secret."),
        "DATABASE_URL": (bool(settings.DATABASES["default"]["NAME"]), "postgres://user:password@host/name"),
        "BROKER_URL": (bool(settings.CELERY_BROKER_URL), "amqp://… (RabbitMQ) or redis://… (Valkey)"),
        "ALLOWED_HOSTS": (bool(settings.ALLOWED_HOSTS), "The names this site answers to, separated by commas."),
    }
    return {name: hint for name, (given, hint) in needed.items() if not given}


def _secret_key() -> str:
    # Django refuses to hand out an empty key.
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:
        return ""


@register(TAG)
def production_is_complete(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """One error per variable that production lacks."""
    if not settings.PRODUCTION:
        return []
    missing = missing_in_production()
    return [
        Error(f"{name} is not set.", hint=hint, id=f"acquit.E{number:03}")
        for number, (name, hint) in enumerate(missing.items(), start=1)
    ]


@register(TAG)
def production_is_no_debug(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Debug pages show secrets."""
    if settings.PRODUCTION and settings.DEBUG:
        return [Error("DEBUG is on in production.", hint="Remove the variable DEBUG.", id="acquit.E010")]
    return []


def refuse_to_start_incomplete() -> None:
    """Raise ImproperlyConfigured naming everything that is missing; called by the servers, which run no check."""
    problems = run_checks(tags=[TAG])
    if problems:
        raise ImproperlyConfigured("\n".join(str(problem) for problem in problems))
