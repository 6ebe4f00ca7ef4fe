"""A setting that is wrong is named for who starts the program, and what it held is told to nobody."""

import pytest

from claims.settings import ClaimsSettings

PASSWORD = "Hunter2Hunter2"
STORE = f"postgresql+psycopg://claims:{PASSWORD}@db/claims"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ({"PROFILE": "production", "DATABASE_URL": STORE}, ["CLAIMS_KAFKA_SERVERS must be set"]),
        ({"PORT": "70000", "THREADS": PASSWORD}, ["CLAIMS_PORT: ", "CLAIMS_THREADS: "]),
        ({"PROFILE": PASSWORD}, ["CLAIMS_PROFILE: Input should be 'embedded' or 'production'"]),
        ({"DATABASE_URL": f"claims:{PASSWORD}@db"}, ["CLAIMS_DATABASE_URL: should be like postgresql+psycopg://"]),
        ({"DATABASE_URL": STORE.replace("db/", "db:port/")}, ["CLAIMS_DATABASE_URL: should be like"]),
        ({"DATABASE_URL": STORE.replace("postgresql+psycopg", "mysql")}, ["CLAIMS_DATABASE_URL: should be like"]),
    ],
)
def test_each_wrong_setting_has_a_line_with_its_name_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, str], told: list[str]
) -> None:
    for name, value in names.items():
        monkeypatch.setenv(f"CLAIMS_{name}", value)
    with pytest.raises(SystemExit) as ended:
        ClaimsSettings.with_prefix()
    said = str(ended.value)
    assert said.count("\n") + 1 == len(told)
    assert all(words in line for words, line in zip(told, sorted(said.splitlines()), strict=True))
    assert PASSWORD not in said


def test_settings_that_are_made_in_code_do_not_show_what_they_held_either() -> None:
    with pytest.raises(ValueError, match="must be set") as refused:
        ClaimsSettings(profile="production", database_url=STORE)
    assert PASSWORD not in str(refused.value)


def test_both_kinds_of_store_are_known() -> None:
    assert ClaimsSettings(database_url=STORE).store_url == STORE
    assert ClaimsSettings(database_url="sqlite:////tmp/claims.sqlite3").store_url.startswith("sqlite:")
