"""Making the first key, and the next ones."""

from datetime import timedelta

import orjson
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from chassis.clock import now
from chassis.outbox import emit
from identity.audit.service import Actor, record
from identity.events import KeyRotated
from identity.keys import repository
from identity.keys.key_wrapping import KeyWrapping
from identity.keys.schemas import KeyView
from identity.models import SigningKey
from identity.revocations import service as revocations
from identity.settings import IdentitySettings


def ensure_key(session: Session, actor: Actor, wrapping: KeyWrapping) -> bool:
    """Make the first key, which signs at once, unless there is one; whether it was made."""
    if repository.list_trusted(session):
        return False
    _make(session, actor, wrapping, after=0, before=None, withdrawn=None)
    return True


def rotate_signing_key(
    session: Session, actor: Actor, wrapping: KeyWrapping, settings: IdentitySettings, *, withdraw: bool
) -> SigningKey:
    """Make the next key.

    It stands in the JWKS for `key_notice` seconds before it signs, so that every program has it by then. With
    `withdraw`, the keys so far are trusted no longer and the new one signs at once: everybody signs in anew.
    """
    held = repository.list_trusted(session)
    before = held[0].kid if held else None
    if withdraw:
        for key in held:
            key.withdrawn_at = now()
        revocations.end_keys(session, [key.kid for key in held])
    return _make(
        session,
        actor,
        wrapping,
        after=0 if withdraw or not held else settings.key_notice,
        before=before,
        withdrawn=before if withdraw else None,
    )


def _make(
    session: Session, actor: Actor, wrapping: KeyWrapping, *, after: int, before: str | None, withdrawn: str | None
) -> SigningKey:
    made = ECKey.generate_key("P-256", private=True)
    kid = made.thumbprint()
    public = made.as_dict(private=False) | {"kid": kid, "use": "sig", "alg": "ES256"}
    key = SigningKey(
        kid=kid,
        public=public,
        wrapped=wrapping.wrap(orjson.dumps(made.as_dict(private=True)), kid),
        signs_from=now() + timedelta(seconds=after),
    )
    session.add(key)
    record(session, actor, "key.rotated", "key", kid, None, before=before, withdrawn=withdrawn)
    emit(session, KeyRotated(kid=kid, signs_from=key.signs_from, before=before, withdrawn=withdrawn))
    return key


def list_signing_keys(session: Session) -> list[KeyView]:
    return [KeyView.model_validate(key) for key in repository.list_trusted(session)]
