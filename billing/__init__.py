"""Billing: documents, payments, refunds, credit, subscriptions, tax and the ledger.

It never learns what it bills: lines name it by an opaque subject.
"""
