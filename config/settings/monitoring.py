"""Metrics, errors, age of the last night."""

from config import env
from config.settings.base import ENVIRONMENT

# /metrics answers a caller that shows this token, or one that comes from these networks; nobody by default.
METRICS_TOKEN = env.text("METRICS_TOKEN")
METRICS_NETWORKS = env.networks("METRICS_NETWORKS")
PROMETHEUS_EXPORT_MIGRATIONS = False
# Seconds for which the figures of /metrics and of the status page are not read again.
FIGURES_KEPT_S = 0 if ENVIRONMENT == "test" else 10

# Hours after which /healthz/ready calls the last night late (it stays 200: alerts watch it); 0 never does.
NIGHT_MAX_AGE_HOURS = env.integer("NIGHT_MAX_AGE_HOURS", 26 if ENVIRONMENT == "production" else 0)

SENTRY_DSN = env.address("SENTRY_DSN", schemes=("http", "https"))
SENTRY_TRACES_RATE = env.ratio("SENTRY_TRACES_RATE", 0)
RELEASE = env.text("RELEASE", "development")

if SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(
        dsn=SENTRY_DSN,
        environment=ENVIRONMENT,
        release=RELEASE,
        traces_sample_rate=SENTRY_TRACES_RATE,
        send_default_pii=False,
    )
