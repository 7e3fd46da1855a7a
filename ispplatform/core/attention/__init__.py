"""*Needs a person*: what automation gave up or may not decide. Docs: mechanisms/attention.md."""

from ispplatform.core.attention.kinds import AttentionKind, attention_kinds
from ispplatform.core.attention.selectors import (
    attention_item_by_id,
    attention_items_of_customer,
    attention_items_open,
)
from ispplatform.core.attention.services import (
    attention_open,
    attention_resolve,
    attention_settled,
    attention_snooze,
    attention_take,
)
from ispplatform.core.attention.stakes import MoneyAtStake, money_at_stake, stake_of

__all__ = [
    "AttentionKind",
    "MoneyAtStake",
    "attention_item_by_id",
    "attention_items_of_customer",
    "attention_items_open",
    "attention_kinds",
    "attention_open",
    "attention_resolve",
    "attention_settled",
    "attention_snooze",
    "attention_take",
    "money_at_stake",
    "stake_of",
]
