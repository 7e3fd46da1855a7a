"""The page of status words is what the code says."""

from django.core.management import call_command


def test_the_page_of_statuses_is_up_to_date():
    call_command("statuses", "--check")
