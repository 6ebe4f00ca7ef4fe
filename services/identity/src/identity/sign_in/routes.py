"""The sign-in page (RFC 6749 §3.1 with RFC 7636 and 9207)."""

from typing import Annotated, Any

from fastapi import APIRouter, Cookie, Depends, Request, Response
from fastapi.responses import HTMLResponse

from chassis.limiting import Source
from identity.oauth_errors import REFUSED
from identity.sign_in import csrf, service
from identity.sign_in.devices import LONGEST as LONGEST_COOKIE
from identity.sign_in.service import Door, Visit
from identity.tokens.asked import OAuthRequest
from identity.tokens.schemas import form_of

router = APIRouter(prefix="/oauth", tags=["sign-in"], default_response_class=HTMLResponse)
COOKIE = "sign_in"
DEVICES = "known_devices"
TEXT = {"schema": {"type": "string"}}
REFUSAL = {"schema": {"$ref": "#/components/schemas/OAuthFault"}}
PAGES: dict[int | str, dict[str, Any]] = REFUSED | {
    200: {"description": "The page", "content": {"text/html": TEXT}},
    302: {"description": "Back to the client"},
    400: {
        "description": "The client's request is not sound",
        "content": {"text/html": TEXT, "application/json": REFUSAL},
    },
    403: {"description": "No role in this application", "content": {"text/html": TEXT}},
    422: {"description": "Not filled in as it should be", "content": {"text/html": TEXT}},
    429: {"description": "Too many attempts; wait as `Retry-After` says", "content": {"text/html": TEXT}},
    503: {"description": "Too many at this moment; wait as `Retry-After` says", "content": {"text/html": TEXT}},
}
ASKED = {
    "response_type": "`code`",
    "client_id": "The client that people sign in through",
    "redirect_uri": "Where to go back to; one that the client is registered with",
    "scope": "What to ask for; everything when left out",
    "state": "Handed back as it is",
    "code_challenge": "RFC 7636: 43 characters",
    "code_challenge_method": "`S256`",
    "nonce": "With the scope `openid`: handed back in the ID token",
    "prompt": "`login` or `select_account`, which are always met; `none` is answered `login_required`",
    "response_mode": "`query`",
}
FREE = ("scope", "state", "nonce", "prompt", "response_mode")
QUERY: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": name not in FREE,
            "description": text,
            "schema": {"type": "string", "pattern": "^[ -~]{0,2000}$"},
        }
        for name, text in ASKED.items()
    ]
    + [
        {
            "name": "resource",  # the only one that may stand twice
            "in": "query",
            "required": False,
            "description": "Not offered: tokens are for the whole platform",
            "schema": {"type": "array", "items": {"type": "string", "pattern": "^[ -~]{0,2000}$"}},
        }
    ]
}
FORM = form_of("csrf", csrf="From the page", email="Of the person", password="Of the person")


async def the_door(request: Request) -> Door:
    """Without a thread slot: whoever signs in waits in threads of the door's own."""
    door: Door = request.app.state.runtime.state["sign_in_door"]
    return door


TheDoor = Annotated[Door, Depends(the_door)]
Nonce = Annotated[str | None, Cookie(alias=COOKIE, max_length=200)]
KnownDevices = Annotated[str | None, Cookie(alias=DEVICES, include_in_schema=False)]


@router.get("/authorize", responses=PAGES, openapi_extra=QUERY)
async def show_sign_in_page(
    asked: OAuthRequest, door: TheDoor, source: Source, nonce: Nonce = None, devices: KnownDevices = None
) -> Response:
    """The sign-in page for a client's request; PKCE with S256 is needed."""
    visit = _visit(door, nonce, devices, source)
    return _with_cookies(await service.show_sign_in_page(door, asked, visit), visit.nonce, None, door)


@router.post("/authorize", responses=PAGES, openapi_extra=QUERY | FORM)
async def sign_in(
    asked: OAuthRequest, door: TheDoor, source: Source, nonce: Nonce = None, devices: KnownDevices = None
) -> Response:
    """Sign in; goes back to the client with `code`, `state` and `iss`."""
    visit = _visit(door, nonce, devices, source)
    outcome = await service.sign_in(door, asked, visit)
    return _with_cookies(outcome.answer, visit.nonce, outcome.devices, door)


def _visit(door: Door, nonce: str | None, devices: str | None, source: str) -> Visit:
    fits = devices is not None and len(devices) <= LONGEST_COOKIE
    return Visit(csrf.own_nonce(door.wrapping.key_for("csrf"), nonce), devices if fits else None, source)


def _with_cookies(answer: Response, nonce: str, devices: str | None, door: Door) -> Response:
    # Lax and not Strict: two tabs that come from another site then share one nonce.
    secure = door.settings.issuer.startswith("https:")
    answer.set_cookie(COOKIE, nonce, max_age=csrf.GOOD_FOR, httponly=True, samesite="lax", secure=secure)
    if devices is not None:
        lives = door.settings.device_known
        answer.set_cookie(DEVICES, devices, max_age=lives, httponly=True, samesite="lax", secure=secure)
    return answer
