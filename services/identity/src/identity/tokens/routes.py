"""Tokens: RFC 6749, 7009, 7662, 8414, and OpenID Connect's ID tokens and user info.

Clients prove themselves by Basic, by form, by a key of their own (RFC 7523), or (public ones) by PKCE.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from chassis.db import ReadSession
from chassis.runtime import TheRuntime
from identity.access import TellWhoSignedIn
from identity.oauth_errors import REFUSED
from identity.tokens import service
from identity.tokens.asked import OAuthRequest
from identity.tokens.schemas import Metadata, TokenAnswer, UserInfo, form_of
from identity.tokens.service import TokenDoor

router = APIRouter(tags=["tokens"])


async def the_token_door(request: Request) -> TokenDoor:
    """Without a thread slot: tokens do not wait behind other requests."""
    door: TokenDoor = request.app.state.runtime.state["token_door"]
    return door


TheTokenDoor = Annotated[TokenDoor, Depends(the_token_door)]


@router.post(
    "/oauth/token",
    response_model=TokenAnswer,
    responses=REFUSED,
    openapi_extra=form_of(
        "grant_type",
        grant_type="client_credentials, authorization_code or refresh_token",
        scope="What to ask for; everything the client may have when left out",
        code="With authorization_code",
        redirect_uri="With authorization_code: the one that the code was sent to",
        code_verifier="With authorization_code: PKCE's",
        refresh_token="With refresh_token; good once",
        client_id="Unless it stands in the Authorization header",
        client_secret="Unless it stands in the Authorization header, or the client has a key or is public",
        client_assertion_type="With a key: urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion="With a key: a JWT that it signed, for this issuer, good once and for an hour at most",
    ),
)
async def issue_token(asked: OAuthRequest, door: TheTokenDoor) -> Response:
    """A token for a client, a code or a refresh token."""
    return await service.issue_token(door, asked)


@router.post(
    "/oauth/introspect", responses=REFUSED, openapi_extra=form_of("token", token="An access or a refresh token")
)
async def introspect_token(asked: OAuthRequest, door: TheTokenDoor) -> Response:
    """What a token says, or that it is not active."""
    return await service.introspect_token(door, asked)


@router.post("/oauth/revoke", responses=REFUSED, openapi_extra=form_of("token", token="An access or a refresh token"))
async def revoke_token(asked: OAuthRequest, door: TheTokenDoor) -> Response:
    """End a token before its time; a refresh token takes its session along, as signing out does."""
    return await service.revoke_token(door, asked)


@router.get("/oauth/userinfo", response_model_exclude_none=True, responses=REFUSED)
def tell_who_signed_in(caller: TellWhoSignedIn, session: ReadSession) -> UserInfo:
    """Who signed in, to the client through which they did; the token needs the scope `openid`."""
    return service.tell_who_signed_in(session, caller)


@router.post("/oauth/userinfo", response_model_exclude_none=True, responses=REFUSED)
def tell_who_signed_in_by_post(caller: TellWhoSignedIn, session: ReadSession) -> UserInfo:
    """The same by POST, as OpenID Connect has it; the token stands in the header all the same."""
    return service.tell_who_signed_in(session, caller)


@router.get("/.well-known/oauth-authorization-server", responses=REFUSED)
def show_metadata(runtime: TheRuntime, response: Response) -> Metadata:
    """Where everything is, and what it offers."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return service.show_metadata(runtime.settings.issuer)


@router.get("/.well-known/openid-configuration", responses=REFUSED)
def show_openid_metadata(runtime: TheRuntime, response: Response) -> Metadata:
    """The same, where OpenID Connect's clients look for it."""
    return show_metadata(runtime, response)
