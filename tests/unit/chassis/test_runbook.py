"""The commands of the runbooks in docs/operations.md do what is said there."""

import io
import re
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from chassis.cli import main
from chassis.db import new_id
from fixtures.footing import ON_PRODUCTION, Production
from fixtures.platform import logging_to
from fixtures.stack import Programs

DOCUMENT = (Path(__file__).parents[3] / "docs/operations.md").read_text()


def block(heading: str, language: str) -> str:
    """The first block of code behind these words."""
    found = re.search(rf"```{language}\n(.*?)```", DOCUMENT[DOCUMENT.index(heading) :], re.DOTALL)
    assert found, f"nothing to run is said of {heading}"
    return found[1]


def test_parked_events_are_handled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = re.fullmatch(r"python -m chassis\.cli (\w+) (\w+)\n", block("**Events were parked.**", "sh"))
    assert said
    program, command = said.groups()
    monkeypatch.setenv(f"{program.upper()}_VAR", str(tmp_path))
    with logging_to(io.StringIO()):
        assert main([program, "migrate"]) == 0
        assert main([program, command]) == 0


@ON_PRODUCTION
def test_a_database_with_one_role_is_handed_over(
    programs: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    footing = programs.footing
    assert isinstance(footing, Production)
    name, server = f"old_{new_id().hex}", footing.server
    role, owner = sql.Identifier(name), sql.Identifier(f"{name}-owner")
    server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'running'").format(role))
    server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
    url = make_url(footing.address(name)).set(username=name, password="running")
    monkeypatch.setenv("CONSENT_VAR", str(tmp_path))
    monkeypatch.setenv("CONSENT_SECRETS", str(tmp_path))
    monkeypatch.setenv("CONSENT_DATABASE_URL", url.render_as_string(hide_password=False))
    plain = url.set(drivername="postgresql")
    try:
        with logging_to(io.StringIO()):
            assert main(["consent", "migrate"]) == 0
            lines = block("**A database of a release before this**", "sql").replace("families", name)
            before, inside = lines.replace("'…'", "'owning'").split(f"\\c {name}\n")
            server.execute(before)
            administrator = make_url(footing.address(name)).set(drivername="postgresql")
            with psycopg.connect(administrator.render_as_string(hide_password=False), autocommit=True) as connection:
                for statement in filter(None, inside.split(";\n")):
                    connection.execute(statement)
            (tmp_path / "consent.owner").write_text("owning")
            monkeypatch.setenv("CONSENT_DATABASE_OWNER", f"{name}-owner")
            assert main(["consent", "migrate"]) == 0
        with psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True) as running:
            assert running.execute("SELECT count(*) FROM sharing").fetchone() == (0,)
            running.execute("DELETE FROM outbox")
            for refused in ("DELETE FROM sharing", "DROP TABLE outbox", "DROP TABLE sharing"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    running.execute(refused)
    finally:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(role))
        server.execute(sql.SQL("DROP ROLE IF EXISTS {}, {}").format(role, owner))
