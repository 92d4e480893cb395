import os
import subprocess
import sys

import pytest
from django.db import connection


@pytest.mark.django_db
def test_statements_are_not_compiled():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("postgres:///x", "-c jit=off -c lock_timeout=5s"),
        ("postgres:///x?options=-c%20lock_timeout%3D9s", "-c lock_timeout=9s"),
    ],
)
def test_pages_do_not_wait_long_for_what_others_write(address, options):
    script = "import config.wsgi; from django.db import connection as c; print(c.get_connection_params()['options'])"
    environment = {"PATH": os.environ["PATH"], "ACQUIT_ENV": "test", "DATABASE_URL": address}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == options


def test_tasks_and_commands_wait(db):
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


def test_unless_the_address_says_otherwise():
    script = "import config.settings as s; print(s.DATABASES['default']['OPTIONS']['options'])"
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://db.example/x?options=-c%20jit%3Don"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "-c jit=on"
