"""Where a figure of the status page turns amber, then red. deploy/prometheus/acquit-alerts.yml starts from the same."""

from datetime import timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# Two limits each: amber from the first on, red from the second on.
RUNNING_NIGHT = (2 * HOUR, 6 * HOUR)
OUTBOX = (15 * MINUTE, HOUR)
AMBIGUOUS = (timedelta(), DAY)
IMPORT = (15 * MINUTE, HOUR)
PRINT_BATCH = (3 * DAY, 7 * DAY)
EVENTS = (5 * MINUTE, 15 * MINUTE)
# News of a message nobody knows yet is kept for an hour.
NEWS = (70 * MINUTE, 2 * HOUR)
# It is read every five minutes.
MAILBOX = (15 * MINUTE, HOUR)
# Beat notes its last task every three minutes.
BEAT = (5 * MINUTE, 10 * MINUTE)
BOUNCED_SHARE = (0.05, 0.10)
FAILED_SHARE = (0.10, 0.50)
# Below that many e-mails a day a share means nothing.
ENOUGH_MAILS = 20
QUEUE = (1_000, 10_000)
FREE_SHARE = (0.10, 0.05)
