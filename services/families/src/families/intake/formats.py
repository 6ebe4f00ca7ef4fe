"""The formats in which a feed can be sent: how each is cut into lines at the door, and read in the background."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from chassis.problems import WrongContentType
from families.feeds.catalogue import MEDIA_TYPES, Feed
from families.feeds.lines import LineFault
from families.intake import csvfile, ndjson
from families.intake.pieces import FilePlan

Reader = Callable[
    [bytes, int, int, Sequence[str], Feed, Mapping[str, Any]], Iterator[tuple[int, dict[str, str] | list[LineFault]]]
]


@dataclass(frozen=True)
class Format:
    """`make_plan` cuts a file into pieces, `read_piece` a piece into lines: cells by column, or what is wrong."""

    make_plan: Callable[..., FilePlan]
    read_piece: Reader


FORMATS = {
    "csv": Format(csvfile.make_plan, csvfile.read_piece),
    "ndjson": Format(ndjson.make_plan, ndjson.read_piece),
}


def format_of(request: Request) -> str:
    """Which format the body is in, by its media type. Errors: WrongContentType."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise WrongContentType(accepts=list(MEDIA_TYPES))
    return MEDIA_TYPES[media_type]


BodyFormat = Annotated[str, Depends(format_of)]
"""Stands before the body in a route's signature: what cannot be read is not taken in first."""
