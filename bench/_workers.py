"""The same measure by several processes at once."""

import json
import subprocess
import sys
from typing import Any


def side_by_side(module: str, arguments: list[str], workers: int) -> list[dict[str, Any]]:
    """Run `bench.MODULE` in `workers` processes at the same time; what each printed with --json."""
    command = [sys.executable, "-m", f"bench.{module}", *arguments, "--json"]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(workers)]
    printed = [process.communicate()[0] for process in running]
    return [json.loads(text) for text in printed]
