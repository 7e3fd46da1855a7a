"""People and their ways in. Passwords are hashed fast here; ``PASSWORD`` opens every account."""

import factory
from django.contrib.auth.hashers import make_password

from accounts.choices import ApiKeyMode, PortalAccountStatus
from accounts.models import ApiKey, Membership, MembershipRole, PortalAccount, Role, User
from ispplatform.core.clock import system_now
from ispplatform.core.ids import uuid7

PASSWORD = "Blue-Harbour-27-Lanterns"
_HASH = make_password(PASSWORD)


class UserFactory(factory.django.DjangoModelFactory):
    """A person with a proved address and the password ``PASSWORD``."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"person-{n}@mail.example")
    first_name = "Robin"
    last_name = factory.Sequence(lambda n: f"Marsh {n}")
    password = _HASH
    email_verified_at = factory.LazyFunction(system_now)


class RoleFactory(factory.django.DjangoModelFactory):
    """An own role of the tenant in scope."""

    class Meta:
        model = Role

    code = factory.Sequence(lambda n: f"role-{n}")
    name = factory.LazyAttribute(lambda role: role.code.title())
    grants = factory.LazyFunction(list)


class MembershipFactory(factory.django.DjangoModelFactory):
    """A staff member of the tenant in scope; ``MembershipFactory(roles=[role])`` gives roles."""

    class Meta:
        model = Membership
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)

    @factory.post_generation
    def roles(self, create: bool, extracted: list[Role] | None, **kwargs: object) -> None:
        for role in extracted or []:
            MembershipRole.objects.create(membership=self, role=role)


class PortalAccountFactory(factory.django.DjangoModelFactory):
    """A customer's confirmed log-in in the tenant in scope."""

    class Meta:
        model = PortalAccount

    user = factory.SubFactory(UserFactory)
    customer_id = factory.LazyFunction(uuid7)
    portal_id = factory.Sequence(lambda n: f"TST{n:05}")
    status = PortalAccountStatus.ACTIVE


class ApiKeyFactory(factory.django.DjangoModelFactory):
    """A key of the tenant in scope that nobody knows the text of."""

    class Meta:
        model = ApiKey

    name = factory.Sequence(lambda n: f"sync {n}")
    mode = ApiKeyMode.TEST
    digest = factory.Sequence(lambda n: f"{n:064}")
    hint = "test_pk_…0000"
    scopes = factory.LazyFunction(lambda: ["users:read"])
    responsible = factory.SubFactory(UserFactory)
