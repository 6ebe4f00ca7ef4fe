"""Scopes: what a token may let its holder do."""

from typing import ClassVar

from vocabulary.feeds import FEEDS
from vocabulary.programs import PROGRAMS
from vocabulary.source import Entry, check_entries, expect_known, read_table


class Scope(Entry):
    """Shape: the routes of `program` ask for it; a `reserved` one is held by the platform's programs alone. One that
    `tells` something is OpenID Connect's: for it a client is told these claims about whoever signs in through it. One
    administrator alone lets a client have those that are given `alone`."""

    source: ClassVar[str] = "scopes"

    program: str
    reserved: bool = False
    tells: tuple[str, ...] = ()
    alone: bool = False


PUSH_PROGRAM = "families"
"""Whose routes ask for the scopes of the feeds."""

_PUSHES = {feed.scope: {"program": PUSH_PROGRAM, "alone": True} for feed in FEEDS.values()}

SCOPES = check_entries(Scope, read_table(Scope.source) | _PUSHES)
"""By code, those of the feeds among them."""

RESERVED = frozenset(scope.code for scope in SCOPES.values() if scope.reserved)
"""No administrator can grant these."""

OPENID = frozenset(scope.code for scope in SCOPES.values() if scope.tells)
"""Scopes for which a client is told who signed in; they are no role's."""

ALONE = frozenset(scope.code for scope in SCOPES.values() if scope.alone)
"""Scopes that a client is given by one administrator alone; for every other one it takes two."""

for _scope in SCOPES.values():
    expect_known(_scope, "program", [_scope.program], PROGRAMS)
for _program in PROGRAMS.values():
    expect_known(_program, "client_scopes", _program.client_scopes, SCOPES)
