"""`./acquit bench outbox [--messages N] [--workers N] [--json]`: e-mails a second, end to end, to a local SMTP server.

A night queues one reminder per customer (default text, three late invoices). Then processes of their own do what the
task of a worker does, batch after batch: each message is reserved in a transaction that asks balance and gates again
and composes it, its attempt is on disk before the network, the result is written after it. The mail server is a process
of this machine and takes its share of it. Measured for one process, then for several on as many messages each.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
from time import perf_counter, process_time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ |= {
    "MAIL_RECIPIENT_ALLOWLIST": "*", "LOG_LEVEL": "WARNING",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
}  # fmt: skip

BATCH = 200


def main() -> None:
    """Print the measures; `--json` for machines."""
    parser = argparse.ArgumentParser(prog="./acquit bench outbox")
    parser.add_argument("--messages", type=int, default=2_000, help="for each process")
    parser.add_argument("--workers", type=int, default=2, help="compare one process with so many at once")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    django.setup()
    if given.work:
        work()
        return
    server, os.environ["EMAIL_PORT"] = mail_server()
    counts = sorted({1, given.workers})
    measures = [measure(count, given.messages) for count in counts]
    server.terminate()
    print(json.dumps(measures) if given.json else "\n".join(map(as_text, measures)))


def mail_server() -> tuple[multiprocessing.Process, str]:
    """A server that takes every mail, in a process of its own; its port."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    return server, str(port.get())


def serve(port: "multiprocessing.Queue[int]") -> None:
    from telephony.localmail.smtp import Server

    with Server(("127.0.0.1", 0), lambda recipient, raw: None) as server:
        port.put(server.server_address[1])
        server.serve_forever()


def measure(workers: int, messages: int) -> dict[str, Any]:
    """Queue so many messages for each of so many processes and have them sent at the same time.

    Everything else is cleared first: workers send what is due of any creditor, also what other measures left.
    """
    from django.db.models import Count

    from bench._portfolio import empty
    from bench._reminders import creditor, night
    from telephony.messaging.models import Attempt, Message

    empty()
    entity = creditor(f"O{os.getpid()}-{workers}", workers * messages)
    queued = night(entity)
    running = [start_worker() for _ in range(workers)]
    for process in running:
        assert process.stdout is not None
        process.stdout.readline()  # ready
    started = perf_counter()
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = [json.loads(process.communicate()[0]) for process in running]
    seconds = perf_counter() - started
    results = dict(Attempt.objects.filter(message__entity=entity).values_list("result").annotate(Count("id")))
    sent = Message.objects.filter(entity=entity, state="sent").count()
    return {
        "workers": workers,
        "queued": queued,
        "sent": sent,
        "attempts": results,
        "seconds": round(seconds, 1),
        "per_second": round(sent / seconds, 1),
        "python_ms_each": round(1000 * sum(one["cpu"] for one in done) / sent, 1),
        "postgres_ms_each": round(1000 * sum(one["postgres"] for one in done) / sent, 1),
        "statements_each": round(sum(one["statements"] for one in done) / sent, 1),
    }


def start_worker() -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bench.outbox", "--work"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def work() -> None:
    """Send what is due until nothing is, from the word "go" on; print what it cost."""
    from django.db import connection

    from bench._reminders import AT
    from bench._statements import Statements
    from telephony.messaging import operations

    connection.ensure_connection()
    server, statements = connection.connection.info.backend_pid, Statements()
    print("ready", flush=True)
    sys.stdin.readline()
    cpu, postgres = process_time(), processor_time(server)
    with connection.execute_wrapper(statements):
        while ids := operations.hand_out(at=AT, limit=BATCH):
            operations.send_batch(ids, clock=lambda: AT)
    used = {"cpu": process_time() - cpu, "postgres": processor_time(server) - postgres}
    print(json.dumps(used | {"statements": statements.number}))


def processor_time(pid: int) -> float:
    """Seconds of processor a process has used."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def as_text(measured: dict[str, Any]) -> str:
    return "  ".join(f"{name} {value}" for name, value in measured.items())


if __name__ == "__main__":
    main()
