"""A database named by the caller keeps what others made in it."""

import sys
from contextlib import nullcontext

import pytest

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
    assert "somebody: ACME." in str(refusal())


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
    with pytest.raises(Trouble, match="nothing was changed"):
        bench.bench(["night"])
