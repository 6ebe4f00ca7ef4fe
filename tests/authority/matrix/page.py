"""`docs/authority.md`: the tables of this folder, as a governance officer reads them. `make authority` writes it."""

from collections.abc import Iterator
from pathlib import Path

from authority.matrix.oracle import EVERY, PROGRAMS, Act, Kind, Oracle, read_oracle
from vocabulary.roles import ROLES

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "authority.md"
TITLES = {
    "identity": "Accounts, roles and signing in",
    "families": "Families, people and safeguarding",
    "consent": "Agreements, consents and the sharing log",
    "claims": "Claims and money",
    EVERY: "What every program shows to all",
}
HEAD = """# Who may do what

Made by `make authority` from the tables in `tests/authority/matrix`; edit those. They were written from the pages that
each part names, and from no code. `tests/authority/test_matrix.py` asks every act here as everybody whom the tables
know, over HTTP, and a route that stands in no table fails `tests/contract/test_authority_page.py`.

How to read it:

- Each part is a *kind of act*: roles that do such a thing at all, somewhere. Whoever asks with none of these roles
  lacks the scope, and is answered 403.
- *Who may* says who of them may do it **here**: about this family, this person, this agreement. All others of the
  kind are answered like somebody who asks for what does not exist: the same 404, byte for byte, or a list without it.
- A role counts only in a service that may hold it (`services/vocabulary/src/vocabulary/data/roles.toml`). A token that
  says otherwise opens nothing.
- A machine does what its row says and nothing else, whatever scopes an administrator granted to it.
- That somebody may do an act does not say that they alone may complete it: what protects people, and what lets money
  go, takes a second person ([ADR 28](adr/0028-the-auditors-nonce.md),
  [ADR 30](adr/0030-two-people-lower-protection.md)).
- What of a family or person is then *shown* is decided field by field, by agreements, consents and protections
  ([sources/sharing.md](sources/sharing.md)).

The examples are those of the test's town: the police and the programme have an agreement; the family lives in the area
of its coordinator, is led by early help, and has housing on its team.
"""


def render(oracle: Oracle) -> str:
    return "\n".join([HEAD, *_parts(oracle)]).rstrip("\n") + "\n"


def _parts(oracle: Oracle) -> Iterator[str]:
    for program in (*PROGRAMS, EVERY):
        yield f"## {TITLES[program]}\n"
        acts = [act for act in oracle.acts if act.program == program]
        for name in dict.fromkeys(act.kind.name for act in acts):
            kind = oracle.kinds[name]
            yield f"### {kind.words[0].upper()}{kind.words[1:]}\n"
            yield f"{_roles(oracle, kind)} Source: [{kind.because}]({_link(kind.because)}).\n"
            yield "| act | who may | route |"
            yield "|---|---|---|"
            rows = (f"| {act.says} | {_who(oracle, act)} | `{act.written}` |" for act in acts if act.kind.name == name)
            yield from dict.fromkeys(rows)
            yield ""


def _roles(oracle: Oracle, kind: Kind) -> str:
    if kind.open:
        return "No token is asked for."
    if kind.everybody:
        return "Everybody who is signed in, people and machines."
    doing = [ROLES[role].name for role in sorted(kind.roles)]
    suppliers = oracle.groups["suppliers"]
    doing += [suppliers.words] if kind.machines >= {*suppliers.members} else []
    doing += [one.words for one in oracle.who.values() if one.name in kind.machines - {*suppliers.members}]
    return f"Done by: {'; '.join(doing) or 'nobody of these'}."


def _who(oracle: Oracle, act: Act) -> str:
    if act.kind.open:
        return "all"
    if act.kind.everybody:
        return "whoever is signed in"
    words = [oracle.groups[name].words if name in oracle.groups else oracle.who[name].words for name in act.named]
    return "; ".join(words) or "nobody"


def _link(source: str) -> str:
    return source.removeprefix("docs/") if source.startswith("docs/") else f"../{source}"


if __name__ == "__main__":
    PAGE.write_text(render(read_oracle()))
