"""`./acquit bench import`: a long file into an empty ledger, against COPY of the same bytes into a staging table.

The staging table is unlogged, without index, one text column per column of the file: what PostgreSQL needs at least.
"""

import argparse
import json
import os
import resource
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the set-up

from bench._ledgers import write  # noqa: E402
from bench._portfolio import CLEAR, run  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402
from crm.imports.operations import import_file  # noqa: E402
from crm.imports.outcome import Options  # noqa: E402

SEPARATORS = {"fec": "\t", "csv": ";"}
TARGET = 0.4


def main() -> None:
    parser = argparse.ArgumentParser(prog="./acquit bench import")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--format", choices=[*SEPARATORS, "both"], default="both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = list(SEPARATORS) if given.format == "both" else [given.format]
    results = [measured(kind, given.lines) for kind in kinds]
    if given.json:
        print(json.dumps(results))
        return
    for result in results:
        print("\n".join(f"{name:<22}{value}" for name, value in result.items()), end="\n\n")


def measured(kind: str, lines: int) -> dict[str, Any]:
    """Seconds of COPY, then of the import, split where reading ends and writing begins."""
    run(CLEAR)
    entity = Entity.objects.create(code="BENCH-IMPORT", legal_name="Bench")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ledger.{kind}"
        write(path, kind, lines)
        floor = copied(path, SEPARATORS[kind])
        before = peak_mb()
        seconds = imported(path, entity)
        size = path.stat().st_size
    return {
        "format": kind,
        "lines": lines,
        "megabytes": round(size / 1e6, 1),
        "seconds": round(seconds["all"], 2),
        "seconds_reading": round(seconds["reading"], 2),
        "lines_per_second": round(lines / seconds["all"]),
        "copy_seconds": round(floor, 2),
        "ratio_to_copy": round(floor / seconds["all"], 3),
        "target_ratio": TARGET,
        "peak_mb": peak_mb(),
        "peak_mb_before": before,
    }


def imported(path: Path, entity: Entity) -> dict[str, float]:
    started = perf_counter()
    seconds = {"reading": 0.0}

    def progress(stage: str, rows: int) -> None:
        if stage == "writing" and not seconds["reading"]:
            seconds["reading"] = perf_counter() - started
            print(f"{path.suffix}: {rows} rows read in {seconds['reading']:.1f} s", file=sys.stderr, flush=True)

    import_file(
        path, entity=entity, options=Options(), by=None, at=datetime(2026, 6, 30, tzinfo=UTC), progress=progress
    )
    seconds["all"] = perf_counter() - started
    return seconds


def copied(path: Path, separator: str) -> float:
    """Seconds of COPY of the same bytes, the best of two."""
    with path.open(encoding="utf-8") as file:
        columns = ", ".join(f"c{number} text" for number, _name in enumerate(file.readline().split(separator)))
    return min(copied_once(path, separator, columns) for _ in range(2))


def copied_once(path: Path, separator: str, columns: str) -> float:
    run(f"drop table if exists floor_staging; create unlogged table floor_staging ({columns})")
    with connection.cursor() as cursor, path.open("rb") as file:
        started = perf_counter()
        with cursor.copy(f"copy floor_staging from stdin (format csv, header, delimiter '{separator}')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        seconds = perf_counter() - started
    run("drop table floor_staging")
    return seconds


def peak_mb() -> int:
    """Most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
