"""Plain HTML pages: one style sheet, no script unless a page says which, nothing from another site."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).with_name("templates")
STYLE = TEMPLATES.joinpath("style.css").read_text()
HTML, JSON = "text/html", "application/json"


def name_style(style: str) -> str:
    """How a page's policy names the one style sheet that stands in it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def load_templates(*folders: Path) -> "Environment":
    """The templates in these folders, the first that has one before the others; what is put in is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # most processes show no page

    return Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


PLAIN = {"style-src": name_style(STYLE)}


class Pages:
    """The pages in a folder of templates. Each extends `layout.html` and fills `title` and `main`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _pages(self) -> "Environment":
        return load_templates(self._folder, TEMPLATES)

    def render(
        self, template: str, *, status: int = 200, policy: Mapping[str, str] = PLAIN, **values: Any
    ) -> HTMLResponse:
        """A page. Shape: `policy` says what of this site the page may load; all else is forbidden to it."""
        text = self._pages.get_template(template).render(style=STYLE, **values)
        rules = {"default-src": "'none'", "frame-ancestors": "'none'", "base-uri": "'none'", **policy}
        headers = {
            "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in rules.items()),
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Vary": "Accept",
        }
        return HTMLResponse(text, status, headers)


def wants_page(request: Request) -> bool:
    """Whether a browser asks: what is served is JSON unless HTML is named before it in `Accept`."""
    accepted = [one.partition(";")[0].strip().lower() for one in request.headers.get("accept", "").split(",")]
    return HTML in accepted and (JSON not in accepted or accepted.index(HTML) < accepted.index(JSON))
