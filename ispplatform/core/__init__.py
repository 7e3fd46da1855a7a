"""The kernel: tenancy, clocks, money, audit, events, operations, providers. It imports no app."""
