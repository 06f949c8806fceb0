import pytest

from pivotal_server.web import build_assets


@pytest.fixture(autouse=True, scope="session")
def _built_assets() -> None:
    build_assets.build()
