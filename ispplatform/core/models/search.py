"""Under which words each thing is found."""

from typing import Any

from django.db import models

from ispplatform.core.tenancy.base import TenantModel

TERM_CHARACTERS = 80


class TermField(models.CharField):
    """A text that is compared by its bytes, so that one range of an index holds one beginning.

    SQLite does so by itself. PostgreSQL compares as the database's language does, unless the
    column says otherwise.
    """

    def db_parameters(self, connection: Any) -> Any:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters


class SearchTerm(TenantModel):
    """One word, or the rest of a phrase from one of its words on, under which a row is found.

    ``kind`` and ``subject_id`` say what is found, ``feed`` and ``source_id`` which row gave the
    word: a customer is found by what its contacts are called. ``rank``: see ``search.terms``.
    What the finds say (names, states, owners) is read from their own tables, never kept here.
    """

    # Every index below begins with the tenant.
    tenant = models.ForeignKey(
        "core.Tenant", on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )
    kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    feed = models.CharField(max_length=40)
    source_id = models.UUIDField()
    term = TermField(max_length=TERM_CHARACTERS)
    rank = models.PositiveSmallIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "feed", "source_id", "term"], name="core_one_term_per_source"
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "kind", "term", "rank", "subject_id"], name="core_terms_to_find"
            ),
            models.Index(
                fields=["tenant", "subject_id", "kind", "term"], name="core_terms_of_a_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.term


class SearchWalk(TenantModel):
    """How far the walk is that compares one feed's rows with their words, and what it mended."""

    feed = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=0)
    after_id = models.UUIDField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    rows = models.PositiveIntegerField(default=0)
    mended = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "feed"], name="core_one_walk_per_feed")
        ]

    def __str__(self) -> str:
        return self.feed
