"""What the backend answers."""

import json
import re
from typing import Annotated
from uuid import UUID

import psycopg
import redis
from botocore.exceptions import ClientError
from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from backend.log import log
from backend.services import Services, UnknownTenantError
from backend.tokens import tenant_of

CACHE_SECONDS = 30
LARGEST_DOCUMENT = 10_000_000
DOCUMENT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

health = APIRouter()
tenants = APIRouter(prefix="/v1")


@health.get("/")
def get_start(request: Request) -> dict:
    """Where the rest is, relative to here."""
    return {"name": request.app.title, "docs": "docs", "health": "health"}


@health.get("/docs", include_in_schema=False)
def get_docs(request: Request) -> HTMLResponse:
    return get_swagger_ui_html(openapi_url="openapi.json", title=request.app.title)


@health.get("/health")
def get_health(request: Request) -> dict:
    """The process lives; says nothing of what it needs."""
    settings = request.app.state.settings
    return {"status": "ok", "version": settings.version, "color": settings.color}


@health.get("/ready")
def get_ready(request: Request, response: Response) -> dict:
    checks = request.app.state.services.checks()
    is_ready = all(check["state"] == "ok" for check in checks.values())
    response.status_code = 200 if is_ready else 503
    return {"ready": is_ready, "checks": checks}


def current_tenant(request: Request, authorization: Annotated[str, Header()] = "") -> str:
    scheme, _, token = authorization.partition(" ")
    secret = request.app.state.settings.session_secret
    tenant = tenant_of(token, secret) if scheme.lower() == "bearer" else None
    if tenant is None:
        raise HTTPException(401, "A valid token is needed.", {"WWW-Authenticate": "Bearer"})
    return tenant


def current_services(request: Request) -> Services:
    return request.app.state.services


Tenant = Annotated[str, Depends(current_tenant)]
Parts = Annotated[Services, Depends(current_services)]


class NewUser(BaseModel):
    full_name: str = Field(min_length=1, max_length=255)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=255)


@tenants.get("/users")
def list_users(tenant: Tenant, services: Parts, limit: int = 50) -> list[dict]:
    limit = max(1, min(limit, 200))
    key = f"{tenant}:users:{limit}"
    cached = _cached(services, key)
    if cached is not None:
        return json.loads(cached)
    rows = _query(
        services,
        tenant,
        "SELECT user_id::text, full_name, email, role::text, status::text FROM users"
        " ORDER BY created_at DESC, user_id LIMIT %s",
        (limit,),
    )
    _keep(services, key, json.dumps(rows))
    return rows


@tenants.get("/users/{user_id}")
def read_user(user_id: UUID, tenant: Tenant, services: Parts) -> dict:
    rows = _query(
        services,
        tenant,
        "SELECT user_id::text, full_name, email, role::text, status::text FROM users"
        " WHERE user_id = %s",
        (user_id,),
    )
    if not rows:
        raise HTTPException(404, "No such user.")
    return rows[0]


@tenants.post("/users", status_code=201)
def create_user(user: NewUser, tenant: Tenant, services: Parts) -> dict:
    try:
        rows = _query(
            services,
            tenant,
            "INSERT INTO users (full_name, email, role) VALUES (%s, %s, 'policyholder')"
            " RETURNING user_id::text, full_name, email, role::text, status::text",
            (user.full_name, user.email),
        )
    except psycopg.errors.UniqueViolation as error:
        raise HTTPException(409, "There is a user with this email.") from error
    _forget(services, f"{tenant}:users:*")
    return rows[0]


@tenants.put("/documents/{name}", status_code=204)
async def put_document(name: str, request: Request, tenant: Tenant, services: Parts) -> None:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_DOCUMENT:
            raise HTTPException(413, "The document is larger than 10 MB.")
    await run_in_threadpool(
        services.s3.put_object,
        Bucket=services.settings.s3_bucket,
        Key=_document_key(tenant, name),
        Body=bytes(body),
    )


@tenants.get("/documents/{name}")
def get_document(name: str, tenant: Tenant, services: Parts) -> Response:
    try:
        found = services.s3.get_object(
            Bucket=services.settings.s3_bucket, Key=_document_key(tenant, name)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
            raise HTTPException(404, "No such document.") from error
        raise
    return Response(found["Body"].read(), media_type="application/octet-stream")


def _document_key(tenant: str, name: str) -> str:
    if DOCUMENT_NAME.fullmatch(name) is None:
        raise HTTPException(422, "Letters, digits, dot, dash and underscore, 100 at most.")
    return f"tenants/{tenant}/documents/{name}"


def _query(services: Services, tenant: str, sql: str, values: tuple) -> list[dict]:
    try:
        with services.database(tenant) as connection:
            return connection.execute(sql, values).fetchall()
    except UnknownTenantError as error:
        raise HTTPException(401, "The tenant of this token is not here.") from error


def _cached(services: Services, key: str) -> str | None:
    """Without Redis the answer comes from Postgres."""
    try:
        return services.redis.get(key)
    except redis.RedisError as error:
        log.warning("no cache: %s", type(error).__name__)
        return None


def _keep(services: Services, key: str, text: str) -> None:
    try:
        services.redis.set(key, text, ex=CACHE_SECONDS)
    except redis.RedisError as error:
        log.warning("no cache: %s", type(error).__name__)


def _forget(services: Services, pattern: str) -> None:
    try:
        for key in services.redis.scan_iter(pattern):
            services.redis.delete(key)
    except redis.RedisError as error:
        log.warning("no cache: %s", type(error).__name__)
