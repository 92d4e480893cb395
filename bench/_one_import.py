"""One file into an empty ledger, measured in a process of its own (`python -m bench._one_import KIND LINES`)."""

import json
import os
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402 - after the set-up

from bench._ledgers import write  # noqa: E402
from bench._memory import Watch, peak_mb, processor_s  # noqa: E402
from bench._portfolio import empty, one, run  # noqa: E402
from collections_app.segments.operations import deliver_defaults  # noqa: E402
from crm.accounts.models import Entity  # noqa: E402
from crm.events.operations import deliver_waiting  # noqa: E402
from crm.imports import staging  # noqa: E402
from crm.imports.operations import import_file  # noqa: E402
from crm.imports.outcome import Options  # noqa: E402

SEPARATORS = {"fec": "\t", "csv": ";"}
AT = datetime(2026, 6, 30, tzinfo=UTC)


class Clock:
    """Seconds of each stored statement, heard of at the crash points before and after it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._since = 0.0

    def hear(self, point: str) -> None:
        """Stands in for `crash_point`."""
        when, _space, name = point.removeprefix("import: ").partition(" ")
        if when == "before":
            self._since = perf_counter()
        else:
            self.seconds[name] += perf_counter() - self._since


def main() -> None:
    kind, lines = sys.argv[1], int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"ledger.{kind}"
        write(path, kind, lines)
        print(json.dumps(measured(path, kind, lines)))


def measured(path: Path, kind: str, lines: int) -> dict[str, Any]:
    """Seconds of COPY, then of the import, split where reading ends and writing begins; memory of both processes."""
    empty()
    run("truncate events_event cascade")
    entity = Entity.objects.create(code="BENCH-IMPORT", legal_name="Bench")
    deliver_defaults(entity, at=AT)
    server = one("select pg_backend_pid()")
    floor, floor_cpu = copied(path, SEPARATORS[kind], server)
    memory, watch = peak_mb(), Watch(server)
    watch.start()
    result = imported(path, entity, server)
    return {
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "copy_seconds": round(floor, 2),
        "copy_processor_seconds": round(floor_cpu, 2),
        **result,
        "lines_per_second": round(lines / result["seconds"]),
        "ratio_to_copy": round(floor / result["seconds"], 3),
        "ratio_reading_to_copy": round(floor / result["seconds_reading"], 3),
        "peak_mb": peak_mb(),
        "peak_mb_before": memory,
        "server_own_mb": watch.stop(),
        **grouped(),
    }


def imported(path: Path, entity: Entity, server: int) -> dict[str, Any]:
    """Import the file; seconds in all, until all is staged, by statement, and of processors."""
    clock, reading = Clock(), []
    staging.crash_point = clock.hear
    started, processors = perf_counter(), process_time() + processor_s(server)

    def progress(stage: str, rows: int) -> None:
        if stage == "writing":
            reading.append(perf_counter() - started)
            print(f"{path.suffix}: {rows} rows read in {reading[0]:.1f} s", file=sys.stderr, flush=True)

    import_file(path, entity=entity, options=Options(), by=None, at=AT, progress=progress)
    statements = sorted(clock.seconds.items(), key=lambda item: -item[1])
    return {
        "seconds": round(perf_counter() - started, 2),
        "seconds_reading": round(reading[0], 2),
        "processor_seconds": round(process_time() + processor_s(server) - processors, 2),
        "statements": {name: round(seconds, 2) for name, seconds in statements if seconds >= 0.1},
    }


def grouped() -> dict[str, Any]:
    """What a worker has to do afterwards: give each customer told of his group."""
    started = perf_counter()
    customers = deliver_waiting("segments", at=AT)
    return {"customers_grouped": customers, "seconds_grouping": round(perf_counter() - started, 2)}


def copied(path: Path, separator: str, server: int) -> tuple[float, float]:
    """Seconds of COPY of the same bytes into an unlogged table of texts without index, and of processors: the best of
    two."""
    with path.open(encoding="utf-8") as file:
        columns = ", ".join(f"c{number} text" for number, _name in enumerate(file.readline().split(separator)))
    return min(copied_once(path, separator, columns, server) for _ in range(2))


def copied_once(path: Path, separator: str, columns: str, server: int) -> tuple[float, float]:
    run(f"drop table if exists floor_staging; create unlogged table floor_staging ({columns})")
    with connection.cursor() as cursor, path.open("rb") as file:
        started, processors = perf_counter(), process_time() + processor_s(server)
        with cursor.copy(f"copy floor_staging from stdin (format csv, header, delimiter '{separator}')") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        found = perf_counter() - started, process_time() + processor_s(server) - processors
    run("drop table floor_staging")
    return found


if __name__ == "__main__":
    main()
