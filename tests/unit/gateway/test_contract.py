"""The committed schema is the code's."""

from pathlib import Path

from gateway.contract import PATH, schema_text, write_contract


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert PATH.read_text() == schema_text(), "Run `python -m gateway.contract`"


def test_the_contract_is_written_as_it_is_committed(tmp_path: Path) -> None:
    write_contract(tmp_path / "schema.graphql")
    assert (tmp_path / "schema.graphql").read_text() == PATH.read_text()


def test_everything_in_the_schema_says_what_it_is() -> None:
    text = schema_text()
    for kind in ("type", "input", "interface"):
        undescribed = [
            line
            for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False)
            if line.startswith(f"{kind} ") and not before.endswith('"""')
        ]
        assert undescribed == []
