"""What is missing is told at start: by every management command, and by the servers before they serve."""

from collections.abc import Iterable, Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

TAG = "acquit"
# It still has each migration by itself (docs/decisions/0015-migrations-squashed.md).
LAST_BEFORE_SQUASH = "f503734"


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


@register(Tags.database)
def squashed_migrations_are_whole(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: object
) -> list[CheckMessage]:
    """One error per migration that stands for others of which a database has a part: Django would pass it over in
    silence, and leave the tables as they are."""
    return [
        Error(
            f"The database has only a part of the migrations {name} stands for.",
            hint=f"Upgrade through the commit {LAST_BEFORE_SQUASH} first: check it out, migrate, then come back here.",
            id="acquit.E011",
        )
        for database in databases or []
        for name in applied_in_part(MigrationRecorder(connections[database]).applied_migrations())
    ]


def applied_in_part(applied: Iterable[tuple[str, str]]) -> list[str]:
    """Migrations that stand for others, none of which is written any more, where not all of these are applied."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    done, written = set(applied), loader.disk_migrations
    return sorted(f"{app}.{name}" for app, name in written if _in_part((app, name), written, done))


def _in_part(key: tuple[str, str], written: dict[tuple[str, str], Migration], done: set[tuple[str, str]]) -> bool:
    replaced = {(app, name) for app, name in written[key].replaces}
    # Some carry the name of the first one they stand for.
    return not replaced & written.keys() and bool(done & {key, *replaced}) and not replaced <= done


def refuse_to_start_incomplete() -> None:
    """Raise ImproperlyConfigured naming everything that is missing; called by the servers, which run no check."""
    problems = run_checks(tags=[TAG])
    if problems:
        raise ImproperlyConfigured("\n".join(str(problem) for problem in problems))
