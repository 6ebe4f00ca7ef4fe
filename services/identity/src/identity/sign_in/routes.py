"""The sign-in page (RFC 6749 §3.1 with RFC 7636 and 9207)."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, Response
from fastapi.responses import HTMLResponse

from chassis.problems import PROBLEM_JSON
from chassis.runtime import TheRuntime
from identity.context import TheKeyring, TheKeyWrapping, ThePasswords
from identity.sign_in import csrf, service
from identity.sign_in.service import Door
from identity.tokens.asked import OAuthRequest
from identity.tokens.schemas import form_of

router = APIRouter(prefix="/oauth", tags=["sign-in"], default_response_class=HTMLResponse)
COOKIE = "sign_in"
TEXT = {"schema": {"type": "string"}}
PAGES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The page", "content": {"text/html": TEXT}},
    302: {"description": "Back to the client"},
    400: {"description": "The client's request is not sound", "content": {"text/html": TEXT}},
    403: {"description": "No role in this application", "content": {"text/html": TEXT}},
    422: {"description": "Not filled in as it should be", "content": {"text/html": TEXT, PROBLEM_JSON: {}}},
    429: {"description": "Too many attempts", "content": {"text/html": TEXT}},
}
ASKED = {
    "response_type": "`code`",
    "client_id": "The client that people sign in through",
    "redirect_uri": "Where to go back to; one that the client is registered with",
    "scope": "What to ask for; everything when left out",
    "state": "Handed back as it is",
    "code_challenge": "RFC 7636: 43 characters",
    "code_challenge_method": "`S256`",
}
QUERY: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": name not in ("scope", "state"),
            "description": text,
            "schema": {"type": "string", "pattern": "^[ -~]{0,2000}$"},
        }
        for name, text in ASKED.items()
    ]
}
FORM = form_of("csrf", csrf="From the page", email="Of the person", password="Of the person")


def the_door(runtime: TheRuntime, keyring: TheKeyring, wrapping: TheKeyWrapping, passwords: ThePasswords) -> Door:
    return Door(runtime, keyring, wrapping, passwords)


TheDoor = Annotated[Door, Depends(the_door)]
Nonce = Annotated[str | None, Cookie(alias=COOKIE, max_length=200)]


@router.get("/authorize", responses=PAGES, openapi_extra=QUERY)
def show_sign_in_page(asked: OAuthRequest, door: TheDoor, nonce: Nonce = None) -> Response:
    """The sign-in page for a client's request; PKCE with S256 is needed."""
    nonce = csrf.own_nonce(door.wrapping.key_for("csrf"), nonce)
    return _with_cookie(service.show_sign_in_page(door, asked, nonce), nonce, door)


@router.post("/authorize", responses=PAGES, openapi_extra=QUERY | FORM)
def sign_in(asked: OAuthRequest, door: TheDoor, nonce: Nonce = None) -> Response:
    """Sign in; goes back to the client with `code`, `state` and `iss`."""
    nonce = csrf.own_nonce(door.wrapping.key_for("csrf"), nonce)
    return _with_cookie(service.sign_in(door, asked, nonce), nonce, door)


def _with_cookie(answer: Response, nonce: str, door: Door) -> Response:
    # Lax and not Strict: two tabs that come from another site then share one nonce.
    secure = door.runtime.settings.issuer.startswith("https:")
    answer.set_cookie(COOKIE, nonce, max_age=csrf.GOOD_FOR, httponly=True, samesite="lax", secure=secure)
    return answer
