"""Who does something: every service takes an actor, every audit entry names one."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from ispplatform.core.errors import InsufficientScope, NotPermitted

EVERYTHING = "*"


class ActorType(StrEnum):
    """The kinds of principal that can act."""

    USER = "user"  # staff
    CUSTOMER = "customer"  # a portal account
    API_KEY = "api_key"
    OAUTH_CLIENT = "oauth_client"
    SYSTEM = "system"  # beat, a worker, a command
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """A principal with what it may do in one tenant.

    Args:
        type: the kind of principal.
        id: its stable id as text (a user's or key's UUID, a process name for the system).
        label: what people read in the audit trail, for example an e-mail address.
        permissions: ``resource:action`` strings; ``*`` allows everything.
        customer_id: the customer whose portal account acts; None for everyone else.
        session_id: the log-in session, where there is one.
        client_id: the OAuth client that acts, for itself or for the person; else empty.
        on_behalf_of: label of the customer a staff member is viewing as, else empty.
    """

    type: ActorType
    id: str
    label: str
    permissions: frozenset[str] = field(default_factory=frozenset)
    customer_id: UUID | None = None
    session_id: UUID | None = None
    on_behalf_of: str = ""
    client_id: str = ""

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the platform itself, acting as the process or command ``name``."""
        return cls(type=ActorType.SYSTEM, id=name, label=name, permissions=frozenset({EVERYTHING}))

    @classmethod
    def anonymous(cls) -> "Actor":
        """Return somebody who is not logged in; may do nothing that needs a permission."""
        return cls(type=ActorType.ANONYMOUS, id="", label="anonymous")

    def can(self, permission: str) -> bool:
        """Tell whether this actor holds ``permission`` (``resource:action``)."""
        if EVERYTHING in self.permissions or permission in self.permissions:
            return True
        return f"{permission.partition(':')[0]}:{EVERYTHING}" in self.permissions

    def within(self, permissions: Iterable[str]) -> "Actor":
        """Return the same principal with no more than these permissions."""
        others = replace(self, permissions=frozenset(permissions))
        if EVERYTHING in others.permissions:
            return self
        if EVERYTHING in self.permissions:
            return others
        both = self.permissions | others.permissions
        common = {one for one in both if self.can(one) and others.can(one)}
        return replace(self, permissions=frozenset(common))

    def require(self, permission: str) -> None:
        """Return when the actor holds ``permission``.

        Raises:
            InsufficientScope: it does not, and is a program whose token has scopes.
            NotPermitted: it does not.
        """
        if not self.can(permission):
            if self.client_id:
                raise InsufficientScope(
                    f"This token lacks the scope {permission}.", required_permission=permission
                )
            raise NotPermitted(
                f"This needs the permission {permission}.", required_permission=permission
            )

    @property
    def is_customer(self) -> bool:
        """Tell whether a customer's portal account acts."""
        return self.type is ActorType.CUSTOMER
