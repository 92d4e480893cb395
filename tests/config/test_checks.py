import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config import checks

COMPLETE = {
    "SECRET_KEY": "x" * 60,
    "DATABASE_URL": "postgres://me@db.example/books",
    "BROKER_URL": "amqp://broker.example",
    "ALLOWED_HOSTS": "acquit.example",
}


def production_says(**variables: str) -> str:
    environment = {"PATH": os.environ["PATH"], "ACQUIT_ENV": "production", **variables}
    command = [sys.executable, "manage.py", "check", "--tag", "acquit"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_production_names_everything_it_lacks():
    said = production_says()
    assert [name for name in COMPLETE if f"{name} is not set." in said] == list(COMPLETE)


def test_complete_production_is_content():
    assert "no issues" in production_says(**COMPLETE)


def test_debug_in_production_is_refused():
    assert "acquit.E010" in production_says(**COMPLETE, DEBUG="true")


def test_outside_production_nothing_is_needed(settings):
    assert settings.PRODUCTION is False
    checks.refuse_to_start_incomplete()


def test_a_server_refuses_to_start_incomplete(settings):
    settings.PRODUCTION = True
    settings.ALLOWED_HOSTS = []
    settings.CELERY_BROKER_URL = ""
    with pytest.raises(ImproperlyConfigured) as refused:
        checks.refuse_to_start_incomplete()
    assert ["BROKER_URL" in str(refused.value), "ALLOWED_HOSTS" in str(refused.value)] == [True, True]


def squashed() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Our migrations in the order they are applied, each with those it stands for, which are written no more."""
    loader = MigrationLoader(None)
    plan = loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True)
    stand_for = {key: loader.graph.nodes[key].replaces for key in plan}
    return {key: replaced for key, replaced in stand_for.items() if replaced and not {*replaced} & {*plan}}


def before() -> dict[str, list[tuple[str, str]]]:
    """By app, what an installation from before has applied, in order."""
    found: dict[str, set[tuple[str, str]]] = {}
    for (app, name), replaced in squashed().items():
        found.setdefault(app, set()).update(replaced)
        if name.startswith("0001_") and not any(old.startswith("0001_") for _app, old in replaced):
            found[app].add((app, name))
    return {app: sorted(names) for app, names in found.items()}


def test_wherever_an_old_installation_stopped_it_is_told():
    stops = {(app, number): names[:number] for app, names in before().items() for number in range(1, len(names))}
    assert [stop for stop, names in stops.items() if not checks.applied_in_part(names)] == []


def test_a_new_installation_may_stop_anywhere():
    applied, told = [], []
    for replaced in squashed().values():
        applied += replaced
        told += checks.applied_in_part(applied)
    assert told == []


@pytest.mark.django_db
def test_a_database_with_a_part_of_the_old_migrations_is_not_migrated():
    MigrationRecorder(connection).migration_qs.filter(app="engine", name__gte="0011").delete()
    with pytest.raises(SystemCheckError, match=r"engine\.0001_initial stands for[^?]*f503734"):
        call_command("migrate", skip_checks=False, verbosity=0)


@pytest.mark.django_db
def test_a_database_with_all_old_migrations_has_nothing_to_apply():
    names = {name for names in before().values() for name in names}
    for app, name in squashed().keys() - names:
        MigrationRecorder(connection).migration_qs.get(app=app, name=name).delete()
    call_command("migrate", check_unapplied=True, skip_checks=False, verbosity=0)
