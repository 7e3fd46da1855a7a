"""Pure rules: what an amount, a tax, a period or a number is. No row, no clock, no setting."""
