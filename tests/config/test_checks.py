import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

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
