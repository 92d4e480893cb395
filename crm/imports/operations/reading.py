"""A file on its way into a table: read in pieces, copied, its wrong rows told."""

from collections.abc import Iterable, Iterator

from crm.imports.errors import NothingReadable
from crm.imports.formats.blocks import Block
from crm.imports.formats.many import BlockReader
from crm.imports.outcome import Job, Outcome
from crm.imports.staging import copy_blocks

TOLD_EVERY = 20_000


def stage(table: str, reader: BlockReader, pieces: Iterable[Iterable[Block]], job: Job, outcome: Outcome) -> None:
    """Copy all rows that can be read into `table`. Raises NothingReadable when there are rows and none can."""
    copy_blocks(table, reader.columns, _texts(reader, pieces, job, outcome))
    if outcome.rows_rejected and outcome.rows_rejected == outcome.rows_read:
        first = outcome.problems[0]
        raise NothingReadable(rows=outcome.rows_read, line=first.line, reason=first.reason, reason_values=first.params)


def _texts(reader: BlockReader, pieces: Iterable[Iterable[Block]], job: Job, outcome: Outcome) -> Iterator[bytes]:
    for piece in pieces:
        text = reader.text(piece)
        for problems in reader.wrong:
            outcome.reject(*problems)
        told = outcome.rows_read // TOLD_EVERY < reader.rows // TOLD_EVERY
        outcome.rows_read = reader.rows
        if told:
            job.progress("reading", outcome.rows_read)
        if text:
            yield text
