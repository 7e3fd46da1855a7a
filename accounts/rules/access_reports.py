"""How far back a report of access looks."""

from datetime import timedelta

REPORT_DAYS = 90
REPORT_SPAN = timedelta(days=REPORT_DAYS)
