from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from chassis.schemas import Schema, WholeNumber


def _consecutive(year: str) -> str:
    year = year.replace("-", "/")
    if (int(year[:4]) + 1) % 100 != int(year[5:]):
        raise PydanticCustomError("financial_year", "Should be a financial year such as 2017/18")
    return year


Year = Annotated[str, Field(pattern=r"^20[0-9]{2}[/-][0-9]{2}$"), AfterValidator(_consecutive)]
"""A financial year: `2017/18`, or `2017-18` where a slash is in the way."""


class TargetRequest(Schema):
    families: WholeNumber = Field(ge=0, lt=1_000_000, description="How many families are paid for in the year")
    cumulative: WholeNumber = Field(ge=0, lt=1_000_000, description="The same from the framework's first year on")


class TargetView(Schema):
    framework: str
    year: str
    families: int
    cumulative: int
    etag: str


class TargetList(Schema):
    items: list[TargetView]
    next: str | None = None
