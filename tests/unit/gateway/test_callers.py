"""The gateway calls the programs behind it with the caller's own token, and refuses who has none."""

from collections.abc import Callable

import pytest
from joserfc.jwk import ECKey

from fixtures.tokens import as_, token
from unit.gateway.under_test import ANA, Gateway

STRANGER = ECKey.generate_key("P-256", {"kid": "test", "alg": "ES256", "use": "sig"}, auto_kid=False)
ME = {"query": "{ me { name } }"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YW5hOmFuYQ=="},
        {"Authorization": "Bearer nonsense"},
        as_(token("ana", lives=-60)),
        as_(token("ana", key=STRANGER)),
        as_(token("ana", typ="JWT")),
        as_(token("ana", aud="elsewhere")),
    ],
)
def test_without_a_good_token_nothing_is_asked_of_anybody(gateway: Gateway, headers: dict[str, str]) -> None:
    for answer in (
        gateway.http.post("/graphql", json=ME, headers=headers),
        gateway.http.get("/graphql", params=ME, headers=headers),
    ):
        assert answer.status_code == 401
        assert answer.json()["errors"][0]["extensions"]["problem"]["title"] == "Not signed in"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert gateway.behind.calls == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics", "/problems/too-costly"])
def test_health_metrics_and_problem_pages_are_open(gateway: Gateway, path: str) -> None:
    assert gateway.http.get(path).status_code == 200


def test_the_callers_own_token_purpose_and_ids_go_along(gateway: Gateway) -> None:
    trace = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
    answer = gateway.post(
        "{ me { name } }", Purpose="support", X_Request_Id="0123456789abcdef0123456789abcdef", traceparent=trace
    )
    (call,) = gateway.behind.calls
    assert call.headers["authorization"] == ANA["Authorization"]
    assert call.headers["purpose"] == "support"
    assert call.headers["x-request-id"] == answer.headers["x-request-id"] == "0123456789abcdef0123456789abcdef"
    assert call.headers["traceparent"].split("-")[1] == "ab" * 16
    assert call.headers["traceparent"] != trace, "the gateway is a span of its own"


def test_the_argument_wins_over_the_header(gateway: Gateway) -> None:
    gateway.ask('{ me(purpose: "claim") { name } }', Purpose="support")
    assert gateway.behind.calls[0].headers["purpose"] == "claim"


def test_no_purpose_stated_means_none_is_sent(gateway: Gateway) -> None:
    gateway.ask("{ me { name } }")
    assert "purpose" not in gateway.behind.calls[0].headers


def test_nothing_else_of_the_request_goes_along(gateway: Gateway) -> None:
    gateway.ask("{ me { name } }", Cookie="session=1", X_Forwarded_For="10.0.0.1", X_Agency="police")
    assert not {"cookie", "x-forwarded-for", "x-agency"} & set(gateway.behind.calls[0].headers)


def test_two_callers_at_once_keep_their_tokens(gateway: Gateway) -> None:
    from concurrent.futures import ThreadPoolExecutor

    gateway.behind.delay = 0.02
    callers = {f"{n:032x}": as_(token(f"person-{n}")) for n in range(20)}

    def ask(name: str) -> None:
        headers = callers[name] | {"X-Request-Id": name}
        assert gateway.http.post("/graphql", json=ME, headers=headers).status_code == 200

    with ThreadPoolExecutor(10) as crowd:
        list(crowd.map(ask, callers))
    for call in gateway.behind.calls:
        name = call.headers["x-request-id"]
        assert call.headers["authorization"] == callers[name]["Authorization"]


def test_answers_are_not_to_be_stored(gateway: Gateway) -> None:
    answer = gateway.post("{ me { name } }")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Authorization" in answer.headers["Vary"]


def test_the_gateway_holds_no_credentials(gateway_with: Callable[..., Gateway]) -> None:
    gateway = gateway_with()
    for client in gateway.running.app.state.programs.values():
        assert "authorization" not in client.headers and client.auth is None
