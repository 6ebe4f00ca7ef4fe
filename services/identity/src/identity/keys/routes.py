"""Keys: what access tokens are signed with and checked by."""

from fastapi import APIRouter, Response

from chassis.db import ReadSession
from chassis.runtime import TheRuntime
from identity.access import AdministerIdentity, ReadIdentity
from identity.audit.service import Actor
from identity.context import TheKeyring, TheKeyWrapping
from identity.keys import service
from identity.keys.schemas import Jwks, KeyList, KeyView, RotationRequest
from identity.oauth_errors import REFUSED

router = APIRouter(tags=["keys"])


@router.get("/oauth/jwks", responses=REFUSED)
def show_jwks(keyring: TheKeyring, response: Response) -> Jwks:
    """The public keys by which access tokens are checked."""
    response.headers["Cache-Control"] = "public, max-age=300"
    return Jwks(keys=keyring.published())


@router.get("/v1/keys")
def list_signing_keys(caller: ReadIdentity, session: ReadSession) -> KeyList:
    """The keys that are trusted, the newest first."""
    return KeyList(items=service.list_signing_keys(session))


@router.post("/v1/keys", status_code=201)
def rotate_signing_key(
    request: RotationRequest,
    caller: AdministerIdentity,
    runtime: TheRuntime,
    wrapping: TheKeyWrapping,
    keyring: TheKeyring,
) -> KeyView:
    """Make the next key; it signs after a notice, or at once when the ones before are withdrawn."""
    with runtime.write() as session:
        key = service.rotate_signing_key(
            session, Actor.of(caller), wrapping, runtime.settings, withdraw=request.withdraw
        )
    keyring.forget()
    return KeyView.model_validate(key)
