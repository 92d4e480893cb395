"""A database named by the caller keeps what others made in it."""

import sys
from contextlib import nullcontext

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import _portfolio
from bench._guard import refusal
from crm.accounts.models import Entity
from tools.launcher import bench
from tools.launcher.say import Trouble


@pytest.mark.django_db
def test_measures_refuse_a_database_with_entities_of_somebody():
    for code in ("BENCH", "BENCH-IMPORT", "REPLAY", "L123", "O12-2"):
        Entity.objects.create(code=code, legal_name=code)
    assert refusal() is None
    Entity.objects.create(code="ACME", legal_name="Somebody")
    said = str(refusal())
    assert ("de quelqu’un : ACME." in said, "somebody: ACME." in said) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("writes", ["empty", "house", "night", "simulation", "letters"])
def test_a_measure_started_by_its_module_refuses_it_too(monkeypatch, writes):
    """It is asked where it would empty the database: the launcher is passed by."""
    monkeypatch.setenv("MAIL_RECIPIENT_ALLOWLIST", "*")  # as these modules set it
    monkeypatch.setattr(sys, "argv", ["bench"])
    from bench import letters, night, simulation

    begun = {
        "empty": _portfolio.empty,
        "house": _portfolio.house,
        "night": night.again,
        "simulation": lambda: simulation.build(1, 1),
        "letters": letters.main,
    }
    Entity.objects.create(code="ACME", legal_name="Somebody")
    Entity.objects.create(code="BENCH", legal_name="Bench")
    with CaptureQueriesContext(connection) as asked, pytest.raises(SystemExit, match="somebody: ACME"):
        begun[writes]()
    assert [query["sql"] for query in asked if not query["sql"].lstrip().lower().startswith("select")] == []
    assert Entity.objects.count() == 2


def test_it_is_asked_before_anything_is_written(monkeypatch, tmp_path):
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "night.py").touch()
    (tmp_path / "bench" / "_guard.py").write_text("exit('no')")
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/books")
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    monkeypatch.setattr(bench, "PYTHON", sys.executable)
    monkeypatch.setattr(bench, "running", lambda profile: nullcontext({}))
    monkeypatch.setattr(bench.environment, "prepare", lambda: None)
    monkeypatch.setattr(bench.prepare, "compile_messages", lambda: None)
    monkeypatch.setattr(bench.prepare, "migrate_if_needed", lambda *_: pytest.fail("migrated"))
    with pytest.raises(Trouble, match=r"rien n’a été changé.\n.*nothing was changed"):
        bench.bench(["night"])
