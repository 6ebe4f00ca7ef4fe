from typing import Literal

from chassis.schemas import Schema

Kind = Literal["refuge", "hmo", "hostel", "care_home", "ordinary"]


class PremisesRequest(Schema):
    kind: Kind


class PremisesWritten(Schema):
    """The answer names no address."""

    status: str
    etag: str
