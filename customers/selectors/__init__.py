"""Reading customers: what the caller may see, and facts that higher apps ask for."""

from customers.selectors.customers import (
    customer_address,
    customer_by_id,
    customer_by_number,
    customer_language,
    customer_time_zone,
    customer_today,
    customers_addresses,
    customers_for,
    names_of_customers,
    recipients_for,
)

__all__ = [
    "customer_address",
    "customer_by_id",
    "customer_by_number",
    "customer_language",
    "customer_time_zone",
    "customer_today",
    "customers_addresses",
    "customers_for",
    "names_of_customers",
    "recipients_for",
]
