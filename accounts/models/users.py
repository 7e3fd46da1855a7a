"""Users of every tenant: one person, one e-mail address."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from ispplatform.core.actors import Actor
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from ispplatform.core.tenancy.base import UpdatedAtField


def default_preferences() -> dict[str, Any]:
    """Return the choices of a person who made none."""
    return {
        "theme": "system",
        "language": "en",
        "timezone": "",
        "notifications": {"email": True, "sms": False, "push": False, "in_app": True},
    }


class UserManager(BaseUserManager["User"]):
    """Finds users by e-mail address without regard to case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a user; without a password the account cannot log in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an operator of the installation, for ``manage.py createsuperuser``."""
        return self.create_user(email, password, is_superuser=True, **fields)


class User(AbstractBaseUser):
    """A person who can log in. Belongs to tenants through memberships and portal accounts.

    What the person may do hangs on the session, not on this row: ``actor`` and ``is_staff`` are
    set on the instance by the middleware, for the tenant that the session is bound to.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    username = models.CharField(max_length=150, blank=True)  # shown, never used to log in
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=32, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(
        default=False, help_text="The installation's operator: every tenant's admin, no API tokens."
    )
    email_verified_at = models.DateTimeField(null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    must_change_password = models.BooleanField(default=False)
    preferences = models.JSONField(default=default_preferences, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)  # by themselves
    erase_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    date_joined = models.DateTimeField(default=system_now, editable=False)
    updated_at = UpdatedAtField()

    # No column: the sessions of a tenant tell it, and a write per log-in is saved.
    last_login: ClassVar[None] = None  # type: ignore[misc] # Django's way to drop the column

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    is_staff = False
    actor: Actor | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="accounts_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """Return first and last name, or the e-mail address of somebody who gave none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        """Return the first name, or the e-mail address of somebody who gave none."""
        return self.first_name or self.email

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether this is the installation's operator.

        Django's own permissions guard only tables of other packages, which have no tenant. Our
        admin classes ask ``request.actor`` for ``resource:action``.
        """
        return self.is_active and self.is_superuser

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Tell whether ``has_perm`` holds for each."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Tell whether the admin may list the app at all: the classes inside it decide."""
        return self.is_active and self.is_staff


class PasswordHistory(models.Model):
    """A password hash that this person used before, so that it is not chosen again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)

    class Meta:
        verbose_name_plural = "password history"

    def __str__(self) -> str:
        return f"an old password of {self.user_id}"
