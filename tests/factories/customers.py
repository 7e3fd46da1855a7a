"""Customers and what hangs on them."""

import factory

from customers.choices import AddressKind, CustomerType
from customers.models import Address, Contact, Customer, CustomerTag, Note, Tag
from tests.factories.base import ModelFactory


class CustomerFactory(ModelFactory):
    """An active person in Berlin without contacts; ``business=True`` makes it a company."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    class Params:
        business = factory.Trait(
            customer_type=CustomerType.BUSINESS,
            company_name=factory.Sequence(lambda n: f"Workshop {n} GmbH"),
        )
        addressed = factory.Trait(
            main_address=factory.RelatedFactory(
                "tests.factories.customers.AddressFactory", factory_related_name="customer"
            )
        )

    customer_number = factory.Sequence(lambda n: f"CUST-9{n:05d}")
    first_name = "Ada"
    last_name = factory.Sequence(lambda n: f"Example{n}")
    email = factory.Sequence(lambda n: f"ada{n}@customer.example")


class AddressFactory(ModelFactory):
    """A main address in Berlin."""

    class Meta:
        model = Address

    customer = factory.SubFactory(CustomerFactory)
    kind = AddressKind.MAIN
    street = "Lindenstraße 12"
    city = "Berlin"
    postal_code = "10969"
    country = "DE"


class ContactFactory(ModelFactory):
    """A technical contact."""

    class Meta:
        model = Contact

    customer = factory.SubFactory(CustomerFactory)
    name = "Grace Example"
    email = factory.Sequence(lambda n: f"grace{n}@customer.example")
    is_technical = True


class NoteFactory(ModelFactory):
    """A note that is not pinned."""

    class Meta:
        model = Note

    customer = factory.SubFactory(CustomerFactory)
    author_label = "support@northwind.example"
    text = "Prefers to be called in the morning."


class TagFactory(ModelFactory):
    """A tag."""

    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"Group {n}")
    folded_name = factory.LazyAttribute(lambda tag: tag.name.casefold())


class CustomerTagFactory(ModelFactory):
    """A tag on a customer."""

    class Meta:
        model = CustomerTag

    customer = factory.SubFactory(CustomerFactory)
    tag = factory.SubFactory(TagFactory)
