"""The pages of signing in: plain HTML, no script, readable by everybody and everything."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import HTMLResponse

from chassis.pages.html import load_templates, name_style

_pages = load_templates(Path(__file__).with_name("templates"))
_style = Path(__file__).with_name("templates").joinpath("style.css").read_text()


@dataclass(frozen=True)
class Fault:
    """One line of the error summary, and the field that it belongs to, if any."""

    text: str
    field: str | None = None


WRONG = [Fault("The email address or the password is not right", "email")]
"""The same for an unknown address, a wrong password and a closed account."""


def sign_in(
    *,
    client: str,
    csrf: str,
    redirect_uri: str,
    email: str = "",
    faults: list[Fault] | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The form. Its action is left out, so it goes where the page came from, under any ingress prefix."""
    text = _pages.get_template("sign_in.html").render(
        client=client, csrf=csrf, email=email, faults=faults or [], style=_style
    )
    return HTMLResponse(text, status, headers=_headers(redirect_uri))


def dead_end(text: str, status: int = 400) -> HTMLResponse:
    """When there is no address to send anybody back to."""
    page = _pages.get_template("dead_end.html").render(text=text, style=_style)
    return HTMLResponse(page, status, headers=_headers(None))


def _headers(redirect_uri: str | None) -> dict[str, str]:
    # Browsers hold a form's redirects to form-action too, so the client's own address must stand in it.
    onward = ""
    if redirect_uri:
        parts = urlsplit(redirect_uri)
        onward = f" {parts.scheme}://{parts.netloc}"
    policy = (
        f"default-src 'none'; style-src {name_style(_style)}; form-action 'self'{onward}; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Frame-Options": "DENY",
        # Not no-referrer: with it browsers send `Origin: null` with the form.
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
