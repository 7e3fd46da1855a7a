"""Background work: Celery carries row ids, the database holds the work."""

from ispplatform.settings import env

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", env.text("REDIS_URL", "memory://"))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.integer("WORKER_CONCURRENCY", 2)
CELERY_TASK_SOFT_TIME_LIMIT = 280  # seconds
CELERY_TASK_TIME_LIMIT = 300  # seconds; above the longest call deadline of any operation
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # seconds
    "socket_connect_timeout": 2,  # seconds; a broker that is down must not hold a request up
    "socket_timeout": 5,  # seconds
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "ispplatform.core.beat:LeasedScheduler"
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    # A message older than its own interval is worth nothing: the next one does the same.
    "sweep-operations": {
        "task": "ispplatform.core.operations.tasks.sweep_operations",
        "schedule": 10,  # seconds
        "options": {"expires": 10},  # seconds
    },
    "watch-operations": {
        "task": "ispplatform.core.operations.tasks.watch_operations",
        "schedule": 60,  # seconds
        "options": {"expires": 60},  # seconds
    },
    "sweep-bulk-runs": {
        "task": "ispplatform.core.bulk.tasks.sweep_bulk_runs",
        "schedule": 10,  # seconds
        "options": {"expires": 10},  # seconds
    },
    "forget-old-bulk-runs": {
        "task": "ispplatform.core.bulk.tasks.forget_old_bulk_runs",
        "schedule": 24 * 3600,  # seconds
        "options": {"expires": 24 * 3600},  # seconds
    },
    "sweep-events": {
        "task": "ispplatform.core.events.tasks.sweep_events",
        "schedule": 10,  # seconds
        "options": {"expires": 10},  # seconds
    },
    "forget-old-exchanges": {
        "task": "ispplatform.core.operations.tasks.forget_old_exchanges",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "forget-old-events": {
        "task": "ispplatform.core.events.tasks.forget_old_events",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "sweep-payments": {
        "task": "billing.tasks.sweep_payments",
        "schedule": 15,  # seconds
        "options": {"expires": 15},  # seconds
    },
    "forget-gateway-events": {
        "task": "billing.tasks.forget_gateway_events",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "mark-overdue-invoices": {
        "task": "billing.tasks.mark_overdue",
        "schedule": 600,  # seconds
        "options": {"expires": 600},  # seconds
    },
    "run-renewals": {
        "task": "billing.tasks.run_renewals",
        "schedule": 600,  # seconds
        "options": {"expires": 600},  # seconds
    },
    "follow-up-unpaid-invoices": {
        "task": "billing.tasks.follow_up_unpaid",
        "schedule": 60,  # seconds
        "options": {"expires": 60},  # seconds
    },
    "compare-with-stripe": {
        "task": "billing.tasks.compare_with_stripe",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "sweep-expired-log-ins": {
        "task": "accounts.tasks.sweep_expired",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "carry-out-factor-resets": {
        "task": "accounts.tasks.carry_out_factor_resets",
        "schedule": 300,  # seconds
        "options": {"expires": 300},  # seconds
    },
    "watch-machines": {
        "task": "accounts.tasks.watch_machines",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "sweep-unpaid-orders": {
        "task": "sales.tasks.sweep_unpaid_orders",
        "schedule": 300,  # seconds
        "options": {"expires": 300},  # seconds
    },
    "seal-audit": {
        "task": "ispplatform.core.audit.tasks.seal_audit",
        "schedule": 60,  # seconds
        "options": {"expires": 60},  # seconds
    },
    "renew-statistics": {
        "task": "ispplatform.core.database.tasks.renew_statistics",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
    "sweep-services": {
        "task": "provisioning.tasks.sweep_services",
        "schedule": 300,  # seconds
        "options": {"expires": 300},  # seconds
    },
    "sweep-domains": {
        "task": "domains.tasks.sweep_domains",
        "schedule": 600,  # seconds
        "options": {"expires": 600},  # seconds
    },
    "sweep-hosting": {
        "task": "hosting.tasks.sweep_hosting",
        "schedule": 600,  # seconds
        "options": {"expires": 600},  # seconds
    },
    "walk-search": {
        "task": "ispplatform.core.search.tasks.walk_search",
        "schedule": 600,  # seconds
        "options": {"expires": 600},  # seconds
    },
    "forget-idempotency-keys": {
        "task": "ispplatform.core.idempotency.tasks.forget_idempotency_keys",
        "schedule": 3600,  # seconds
        "options": {"expires": 3600},  # seconds
    },
}

EMAIL_HOST = env.text("EMAIL_HOST", "127.0.0.1")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20  # seconds
