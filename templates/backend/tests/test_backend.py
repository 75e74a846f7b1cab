import uuid

import pytest
import redis

from backend.tokens import make_token


def test_the_start_links_to_what_answers_wherever_it_is_served(client):
    start = client.get("/").json()
    description = client.get("/openapi.json").json()

    assert client.get(f"/{start['health']}").status_code == 200
    assert "'openapi.json'" in client.get(f"/{start['docs']}").text
    assert description["info"]["title"] == start["name"]
    assert description["servers"] == [{"url": "."}]


def test_health_names_version_and_color(client):
    answer = client.get("/health")

    assert answer.status_code == 200
    assert answer.json().keys() == {"status", "version", "color"}


def test_ready_says_how_long_each_service_took(client):
    answer = client.get("/ready")

    assert answer.status_code == 200
    assert {check["state"] for check in answer.json()["checks"].values()} == {"ok"}


def test_ready_is_503_when_a_service_does_not_answer(client, monkeypatch):
    monkeypatch.setattr(client.app.state.services, "redis", redis.Redis(port=1))

    answer = client.get("/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["redis"]["state"] == "ConnectionError"


@pytest.mark.parametrize("token", ["", "lic", "lic.9999999999.x", make_token("lic", "another")])
def test_a_token_that_we_did_not_sign_is_refused(client, token):
    answer = client.get("/v1/users", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 401


def test_an_old_token_is_refused(client):
    token = make_token("lic", client.app.state.settings.session_secret, seconds=-1)

    assert client.get("/v1/users", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_tenant_sees_its_own_users_and_no_other(client, as_tenant):
    email = f"{uuid.uuid4().hex}@example.com"
    client.get("/v1/users", headers=as_tenant("lic"))

    made = client.post(
        "/v1/users", json={"full_name": "Asha", "email": email}, headers=as_tenant("lic")
    )
    path = f"/v1/users/{made.json()['user_id']}"

    assert made.status_code == 201
    assert client.get(path, headers=as_tenant("lic")).json()["email"] == email
    assert client.get(path, headers=as_tenant("hdfc")).status_code == 404
    assert email in client.get("/v1/users", headers=as_tenant("lic")).text
    assert email not in client.get("/v1/users", headers=as_tenant("hdfc")).text


def test_the_same_email_twice_is_a_conflict(client, as_tenant):
    user = {"full_name": "Asha", "email": f"{uuid.uuid4().hex}@example.com"}
    client.post("/v1/users", json=user, headers=as_tenant("lic"))

    assert client.post("/v1/users", json=user, headers=as_tenant("lic")).status_code == 409


def test_a_document_comes_back_as_it_went_and_to_its_tenant_only(client, as_tenant):
    path = f"/v1/documents/{uuid.uuid4().hex}.bin"
    body = bytes(range(256)) * 100

    assert client.put(path, content=body, headers=as_tenant("lic")).status_code == 204
    assert client.get(path, headers=as_tenant("lic")).content == body
    assert client.get(path, headers=as_tenant("hdfc")).status_code == 404
