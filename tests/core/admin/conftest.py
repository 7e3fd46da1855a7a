"""Colleagues at their desks, and operations for them to look after."""

import pytest
from django.test import Client

from ispplatform.core.models import Tenant
from tests.core.operations.conftest import connection, lamp, lamp_kinds, world
from tests.pages.staff import staff_client

__all__ = ["connection", "lamp", "lamp_kinds", "world"]


@pytest.fixture
def admin_desk(tenant: Tenant) -> Client:
    """Somebody who may do everything in the company."""
    return staff_client(tenant, "admin")


@pytest.fixture
def editor_desk(tenant: Tenant) -> Client:
    """Somebody who writes texts and sees nothing of the machinery."""
    return staff_client(tenant, "editor")


@pytest.fixture
def support_desk(tenant: Tenant) -> Client:
    """Somebody who sees operations and may try them again, and nothing more."""
    return staff_client(tenant, "support")
