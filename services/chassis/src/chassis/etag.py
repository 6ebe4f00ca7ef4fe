"""Versions of single resources (RFC 9110): `ETag` out, `If-Match` in."""

import hashlib
import re
from collections.abc import Collection
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel

from chassis.problems import Fault, PreconditionRequired, RequestNotValid, Stale

TAG = r'(W/)?"[!#-~]*"'
TAGS = rf"^{TAG}( *, *{TAG})*$"
"""RFC 9110 §13.1.1, without `*`: whoever changes something says what they have seen of it."""


def etag(version: int) -> str:
    return f'"v{version}"'


def etag_of(shown: BaseModel, *, but: Collection[str] = ()) -> str:
    """The tag of what one caller is shown, `but` for these members.

    A counter would count what is withheld from them, too: who sees `v4` become `v7` and nothing else new knows that
    something was done three times.
    """
    text = shown.model_dump_json(by_alias=True, exclude=set(but), exclude_unset=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'


NO_TAG = Fault(
    pointer="/header/if-match",
    code="no_entity_tag",
    detail="Should be an entity tag, with its quotes",
    fix="Send the `ETag` of the resource as it is.",
)


class Match:
    """What the caller believes the present version to be."""

    def __init__(self, given: str | None) -> None:
        self._given = given

    def check(self, version: int) -> None:
        """Errors: PreconditionRequired without a version, RequestNotValid with what is none, Stale with another one."""
        if self._given is None:
            raise PreconditionRequired()
        if not re.fullmatch(TAGS, self._given):
            raise RequestNotValid(errors=[NO_TAG])
        if etag(version) not in [part.strip() for part in self._given.split(",")]:
            raise Stale()


def if_match(if_match: Annotated[str | None, Header()] = None) -> Match:
    return Match(if_match)


IfMatch = Annotated[Match, Depends(if_match)]
