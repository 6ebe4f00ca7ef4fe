from typing import Literal

from pydantic import Field

from chassis.schemas import Schema


class HeadView(Schema):
    """A signed head. Units: `at` in milliseconds since 1970. Shape: hashes, signature and key in hex."""

    log: str
    size: int
    at: int
    root: str
    signature: str = Field(description="ECDSA on P-256 with SHA-256, in DER, over RFC 6962 §3.5 of time, size and root")
    public_key: str = Field(description="SubjectPublicKeyInfo, in DER")


class PresentHead(Schema):
    head: HeadView | None = Field(description="Null while nothing has been logged")
    waiting: int = Field(description="Leaves that have no position in the tree yet")


class SeenHeadView(HeadView):
    """A head as this program heard it from another one."""

    verdict: Literal["consistent", "not_signed", "other_key", "rolled_back", "forked", "not_proved"]


class SeenHeads(Schema):
    items: list[SeenHeadView]


class InclusionProof(Schema):
    """That a leaf stands in the tree (RFC 9162 §2.1.3). Shape: `leaf` and `path` are hashes in hex, lowest first."""

    position: int
    size: int
    leaf: str
    path: list[str]


class ConsistencyProof(Schema):
    """That one tree only adds to another (RFC 9162 §2.1.4)."""

    first: int
    second: int
    path: list[str]
