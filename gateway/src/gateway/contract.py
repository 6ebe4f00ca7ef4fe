"""`python -m gateway.contract` writes `gateway/schema.graphql`, which a test compares with the code."""

from pathlib import Path

from gateway.schema import make_schema

PATH = Path(__file__).resolve().parents[2] / "schema.graphql"


def write_contract(path: Path = PATH) -> None:
    path.write_text(schema_text())


def schema_text() -> str:
    return make_schema().as_str() + "\n"


if __name__ == "__main__":
    write_contract()
