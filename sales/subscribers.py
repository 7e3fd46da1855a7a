"""What sales does when something happened below."""

from ispplatform.core.events import DeliveredEvent
from sales.services.status import order_refresh, orders_of_service


def refresh_orders_of_service(event: DeliveredEvent) -> None:
    """Derive the status of the orders that the event's service belongs to."""
    for order_id in orders_of_service(event.payload["service_id"]):
        order_refresh(order_id=order_id)
