"""What every test of the suite runs with."""

pytest_plugins = [
    "tests.database",
    "tests.selection",
    "tests.together",
    "tests.isolation",
    "tests.made_up",
    "tests.browser",
    "tests.tenants",
    "tests.powerdns",
]
