"""Laws of background work."""

from django.conf import settings

from ispplatform.celery import app
from ispplatform.core.leases import duties


def test_beat_names_tasks_that_exist():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named - set(app.tasks) == set()


def test_a_message_of_beat_expires_with_its_interval():
    """Messages that pile up while workers are down must not run one after another."""
    for name, entry in settings.CELERY_BEAT_SCHEDULE.items():
        assert entry["options"]["expires"] <= entry["schedule"], name


def test_no_task_is_lost_with_its_worker():
    own = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert own
    assert settings.CELERY_TASK_ACKS_LATE
    assert settings.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert [task.name for task in own if not task.acks_late] == []


def test_every_process_knows_every_duty_of_beat():
    """Health runs in web processes, which import no tasks by themselves."""
    known = {one.name.partition(".")[2] for one in duties()}
    named = {entry["task"].rpartition(".")[2] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named - known == {"forget_idempotency_keys"}  # it forgets, and nobody waits for it
