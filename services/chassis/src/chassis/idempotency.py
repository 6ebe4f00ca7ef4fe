"""A request that creates something may be repeated: the key that its client gave it makes it count once.

Kept per (client, route, key), committed with the write: status and id, never the body, which would leak after a
withdrawal. Another body under the same key is refused.
"""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from chassis.auth import Caller
from chassis.db import insert_for, now
from chassis.problems import KeyMissing, KeyReused, KeyRunning
from chassis.schemas import Written
from chassis.tables import IdempotencyKey

VISIBLE = re.compile(r"[!-~]{8,200}")
TABLE: Any = IdempotencyKey.__table__
ANSWER = update(TABLE).where(TABLE.c.id == bindparam("claimed"))
"""Sets whichever columns are given with it."""


@cache
def _claiming(insert: Callable[[Any], Any]) -> Any:
    """Takes a key that is free: its row's id, or nothing. Built once, since building costs more than running."""
    statement = insert(TABLE).on_conflict_do_nothing(index_elements=["client", "route", "key"])
    return statement.returning(TABLE.c.id)


class OnceRunner:
    """Runs a request once: one that creates is injected with `once: Once`, another change with `once: OnceIfKeyed`."""

    def __init__(self, request: Request, response: Response, key: str) -> None:
        self._request, self._response, self._key = request, response, key
        self.repeated = False

    def __call__(
        self,
        session: Session,
        caller: Caller,
        request: BaseModel | dict[str, Any] | str,
        make: Callable[[], Written],
        location: str = "",
    ) -> Written:
        """What `make` answered the first time, with `Location` and `ETag` set.

        Shape: `location` is the new resource's path with `{id}` in it. `request` is what must be equal for a repeat.
        Errors: KeyReused, KeyRunning, and whatever `make` raises (then the key stays unused).
        """
        if not self._key:
            written = make()
            self._set_headers(written, location)
            return written
        named = {"client": caller.subject, "route": self._route(), "key": self._key}
        digest = _digest(request)
        claimed = session.scalar(_claiming(insert_for(session)), {**named, "digest": digest, "at": now()})
        if claimed is None:
            written = self._first_answer(session, named, digest)
            self.repeated = True
        else:
            written = make()
            answered = {"status": written.status, "resource": written.id, "etag": written.etag}
            session.execute(ANSWER, {"claimed": claimed, **answered})
        self._set_headers(written, location)
        return written

    def _route(self) -> str:
        # The path as called, not as declared: one key under two families is two requests. Of the query a digest: it may
        # be too long for an index, and hold what is nobody's business here.
        query = self._request.url.query
        digest = hashlib.sha256(query.encode()).hexdigest() if query else ""
        return f"{self._request.method} {self._request.url.path}?{digest}"

    @staticmethod
    def _first_answer(session: Session, named: dict[str, str], digest: str) -> Written:
        row = session.execute(select(TABLE).filter_by(**named)).one()
        if row.digest != digest:
            raise KeyReused()
        if row.resource is None:
            raise KeyRunning()
        return Written(id=row.resource, status=row.status, etag=row.etag)

    def _set_headers(self, written: Written, location: str) -> None:
        if location:
            self._response.headers["Location"] = location.format(id=written.id)
        if written.etag:
            self._response.headers["ETag"] = written.etag


def _digest(request: BaseModel | dict[str, Any] | str) -> str:
    plain = request.model_dump(mode="json") if isinstance(request, BaseModel) else request
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


async def once(
    request: Request, response: Response, idempotency_key: Annotated[str | None, Header()] = None
) -> OnceRunner:
    """A request without a key is refused before anything is done for it. Errors: KeyMissing."""
    if idempotency_key is None or not VISIBLE.fullmatch(idempotency_key):
        raise KeyMissing()
    return OnceRunner(request, response, idempotency_key)


WHERE_KEYED = "A fresh random word, if whoever repeats the request is to be told the first answer"


async def once_if_keyed(
    request: Request,
    response: Response,
    idempotency_key: Annotated[str | None, Header(description=WHERE_KEYED)] = None,
) -> OnceRunner:
    """A change of what is there needs no key. With one, whoever lost the answer is told it again, instead of that the
    change does not fit any more. Errors: KeyMissing for one that is no key."""
    return (
        OnceRunner(request, response, "") if idempotency_key is None else await once(request, response, idempotency_key)
    )


Once = Annotated[OnceRunner, Depends(once)]
OnceIfKeyed = Annotated[OnceRunner, Depends(once_if_keyed)]
