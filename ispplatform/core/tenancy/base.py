"""The abstract model that every tenant table is made from."""

from typing import Any

from django.db import models

from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.tenancy.querysets import TenantManager, claim_for_tenant


class UpdatedAtField(models.DateTimeField):
    """Real time of the last write through the ORM (``save``, ``update``, ``bulk_update``)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", system_now)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = system_now()
        setattr(model_instance, self.attname, value)
        return value


class TenantModel(models.Model):
    """A row of one tenant, with a time-ordered UUID and its times of creation and last change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tenant = models.ForeignKey(
        "core.Tenant",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,  # alone it narrows nothing down: the index of every list begins with it
    )
    created_at = models.DateTimeField(default=system_now, editable=False)
    updated_at = UpdatedAtField()

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def save(self, *args: Any, **kwargs: Any) -> None:
        claim_for_tenant(self)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        claim_for_tenant(self)
        return super().delete(*args, **kwargs)
