"""Waking the tasks, which call the operations of this package."""


def wake_reader() -> None:
    """Have received mail read."""
    from telephony.messaging.tasks import read_replies  # the tasks call the operations of this package

    read_replies.delay()
