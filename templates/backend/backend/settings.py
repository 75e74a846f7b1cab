"""Everything the program is told, read from the environment once."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


class SettingsError(RuntimeError):
    """A variable is missing or wrong; the message names it and never its value."""


@dataclass(frozen=True)
class Settings:
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    session_secret: str = field(repr=False)
    s3_bucket: str
    s3_endpoint: str | None
    aws_region: str
    log_level: str
    version: str
    color: str
    secrets_file: str | None
    secrets_json: str | None = field(repr=False)

    def tenant_password(self, tenant: str) -> str | None:
        """Read anew each time: a tenant that was made a moment ago is known."""
        if self.secrets_file is not None:
            known = json.loads(Path(self.secrets_file).read_text())
            return known.get(f"tenant.{tenant}")
        return json.loads(self.secrets_json or "{}").get(tenant)


def read_settings() -> Settings:
    settings = Settings(
        database_url=_required("DATABASE_URL"),
        redis_url=_required("REDIS_URL"),
        session_secret=_required("SESSION_SECRET"),
        s3_bucket=_required("S3_BUCKET"),
        s3_endpoint=os.environ.get("S3_ENDPOINT") or None,
        aws_region=_required("AWS_REGION"),
        log_level=os.environ.get("LOG_LEVEL", "info").upper(),
        version=os.environ.get("APP_VERSION", "dev"),
        color=os.environ.get("APP_COLOR", "none"),
        secrets_file=os.environ.get("TENANT_SECRETS_FILE") or None,
        secrets_json=os.environ.get("TENANT_SECRETS") or None,
    )
    if settings.secrets_file is None and settings.secrets_json is None:
        raise SettingsError("TENANT_SECRETS_FILE or TENANT_SECRETS must be set.")
    return settings


def _required(name: str) -> str:
    value = os.environ.get(name, "")
    if value == "":
        raise SettingsError(f"{name} is not set: uvicorn main:app --env-file ../.env.local")
    return value
