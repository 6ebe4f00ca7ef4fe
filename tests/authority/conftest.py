"""One town for all tests of this folder, on each footing: they add to it, and none undoes what another rests on.

How to write a test here:

- Act as somebody: `town.post("petra", "consent", "/v1/agreements", {...})`; the short names are `sandbox.actors.USERS`.
  A role or service that nobody there has: `town.hire("grace", "information_governance_officer", "school-nursing")`.
- Push rows: `town.push("school_attendance", attendance(upn=...), ...)`, with the rows of `unit.families.borough` and
  the identifiers of `sandbox.identifiers`. Use people, addresses and UPRNs of your own, since the town is shared, and
  look people up by a record of theirs: `town.person(key)`.
- `town.settle()` lets every program hear the others and work until it rests.
- One module a section, with a fixture of its own for what the section needs. Say what an attacker sends, what must be
  answered, and beside it what must still be allowed.
"""

import io
from collections.abc import Iterator

import pytest

from authority.town import Town, found_town
from fixtures.footing import Footing
from fixtures.platform import Platform, logging_to
from fixtures.stack import Programs


@pytest.fixture(scope="package")
def town(tmp_path_factory: pytest.TempPathFactory, footing: Footing) -> Iterator[Town]:
    programs, log = Programs(tmp_path_factory.mktemp("authority"), footing), io.StringIO()
    try:
        with logging_to(log):
            founded = found_town(Platform(programs, log))
        yield founded
    finally:
        programs.close()


@pytest.fixture(autouse=True)
def log_of_the_town(town: Town) -> Iterator[None]:
    """For the test alone: the town may live on for longer than this folder, and others' tests read the log as well."""
    with logging_to(town.platform.log):
        yield
