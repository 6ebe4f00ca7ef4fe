"""Versions of single resources (RFC 9110): `ETag` out, `If-Match` in."""

from typing import Annotated

from fastapi import Depends, Header

from chassis.problems import PreconditionRequired, Stale


def etag(version: int) -> str:
    return f'"v{version}"'


class Match:
    """What the caller believes the present version to be."""

    def __init__(self, given: str | None) -> None:
        self._given = given

    def check(self, version: int) -> None:
        """Errors: PreconditionRequired without a version, Stale with another one."""
        if self._given is None:
            raise PreconditionRequired()
        if etag(version) not in [part.strip() for part in self._given.split(",")]:
            raise Stale()


def if_match(if_match: Annotated[str | None, Header()] = None) -> Match:
    return Match(if_match)


IfMatch = Annotated[Match, Depends(if_match)]
