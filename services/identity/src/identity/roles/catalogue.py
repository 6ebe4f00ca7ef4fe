"""What the vocabulary's roles and scopes mean for tokens."""

from collections.abc import Iterable

from vocabulary.roles import ROLES
from vocabulary.scopes import RESERVED, SCOPES

GRANTABLE = frozenset(SCOPES) - RESERVED
"""What an administrator can grant to a client."""


def scopes_of(roles: Iterable[str]) -> list[str]:
    """The union of what the roles may do, in order. A role that left the vocabulary may do nothing."""
    return sorted({scope for code in roles if (role := ROLES.get(code)) for scope in role.scopes})


def lets_sign(role: str) -> bool:
    """Whether people of a role sign agreements for their agency: an officer's."""
    return (known := ROLES.get(role)) is not None and "agreements:sign" in known.scopes


def purposes_of(roles: Iterable[str]) -> list[str]:
    """The purposes of the roles, in the roles' own order, each once."""
    found = [purpose for code in roles if (role := ROLES.get(code)) for purpose in role.purposes]
    return list(dict.fromkeys(found))
