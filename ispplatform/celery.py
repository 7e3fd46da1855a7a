"""The Celery application: it carries row ids, the database holds the work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ispplatform.settings")

app = Celery("ispplatform", task_cls="ispplatform.core.tasks:PlatformTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.set_default()  # the threads of a web process find it too
app.autodiscover_tasks()
