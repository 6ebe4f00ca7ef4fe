"""Requests to OAuth endpoints: forms, read before the route runs, since sync routes cannot wait for a body."""

from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from chassis.limiting import source_of
from identity.tokens.server import Asked, Fields

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 50


async def asked(request: Request) -> Asked:
    """Shape: `readable` is False for what is no form; the endpoint says so in OAuth's own way."""
    fields, readable = (
        ([], True)
        if request.method == "GET"
        else _fields(request.headers.get("content-type", ""), await request.body())
    )
    return Asked(
        method=request.method,
        path=request.url.path,
        headers=request.headers,
        args=request.query_params.multi_items(),
        form=fields,
        readable=readable,
        source=await source_of(request),
    )


def _fields(content_type: str, body: bytes) -> tuple[Fields, bool]:
    if content_type.partition(";")[0].strip().lower() != FORM:
        return [], False
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"), True
    except ValueError:
        return [], False


OAuthRequest = Annotated[Asked, Depends(asked)]
