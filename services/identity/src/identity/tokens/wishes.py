"""Parameters of an authorization request that are not met here, each refused by the error of the text that defines it.

What is passed over in silence lets a client believe that it was done. What a text says may be passed over is, such as
`claims`, `display` and `login_hint`.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class UnmetWish:
    """Shape: `error` is the code of RFC 6749 or of a text that adds to it; `text` is for whoever writes the client."""

    error: str
    text: str


NO_RESOURCE = UnmetWish("invalid_target", "Tokens are for the whole platform: leave out resource (RFC 8707).")
NOT_OFFERED = {
    "request": UnmetWish("request_not_supported", "Send the parameters themselves, not a request object (RFC 9101)."),
    "request_uri": UnmetWish("request_uri_not_supported", "Send the parameters themselves, not an address (RFC 9101)."),
    "registration": UnmetWish("registration_not_supported", "Clients are registered by an administrator."),
    "resource": NO_RESOURCE,
}
PROMPTS = ("none", "login", "select_account")
"""What `prompt` may ask for. Everybody signs in anew each time, by whichever account, so two of them are always met."""


def find_unmet_wish(parameters: Mapping[str, str]) -> UnmetWish | None:
    """The first of what is asked and not met. Source: OpenID Connect Core 3.1.2.1, 3.1.2.6; RFC 9101; RFC 8707."""
    for name, wish in NOT_OFFERED.items():
        if name in parameters:
            return wish
    if parameters.get("response_mode", "query") != "query":
        return UnmetWish("invalid_request", "Only the response mode query is offered.")
    if not (parameters.get("max_age") or "0").isdecimal():
        return UnmetWish("invalid_request", "max_age should be a number of seconds.")
    return _find_unmet_prompt(parameters.get("prompt", "").split())


def _find_unmet_prompt(prompts: list[str]) -> UnmetWish | None:
    if "consent" in prompts and "none" not in prompts:
        return UnmetWish("consent_required", "Nobody is asked for consent here: leave out prompt.")
    if "none" in prompts and len(prompts) > 1:
        return UnmetWish("invalid_request", "prompt=none cannot be asked with another prompt.")
    if any(prompt not in PROMPTS for prompt in prompts):
        return UnmetWish("invalid_request", "This prompt is not known here.")
    if prompts == ["none"]:
        return UnmetWish("login_required", "Nobody is signed in here before they have filled in the page.")
    return None
