"""People and their ways in. Passwords are hashed fast here; ``PASSWORD`` opens every account."""

from datetime import timedelta

import factory
from django.contrib.auth.hashers import make_password

from accounts.choices import ApiKeyMode, GrantType, PortalAccountStatus, SessionKind
from accounts.models import (
    ApiKey,
    IdentityLink,
    IdentityProvider,
    Integration,
    Membership,
    MembershipRole,
    OAuthClient,
    PortalAccount,
    Role,
    StaffInvitation,
    User,
)
from accounts.tokens.encoding import text_digest
from ispplatform.core.actors import ActorType
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7
from tests.factories.base import ModelFactory

PASSWORD = "Blue-Harbour-27-Lanterns"
CLIENT_SECRET = "cs_of-the-tests"
REDIRECT_URI = "https://books.example/callback"
_HASH = make_password(PASSWORD)


class UserFactory(ModelFactory):
    """A person with a proved address and the password ``PASSWORD``."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@mail.example")
    first_name = "Robin"
    last_name = factory.Sequence(lambda n: f"Marsh {n}")
    password = _HASH
    email_verified_at = factory.LazyFunction(system_now)


class RoleFactory(ModelFactory):
    """An own role of the tenant in scope."""

    class Meta:
        model = Role

    code = factory.Sequence(lambda n: f"role-{n}")
    name = factory.LazyAttribute(lambda role: role.code.title())
    grants = factory.LazyFunction(list)


class MembershipFactory(ModelFactory):
    """A staff member of the tenant in scope; ``MembershipFactory(roles=[role])`` gives roles."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)

    @factory.post_generation
    def roles(self, create: bool, extracted: list[Role] | None, **kwargs: object) -> None:
        for role in extracted or []:
            MembershipRole.objects.create(membership=self, role=role)


class StaffInvitationFactory(ModelFactory):
    """An open invitation to a role, from the platform itself."""

    class Meta:
        model = StaffInvitation

    email = factory.Sequence(lambda n: f"invited-{n}@mail.example")
    roles = factory.LazyFunction(lambda: ["support"])
    actor_type = ActorType.SYSTEM.value
    actor_id = "tests"
    actor_label = "tests"
    actor_permissions = factory.LazyFunction(lambda: ["*"])
    sent_at = factory.LazyFunction(system_now)
    expires_at = factory.LazyFunction(lambda: system_now() + timedelta(hours=168))


class PortalAccountFactory(ModelFactory):
    """A customer's confirmed log-in in the tenant in scope."""

    class Meta:
        model = PortalAccount

    user = factory.SubFactory(UserFactory)
    customer_id = factory.LazyFunction(uuid7)
    portal_id = factory.Sequence(lambda n: f"TST{n:05}")
    status = PortalAccountStatus.ACTIVE


class IntegrationFactory(ModelFactory):
    """A program of the tenant in scope that two people answer for."""

    class Meta:
        model = Integration

    name = factory.Sequence(lambda n: f"Integration {n}")
    responsible = factory.LazyFunction(lambda: MembershipFactory().user)
    deputy = factory.LazyFunction(lambda: MembershipFactory().user)


class IdentityProviderFactory(ModelFactory):
    """A provider of the tenant in scope that colleagues may come in by; nobody answers there."""

    class Meta:
        model = IdentityProvider

    name = factory.Sequence(lambda n: f"provider {n}")
    issuer = "https://127.0.0.1/realm"  # inside a private network: nothing is sent there
    client_id = factory.Sequence(lambda n: f"client {n}")
    client_secret = CLIENT_SECRET
    domains = factory.LazyFunction(lambda: ["mail.example"])
    is_active = True


class IdentityLinkFactory(ModelFactory):
    """A colleague of the tenant in scope is known at a provider."""

    class Meta:
        model = IdentityLink

    provider = factory.SubFactory(IdentityProviderFactory)
    membership = factory.SubFactory(MembershipFactory)
    issuer = factory.LazyAttribute(lambda link: link.provider.issuer)
    subject = factory.Sequence(lambda n: f"subject-{n}")
    email = factory.LazyAttribute(lambda link: link.membership.user.email)


class OAuthClientFactory(ModelFactory):
    """A client of the tenant in scope that acts for colleagues; its secret is ``CLIENT_SECRET``."""

    class Meta:
        model = OAuthClient

    integration = factory.SubFactory(IntegrationFactory)
    name = factory.Sequence(lambda n: f"client {n}")
    side = SessionKind.STAFF
    grant_types = factory.LazyFunction(lambda: [GrantType.AUTHORIZATION_CODE.value])
    redirect_uris = factory.LazyFunction(lambda: [REDIRECT_URI])
    scopes = factory.LazyFunction(lambda: ["users:read"])
    secret_digest = text_digest(CLIENT_SECRET)
    secret_hint = "cs_…test"


class ApiKeyFactory(ModelFactory):
    """A key of the tenant in scope that nobody knows the text of."""

    class Meta:
        model = ApiKey

    name = factory.Sequence(lambda n: f"sync {n}")
    mode = ApiKeyMode.TEST
    digest = factory.Sequence(lambda n: f"{n:064}")
    hint = "test_pk_…0000"
    scopes = factory.LazyFunction(lambda: ["users:read"])
    integration = factory.SubFactory(IntegrationFactory)
