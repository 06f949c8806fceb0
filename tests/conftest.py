"""What all tests share."""

pytest_plugins = [
    "tests.support.network",
    "tests.support.properties",
    "tests.support.databases",
    "tests.support.chromium",
    "tests.support.app",
    "tests.support.declared",
    "tests.support.browser",
    "tests.support.visits",
    "tests.support.live_server",
]
