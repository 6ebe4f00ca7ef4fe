from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.schemas import Schema, WholeNumber

YEARS = "|".join(f"{year:02}[/-]{(year + 1) % 100:02}" for year in range(100))


def _with_slash(year: str) -> str:
    return year.replace("-", "/")


Year = Annotated[str, Field(pattern=f"^20({YEARS})$"), AfterValidator(_with_slash)]
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
