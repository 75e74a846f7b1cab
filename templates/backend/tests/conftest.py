"""The tests run against the services of this machine: mitra up, mitra env init."""

import os
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backend.tokens import make_token

ENV_FILE = Path(os.environ.get("ENV_FILE", Path(__file__).parents[2] / ".env.local"))


def pytest_configure() -> None:
    from dotenv import dotenv_values

    for name, value in dotenv_values(ENV_FILE).items():
        os.environ.setdefault(name, value or "")


@pytest.fixture(scope="session")
def client():
    from main import app

    with TestClient(app) as client:
        yield client


@pytest.fixture
def as_tenant():
    def headers(tenant: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {make_token(tenant, os.environ['SESSION_SECRET'])}"}

    return headers
