"""What must be right before Django runs: compiled translations and a migrated database.

Both cost nothing when nothing changed.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tools.launcher.locks import alone
from tools.launcher.paths import LOCK_FILE, PACKAGES, PYTHON, ROOT, VAR, digest, make_folder
from tools.launcher.say import Trouble, say

# What migrations of ours call, and what that is made of; those of models are in the migrations themselves.
CALLED = (
    "collections_app/engine/watched.py", "config/company_login/sealing.py", "crm/core/changed.py",
    "crm/core/money.py", "crm/core/references.py", "crm/core/sql.py", "crm/law/packs/*.py",
    "telephony/messaging/states.py", "telephony/providers/email/received.py",
)  # fmt: skip


def compile_messages() -> None:
    """Compile the translations that are older than their source."""
    sources = [path for path in (ROOT / "locale").glob("*/LC_MESSAGES/*.po") if _is_stale(path)]
    for source in sources:
        # A file cut by a full disk would be taken for the whole from then on.
        unfinished = source.with_suffix(f".{os.getpid()}.new")
        command = ["compile", "--use-fuzzy", "-i", str(source), "-o", str(unfinished)]
        try:
            subprocess.run(
                [str(PYTHON), "-m", "babel.messages.frontend", "-q", *command], stdout=sys.stderr, check=True, cwd=ROOT
            )
            unfinished.replace(source.with_suffix(".mo"))
        finally:
            unfinished.unlink(missing_ok=True)


def _is_stale(source: Path) -> bool:
    compiled = source.with_suffix(".mo")
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def fingerprint() -> str:
    """Changes when a migration, ours or a library's, or what one of ours calls may have changed."""
    return digest(LOCK_FILE.read_bytes(), *map(_mark, _migrations()))


def _migrations() -> Iterable[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).glob("**/migrations/*.py"))
    for called in CALLED:
        yield from sorted(path for path in ROOT.glob(called) if path.is_file())


def _mark(path: Path) -> str:
    return f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}"


def migrate_if_needed(profile: str, variables: dict[str, str]) -> None:
    """Bring the database up to date, when a migration changed since the last time."""
    stamp = make_folder(VAR / profile) / f"migrated-{digest(variables['DATABASE_URL'])}"
    wanted = fingerprint()
    if _says(stamp, wanted):
        return
    with alone(VAR / profile / "migrate.lock"):
        if not _says(stamp, wanted):
            migrate(variables)
            stamp.write_text(wanted)


def _says(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def migrate(variables: dict[str, str]) -> None:
    """Run the migrations; Trouble when one fails."""
    say("Migrating the database")
    done = subprocess.run(
        [str(PYTHON), str(ROOT / "manage.py"), "migrate", "--verbosity", "0"],
        env=variables, stdout=sys.stderr, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Trouble(
            "The database could not be migrated; the lines above say why."
            " Where its data may be lost, remove the folder var/ to start afresh."
        )
