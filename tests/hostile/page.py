"""The sign-in page, as a browser meets it."""

import re

import httpx

SIGNING_IN = {
    "response_type": "code",
    "client_id": "portal",
    "redirect_uri": "http://127.0.0.1:8700/signed-in",
    "state": "x",
    "code_challenge": "A" * 43,
    "code_challenge_method": "S256",
}


def token_in(page: httpx.Response) -> str:
    """The page's own token, which its form sends back; empty where there is none."""
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    return found[1] if found else ""
