"""The committed schema is the code's."""

from gateway.contract import PATH, sdl


def test_the_committed_schema_is_what_the_code_says() -> None:
    assert PATH.read_text() == sdl(), "Run `python -m gateway.contract`"


def test_everything_in_the_schema_says_what_it_is() -> None:
    text = sdl()
    for kind in ("type", "input", "interface"):
        undescribed = [
            line
            for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False)
            if line.startswith(f"{kind} ") and not before.endswith('"""')
        ]
        assert undescribed == []
