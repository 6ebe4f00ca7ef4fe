from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from chassis.auth import Caller, StatedPurpose, require
from chassis.db import TYPES, ReadSession, SharedWriteSession, WriteSession, new_id
from chassis.etag import IfMatch, etag
from chassis.events import Event, Received
from chassis.idempotency import Once
from chassis.outbox import emit
from chassis.paging import After, Limit, Page, read_cursor
from chassis.problems import NotFound
from chassis.program import Program
from chassis.reactions import Reactions
from chassis.runtime import TheRuntime
from chassis.schemas import Id, Line, PastDate, Schema, WholeNumber, Written
from chassis.settings import ServiceSettings
from chassis.spool import SpooledBody
from chassis.tables import (
    IdempotencyKeyMixin,
    InboxMixin,
    OutboxKeyMixin,
    OutboxMixin,
    ParkedEventMixin,
    PositionMixin,
)

ReadToys = Annotated[Caller, Depends(require("toys:read"))]
WriteToys = Annotated[Caller, Depends(require("toys:write"))]


class Base(DeclarativeBase):
    type_annotation_map = TYPES


class Outbox(OutboxMixin, Base):
    pass


class OutboxKey(OutboxKeyMixin, Base):
    pass


class Inbox(InboxMixin, Base):
    pass


class Position(PositionMixin, Base):
    pass


class ParkedEvent(ParkedEventMixin, Base):
    pass


class IdempotencyKey(IdempotencyKeyMixin, Base):
    pass


class Toy(Base):
    __tablename__ = "toy"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    lent: Mapped[int] = mapped_column(default=0)


class Heard(Base):
    __tablename__ = "heard"

    toy: Mapped[UUID] = mapped_column(primary_key=True)
    times: Mapped[int]


class ToyNotFound(NotFound):
    """There is no such toy that you may see. Check the id."""

    title = "Toy not found"


class ToyMade(Event):
    topic: ClassVar[str] = "toys.toy"
    name: ClassVar[str] = "toy.made"
    toy: UUID
    fails: bool = False

    @property
    def key(self) -> str:
        return str(self.toy)


class ToyRequest(Schema):
    name: Line
    weight: WholeNumber = Field(default=1, ge=1)
    made_on: PastDate | None = None
    owner: Id | None = None


class ToyView(Schema):
    id: Id
    name: str


router = APIRouter(prefix="/v1/toys")
reactions = Reactions()
mended = False


@reactions.on("toys.toy", "toy.made")
def hear(session: Session, events: Sequence[Received]) -> None:
    for event in events:
        if event.data["fails"] and not mended:
            raise ValueError("a toy called Secret-Name")
        heard = session.get(Heard, UUID(event.data["toy"]))
        if heard is None:
            session.add(Heard(toy=UUID(event.data["toy"]), times=1))
            session.flush()
        else:
            heard.times += 1


@router.post("", status_code=201)
def make(request: ToyRequest, caller: WriteToys, session: SharedWriteSession, once: Once) -> Written:
    def make_one() -> Written:
        toy = Toy(name=request.name)
        session.add(toy)
        session.flush()
        emit(session, ToyMade(toy=toy.id, fails=request.name == "breaks"))
        return Written(id=toy.id, status="made", etag=etag(1))

    return once(session, caller, request, make_one, "/v1/toys/{id}")


@router.get("")
def list_toys(caller: ReadToys, session: ReadSession, after: After = None, limit: Limit = 50) -> Page[ToyView]:
    position = read_cursor(after, "toys")
    query = select(Toy).order_by(Toy.id).limit(limit + 1)
    rows = list(session.scalars(query.where(Toy.id > UUID(position[0])) if position else query))
    return Page[ToyView].cut(rows, limit, name="toys", position=lambda toy: toy.id, view=ToyView.model_validate)


@router.get("/purpose")
def purpose(caller: ReadToys, purpose: StatedPurpose) -> dict[str, str]:
    return {"purpose": purpose}


@router.get("/broken")
def broken(caller: ReadToys) -> dict[str, str]:
    raise RuntimeError("Secret-Name")


@router.post("/weigh")
def weigh(caller: WriteToys, body: SpooledBody, runtime: TheRuntime) -> dict[str, object]:
    body.file.seek(0)
    names = [path.name for path in (runtime.settings.var / "spool").iterdir()]
    return {"size": body.size, "sha256": sha256(body.file.read()).hexdigest(), "names": names}


@router.get("/{toy_id}")
def show(toy_id: UUID, caller: ReadToys, session: ReadSession, response: Response) -> ToyView:
    toy = session.get(Toy, toy_id)
    if toy is None:
        raise ToyNotFound()
    response.headers["ETag"] = etag(toy.lent + 1)
    return ToyView.model_validate(toy)


@router.patch("/{toy_id}")
def rename(toy_id: UUID, request: ToyRequest, caller: WriteToys, session: WriteSession, match: IfMatch) -> Written:
    toy = session.get(Toy, toy_id)
    if toy is None:
        raise ToyNotFound()
    match.check(toy.lent + 1)
    toy.name, toy.lent = request.name, toy.lent + 1
    return Written(id=toy.id, status="renamed", etag=etag(toy.lent + 1))


@router.post("/{toy_id}/lend")
def lend(toy_id: UUID, caller: WriteToys, session: WriteSession) -> Written:
    """Reads, then writes what it read plus one: the classic lost update."""
    toy = session.get(Toy, toy_id)
    if toy is None:
        raise ToyNotFound()
    session.execute(update(Toy).where(Toy.id == toy_id).values(lent=toy.lent + 1))
    return Written(id=toy.id, status="lent")


class ToySettings(ServiceSettings):
    name: ClassVar[str] = "toys"


program = Program(
    name="toys",
    title="Toys",
    settings=ToySettings,
    base=Base,
    routers=[router],
    reactions=reactions,
    events=[ToyMade],
    stated_purposes=frozenset({"mending"}),
    package=__package__,
)
