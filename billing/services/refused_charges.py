"""Charges that a gateway refused: their rows under *Needs a person* end with the debt."""

from billing.models import Document, Payment
from ispplatform.core.attention import attention_items_of_customer
from ispplatform.core.models.operations import Operation, OperationState
from ispplatform.core.operations.attention import operation_attention_settled

CHARGE = "billing.charge"


def refused_charges_settled(document: Document, *, resolution: str) -> None:
    """Close the rows of refused charges of a document and of the pro-forma that it was made from.

    Call it in the transaction after which nothing is owed on it.
    """
    rows = attention_items_of_customer(document.customer_id)
    if shown := list(rows.order_by().values_list("subject_id", flat=True)):
        asked_by = [one for one in (document.pk, document.made_from_id) if one]
        payments = Payment.objects.filter(document__in=asked_by)
        refused = Operation.objects.filter(
            kind=CHARGE,
            state=OperationState.REJECTED,
            subject_id__in=payments.values("pk"),
            pk__in=shown,
        )
        for operation in refused.order_by("pk"):
            operation_attention_settled(operation, resolution)
