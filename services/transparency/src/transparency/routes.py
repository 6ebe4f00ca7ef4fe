"""The doors of a log: its head, proofs, heads of other logs, and whether it is whole."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.responses import JSONResponse
from sqlalchemy import select

from chassis.auth import Caller, require
from chassis.db import ReadSession
from chassis.runtime import Runtime
from chassis.schemas import Code
from transparency.checking import spot_check
from transparency.leaves import StoredNodes
from transparency.log import Log
from transparency.merkle import Tree
from transparency.problems import NotInTheTree
from transparency.schemas import ConsistencyProof, HeadView, InclusionProof, PresentHead, SeenHeads, SeenHeadView
from transparency.sequencer import LAST_HEAD, MERGE_DELAY, count_waiting_leaves
from transparency.tables import LogLeaf
from transparency.witness import list_seen

HEALTH = "/health/log"
LOOK_AGAIN = 5.0
"""Seconds for which the answer of `/health/log` stands: the door is open, and the look is not for nothing."""
ReadTransparency = Annotated[Caller, Depends(require("transparency:read"))]
Size = Annotated[int, Query(ge=1, le=1 << 40, description="Leaves of the tree")]
_leaf = LogLeaf.__table__
NOT_IN_THE_TREE: dict[int | str, dict[str, Any]] = {404: {"description": "Not in the tree"}}


def make_router(log: Log) -> APIRouter:
    """What other agencies and auditors ask a log. Nothing here tells what was logged."""
    router = APIRouter(prefix="/v1/transparency", tags=["transparency"])

    @router.get("/head")
    def show_head(caller: ReadTransparency, session: ReadSession) -> PresentHead:
        """The last signed head. Keep it: a later tree must be able to prove that it only adds to it."""
        head = session.execute(LAST_HEAD).first()
        return PresentHead(head=_view(log.program, head) if head else None, waiting=count_waiting_leaves(session))

    @router.get("/seen-heads")
    def list_seen_heads(
        caller: ReadTransparency,
        session: ReadSession,
        of: Annotated[Code, Query(alias="log", description="Whose heads: the name of a program")],
        larger_than: Annotated[
            int | None, Query(ge=1, le=1 << 40, description="Only of more leaves than these")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 500,
    ) -> SeenHeads:
        """Heads of a log as this program heard them, by size."""
        return SeenHeads(items=[_seen_view(row) for row in list_seen(session, of, larger_than or 0, limit)])

    @router.get("/inclusion-proof", responses=NOT_IN_THE_TREE)
    def prove_inclusion(
        position: Annotated[int, Query(ge=0, le=1 << 40)], size: Size, caller: ReadTransparency, session: ReadSession
    ) -> InclusionProof:
        """That the leaf at a position is under the head of a size."""
        tree = _tree_of(session, size)
        leaf = session.scalar(select(_leaf.c.hash).where(_leaf.c.position == position))
        if leaf is None or position >= size:
            raise NotInTheTree()
        path = [step.hex() for step in tree.prove_inclusion(position, size)]
        return InclusionProof(position=position, size=size, leaf=leaf.hex(), path=path)

    @router.get("/consistency-proof", responses=NOT_IN_THE_TREE)
    def prove_consistency(
        first: Size, second: Size, caller: ReadTransparency, session: ReadSession
    ) -> ConsistencyProof:
        """That the tree of `second` leaves only adds to the one of `first`."""
        tree = _tree_of(session, second)
        if first > second:
            raise NotInTheTree()
        path = [step.hex() for step in tree.prove_consistency(first, second)]
        return ConsistencyProof(first=first, second=second, path=path)

    return router


def add_health(app: FastAPI, runtime: Runtime, log: Log) -> None:
    """Answer at `/health/log` whether the log is whole. It is apart from readiness: to look at families must go on."""
    looked: dict[str, Any] = {"at": float("-inf"), "faults": []}

    @app.get(HEALTH, tags=["operations"])
    def log_health() -> JSONResponse:
        """Whether head and store agree: 503 when they do not, with what was found. Rows are counted, and not shown."""
        if time.monotonic() - looked["at"] > runtime.state.get("look_again", LOOK_AGAIN):
            merge_delay = runtime.state.get("merge_delay", MERGE_DELAY)
            with runtime.read() as session:
                faults, waiting = spot_check(session, log, merge_delay), count_waiting_leaves(session)
            looked.update(faults=faults, waiting=waiting, at=time.monotonic())
        faults = looked["faults"]
        found = {"status": "broken" if faults else "whole", "waiting": looked["waiting"], "faults": faults}
        return JSONResponse(found, status_code=503 if faults else 200)


def _tree_of(session: Any, size: int) -> Tree:
    """Errors: NotInTheTree."""
    head = session.execute(LAST_HEAD).first()
    if head is None or size > head.size:
        raise NotInTheTree()
    return Tree(StoredNodes(session.connection()), head.size)


def _view(log: str, head: Any) -> HeadView:
    return HeadView(
        log=log,
        size=head.size,
        at=head.at,
        root=head.root.hex(),
        signature=head.signature.hex(),
        public_key=head.key.hex(),
    )


def _seen_view(row: Any) -> SeenHeadView:
    return SeenHeadView(**_view(row.log, row).model_dump(), verdict=row.verdict)
