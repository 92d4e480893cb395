"""`./acquit bench import`: a long file into an empty ledger, against COPY of the same bytes into a staging table.

The staging table is unlogged, without index, one text column per column of the file: what PostgreSQL needs at least.
Each file is imported twice, a tenth of it and the whole, each in a process of its own, so that memory can be compared.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

KINDS = ("fec", "csv")
TARGET = 0.4
LABELS = {
    "lines": "lines",
    "megabytes": "megabytes",
    "seconds": "seconds in all",
    "seconds_reading": "seconds of reading and staging",
    "lines_per_second": "lines a second",
    "processor_seconds": "seconds of processors in all (this process and its server's)",
    "copy_seconds": "seconds of COPY of the same bytes",
    "copy_processor_seconds": "seconds of processors of that COPY",
    "ratio_to_copy": "COPY / all",
    "ratio_reading_to_copy": "COPY / reading and staging",
    "target_ratio": "target",
    "peak_mb_before": "peak memory before, MB",
    "peak_mb_tenth": "peak memory, a tenth of the file, MB",
    "peak_mb": "peak memory, all of it, MB",
    "server_own_mb_tenth": "memory of the server's own, a tenth, MB",
    "server_own_mb": "memory of the server's own, all of it, MB",
    "customers_grouped": "times a worker was told of a customer",
    "seconds_grouping": "seconds until each is in his group",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="./acquit bench import")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--format", choices=[*KINDS, "both"], default="both")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    kinds = KINDS if given.format == "both" else (given.format,)
    results = [measured(kind, given.lines) for kind in kinds]
    print(json.dumps(results) if given.json else "\n".join(map(told, results)))


def measured(kind: str, lines: int) -> dict[str, Any]:
    """The figures of the whole file, with the memory a tenth of it takes."""
    tenth, whole = alone(kind, lines // 10), alone(kind, lines)
    memory = {f"{name}_tenth": tenth[name] for name in ("peak_mb", "server_own_mb")}
    return {"format": kind, "lines": lines, "target_ratio": TARGET} | memory | whole


def alone(kind: str, lines: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench._one_import", kind, str(lines)]
    found: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return found


def told(result: dict[str, Any]) -> str:
    """The figures, then the statements that take longest."""
    lines = [f"{result['format']}", *(f"  {result[name]:>12}  {label}" for name, label in LABELS.items())]
    lines += [f"  {seconds:>12}  seconds of {name}" for name, seconds in result["statements"].items()]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
