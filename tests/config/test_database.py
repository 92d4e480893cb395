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


def test_unless_the_address_says_otherwise():
    script = "import config.settings as s; print(s.DATABASES['default']['OPTIONS']['options'])"
    environment = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgres://db.example/x?options=-c%20jit%3Don"}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "-c jit=on"
