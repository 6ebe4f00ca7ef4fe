"""The sign-in page (RFC 6749 §3.1 with RFC 7636 and 9207)."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Response
from fastapi.responses import HTMLResponse

from chassis.runtime import TheRuntime
from identity.context import TheKeyring, ThePasswords, TheSeal
from identity.sign_in import csrf, service
from identity.sign_in.service import Door
from identity.tokens.asked import OAuthRequest

router = APIRouter(prefix="/oauth", tags=["sign-in"], default_response_class=HTMLResponse)
COOKIE = "sign_in"


def the_door(runtime: TheRuntime, keyring: TheKeyring, seal: TheSeal, passwords: ThePasswords) -> Door:
    return Door(runtime, keyring, seal, passwords)


TheDoor = Annotated[Door, Depends(the_door)]
Nonce = Annotated[str | None, Cookie(alias=COOKIE, max_length=200)]


@router.get("/authorize")
def show_page(asked: OAuthRequest, door: TheDoor, nonce: Nonce = None) -> Response:
    """The sign-in page for a client's request; PKCE with S256 is needed."""
    nonce = nonce or csrf.make_nonce()
    return _with_cookie(service.show_page(door, asked, nonce), nonce, door)


@router.post("/authorize")
def sign_in(asked: OAuthRequest, door: TheDoor, nonce: Nonce = None) -> Response:
    """Sign in; goes back to the client with `code`, `state` and `iss`."""
    nonce = nonce or csrf.make_nonce()
    return _with_cookie(service.sign_in(door, asked, nonce), nonce, door)


def _with_cookie(answer: Response, nonce: str, door: Door) -> Response:
    # Lax and not Strict: two tabs that come from another site then share one nonce.
    secure = door.runtime.settings.issuer.startswith("https:")
    answer.set_cookie(COOKIE, nonce, max_age=csrf.GOOD_FOR, httponly=True, samesite="lax", secure=secure)
    return answer
