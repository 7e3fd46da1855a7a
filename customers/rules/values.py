"""Values that services take: an address, a contact."""

from dataclasses import asdict, dataclass

from customers.choices import ContactPurpose


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressData:
    """An address as a caller gives it; ``country`` is an ISO 3166 code of two letters."""

    name: str = ""
    street: str = ""
    street2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is filled in."""
        return not any(asdict(self).values())


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactData:
    """A contact as a caller gives it."""

    name: str
    email: str
    phone: str = ""
    purposes: tuple[str, ...] = (ContactPurpose.TECHNICAL,)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Whom a mail about a customer goes to."""

    name: str
    email: str
