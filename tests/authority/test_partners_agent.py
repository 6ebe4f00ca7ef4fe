"""A partner's own program, thinkfamily-agent, brings files in by the partner's credential, and rows to look at back."""

import os
from pathlib import Path

import pytest

from authority.town import Town
from fixtures.tokens import ISSUER
from sandbox import actors
from sandbox.identifiers import upn
from thinkfamily_agent.__main__ import main
from thinkfamily_agent.receipts import Receipts
from thinkfamily_agent.tables import read_table
from unit.families.borough import attendance, csv_of

FEED = "school_attendance"
NAME = "attendance_2016-09-01_2016-12-31.csv"
LOOK, AGAIN = 1, 2


@pytest.fixture
def home(town: Town, tmp_path: Path) -> Path:
    """The agent's folder at the school, with its settings and an empty folder of exports."""
    client = actors.client_of(FEED).code
    (tmp_path / "secret.txt").write_text(f"{town.clients[client][1]}\n")
    (tmp_path / "exports").mkdir()
    (tmp_path / "thinkfamily-agent.toml").write_text(
        f'platform = "{town.platform["families"].url}"\nissuer = "{ISSUER}"\n'
        f'token_endpoint = "{town.platform["identity"].url}/oauth/token"\n'
        f'client_id = "{client}"\nsecret_file = "secret.txt"\nsettled = 0\n'
        f'[[feed]]\nname = "{FEED}"\nfolder = "exports"\narea = "thornbury"\n'
        r"files = 'attendance_(?P<from>\d{4}-\d{2}-\d{2})_(?P<to>\d{4}-\d{2}-\d{2})\.csv'" + "\n"
    )
    return tmp_path


def run(home: Path, *words: str) -> int:
    """The agent, as its scheduled task starts it; the platform works only between two rounds, so none waits for it."""
    return main(["--settings", str(home / "thinkfamily-agent.toml"), *words])


def test_a_file_goes_in_once_and_its_report_comes_back_on_its_rows(
    town: Town, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, other = (attendance(upn(9000, 9, number), forename=name) for number, name in ((1, "Ada"), (2, "Ben")))
    bad = attendance("X00", forename="Cleo")
    (home / "exports" / NAME).write_text(csv_of(FEED, [good, bad, other]), "utf-8")
    assert run(home, "check", FEED, str(home / "exports" / NAME)) == 0

    assert run(home, "run", "--patience", "0") == AGAIN
    [receipt] = Receipts(home / "receipts").list_all()
    assert receipt.push and receipt.state == "received" and (home / "exports" / NAME).exists()
    # The machine went off after the file was sent and before the answer was written down: it is sent again.
    Receipts(home / "receipts").keep(receipt, state="sending", push=None)
    assert run(home, "run", "--patience", "0") == AGAIN
    [again] = Receipts(home / "receipts").list_all()
    assert again.push == receipt.push

    town.settle()
    assert run(home, "run") == LOOK
    [over] = Receipts(home / "receipts").list_all()
    assert (over.state, over.counts) == ("finished", {"recorded": 2, "unchanged": 0, "held": 0, "refused": 1})
    assert [path.name for path in (home / "exports").iterdir()] == ["done"]
    marked = read_table(home / "exports" / "done" / NAME.replace(".csv", ".marked.csv"))
    assert marked and len(marked.rows) == 2
    heading, row = (dict(zip(marked.rows[0][1], cells, strict=True)) for _, cells in marked.rows)
    assert (row["forename"], row["thinkfamily_outcome"], row["thinkfamily_column"]) == ("Cleo", "refused", "upn")
    assert heading and row["thinkfamily_what_to_do"]
    assert "Ada" not in (home / "receipts" / f"{over.key}.json").read_text()
    assert not {"Ada", "Ben", "Cleo"} & set(capsys.readouterr().out.split())

    # The same file, dropped once more, is nothing new; a file of another area is refused with the field to mend.
    (home / "exports" / "done" / NAME).rename(home / "exports" / NAME)
    assert run(home, "run") == 0 and "was sent before" in capsys.readouterr().out
    settings = home / "thinkfamily-agent.toml"
    settings.write_text(settings.read_text().replace('area = "thornbury"', 'area = "atlantis"'))
    (home / "exports" / "done" / NAME).rename(home / "exports" / NAME)
    assert run(home, "run") == LOOK
    assert "/query/area" in (home / "exports" / "refused" / f"{NAME}.txt").read_text()


def test_a_client_reaches_nothing_by_its_agent_that_it_may_not(
    town: Town, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = home / "thinkfamily-agent.toml"
    settings.write_text(settings.read_text().replace(f'name = "{FEED}"', 'name = "benefits"'))
    (home / "exports" / NAME).write_text("x\n")
    os.utime(home / "exports" / NAME, (0, 0))
    assert run(home, "run") == LOOK
    assert "push:benefits" in (home / "exports" / "refused" / f"{NAME}.txt").read_text()
    (home / "secret.txt").write_text("not-it")
    assert run(home, "resume", "0190") == 3 and "gets no token (invalid_client)" in capsys.readouterr().err
