"""Signed tokens: which tenant a request belongs to is decided by us, never by the client.

python -m backend.tokens lic     prints one for this machine, valid for an hour
"""

import base64
import hashlib
import hmac
import os
import re
import sys
import time

TENANT_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def make_token(tenant: str, secret: str, seconds: int = 3600) -> str:
    if TENANT_NAME.fullmatch(tenant) is None:
        raise ValueError("no name for a tenant")
    body = f"{tenant}.{int(time.time()) + seconds}"
    return f"{body}.{_signature(body, secret)}"


def tenant_of(token: str, secret: str) -> str | None:
    """The tenant of a token that we signed and that is still valid; else nothing."""
    body, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(body, secret).encode(), signature.encode()):
        return None
    tenant, _, expires = body.rpartition(".")
    return tenant if time.time() < int(expires) else None


def _signature(body: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


if __name__ == "__main__":
    if len(sys.argv) != 2 or "SESSION_SECRET" not in os.environ:
        sys.exit("SESSION_SECRET=... python -m backend.tokens TENANT")
    print(make_token(sys.argv[1], os.environ["SESSION_SECRET"]))
