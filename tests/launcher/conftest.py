import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.launcher import services
from tools.launcher.services import Profile

SMALL = Profile("dev", "demo", {"shared_buffers": "16MB", "fsync": "off"})


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder every account reaches (pytest's own are private), with a space and an accent in its name."""
    made = Path(tempfile.mkdtemp(prefix="acquit é ", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def checkout(folder, monkeypatch) -> Path:
    """A checkout without servers yet, whose commands start their own."""
    monkeypatch.setattr(services, "VAR", folder / "var")
    monkeypatch.setattr(services, "ELSEWHERE", folder / "elsewhere")
    for name in ("DATABASE_URL", "BROKER_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    assert "DATABASE_URL" not in os.environ
    return folder
