"""What every test of the suite runs with."""

pytest_plugins = [
    "tests.database",
    "tests.selection",
    "tests.isolation",
    "tests.browser",
    "tests.tenants",
    "tests.powerdns",
]
