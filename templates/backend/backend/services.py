"""Postgres, Redis and S3."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import psycopg
import redis
from botocore.config import Config
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from backend.settings import Settings


class UnknownTenantError(Exception):
    """There is no login for it."""


class Services:
    """A tenant is known to Postgres by its login, so each tenant has a pool of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.redis = redis.Redis.from_url(
            settings.redis_url, socket_timeout=2, socket_connect_timeout=2, decode_responses=True
        )
        self.s3 = boto3.client(
            "s3",
            endpoint_url=settings.s3_endpoint,
            region_name=settings.aws_region,
            config=Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"max_attempts": 2},
                s3={"addressing_style": "path" if settings.s3_endpoint else "auto"},
            ),
        )
        self._pools: dict[str, ConnectionPool] = {}
        self._lock = threading.Lock()

    @contextmanager
    def database(self, tenant: str) -> Iterator[psycopg.Connection]:
        """One transaction as the tenant's own login: Postgres refuses what is another's."""
        with self._pool(tenant).connection(timeout=5) as connection:
            yield connection

    def _pool(self, tenant: str) -> ConnectionPool:
        with self._lock:
            pool = self._pools.get(tenant)
            if pool is None:
                password = self.settings.tenant_password(tenant)
                if password is None:
                    raise UnknownTenantError(tenant)
                pool = ConnectionPool(
                    self.settings.database_url,
                    kwargs={
                        "user": f"{tenant}_login",
                        "password": password,
                        "row_factory": dict_row,
                        "connect_timeout": 3,
                    },
                    min_size=0,
                    max_size=4,
                    max_idle=60,
                    open=True,
                )
                self._pools[tenant] = pool
            return pool

    def checks(self) -> dict[str, dict]:
        """Each service's answer and how long it took."""
        return {
            "postgres": _timed(self._ask_postgres),
            "redis": _timed(self.redis.ping),
            "s3": _timed(lambda: self.s3.head_bucket(Bucket=self.settings.s3_bucket)),
        }

    def _ask_postgres(self) -> None:
        """No login is ours to try: a server that asks for a password is there."""
        try:
            psycopg.connect(self.settings.database_url, user="nobody", connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "no password supplied" not in str(error):
                raise

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close(timeout=2)
        self.redis.close()
        self.s3.close()


def _timed(ask) -> dict:
    began = time.perf_counter()
    try:
        ask()
        state = "ok"
    except Exception as error:  # whatever is wrong, the answer is "not ready" and its kind
        state = type(error).__name__
    return {"state": state, "ms": round((time.perf_counter() - began) * 1000, 1)}
