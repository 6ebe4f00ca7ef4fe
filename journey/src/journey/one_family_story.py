"""Prints the story of one family, and where the platform can be explored."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from journey.console import Console, counted, pounds
from journey.platform import Addresses, write_token_command
from journey.seeding import CREDENTIALS, iso
from journey.story import Outcome
from sandbox import actors
from sandbox.calendar import IDENTIFIED_ON
from sandbox.truth import FEE_PENCE, FamilyTruth
from vocabulary.categories import CATEGORIES
from vocabulary.programs import PROGRAMS
from vocabulary.purposes import PURPOSES
from vocabulary.roles import ROLES

FAMILY_ROLES = {"child": "child", "adult": "adult at home", "non_resident_parent": "parent who lives elsewhere"}
NEEDS = {
    "attendance": "school attendance: more than 10 % absence over three terms",
    "crime_asb": "crime and anti-social behaviour: an incident with consequences within a year",
    "work": "work: an adult on an out-of-work benefit",
}
HOW = {
    "identifier": "by an identifier",
    "score": "by name, birthday and address together",
    "new": "as the first of its person",
    "review": "by the analyst's decision",
}
ROUTES = {
    "significant_and_sustained_progress": "every need stayed resolved for its whole period",
    "continuous_employment": "an adult stayed in work",
}


def tell_family_story(outcome: Outcome, console: Console) -> None:
    """Print the story of one family, from what the platform answers to the people who may see it."""
    chosen = choose_family(outcome)
    if chosen is None:
        return
    console.print_line()
    for line in story_lines(outcome, chosen):
        console.print_line(line)


def choose_family(outcome: Outcome) -> FamilyTruth | None:
    """A family with a clean recovery, best one whose team has partners from other services."""
    paid = [truth for truth in outcome.borough.truth.families.values() if truth.pence]
    shared = {
        family.id
        for family in outcome.borough.families.values()
        if any(consent.recipient == "housing" for consent in family.consents)
    }
    return max(paid, key=lambda truth: (truth.story == 1, truth.family in shared), default=None)


def story_lines(outcome: Outcome, due: FamilyTruth) -> Iterator[str]:
    api, cast, register = outcome.api, outcome.cast, outcome.register
    family = register.family_id(due.family)
    support = outcome.borough.families[due.family].support
    assert family and support
    lead = cast[support.lead_professional]
    view = api.get(lead, "families", f"/v1/families/{family}")
    people = [member["person"] for member in view["members"]]
    yield f"One family in plain words ({family})"
    yield "  Who is in it, as its lead professional may see"
    for member in view["members"]:
        name, role = member.get("name", "somebody"), FAMILY_ROLES[member["role"]]
        yield f"    {name}, {role}, in the records since {member['from']}"
    ana = cast["ana"]
    found = api.get(ana, "claims", f"/v1/families/{family}/eligibility", as_at=iso(IDENTIFIED_ON))
    yield f"  Why it was found, as at {IDENTIFIED_ON}"
    for criterion in found["criteria"]:
        if criterion["verdict"] == "met":
            yield f"    {NEEDS.get(criterion['criterion'], criterion['criterion'])}"
    links = [link for person in people for link in api.get(ana, "families", f"/v1/people/{person}/links")["items"]]
    by = Counter(HOW.get(link["how"], link["how"]) for link in links)
    sources = sorted({service_name(link["source"]) for link in links})
    yield f"  How it was put together: {counted(len(links), 'record')} from {', '.join(sources)}"
    yield f"    {', '.join(f'{number} {how}' for how, number in by.most_common())}"
    yield "  What was done"
    named = next(user.name for user in actors.USERS if user.username == support.lead_professional)
    yield f"    agreed to be supported on {support.agreement_on}; lead professional {named}"
    yield f"    assessed on {support.assessment_on}; plan agreed on {support.plan_on}: attached on {due.attached_on}"
    yield "  Who saw what (each sharing decided and logged)"
    yield from sharing_lines(outcome, people)
    yield "  What it earned"
    for claim in api.get(cast["clare"], "claims", "/v1/claims", family=family)["items"]:
        reason = ROUTES.get(claim["type"], "withheld")
        yield f"    {pounds(claim['pence'])}: {reason}, reached on {claim['result_date']}, {claim['status']}"
    yield f"    attachment counts towards its year's fees ({pounds(FEE_PENCE)} a family up to the target)"


def sharing_lines(outcome: Outcome, people: list[str]) -> Iterator[str]:
    """The sharing log about these people, summed up by who saw what for which purpose."""
    seen: Counter[tuple[str, str, str]] = Counter()
    what: dict[tuple[str, str, str], dict[str, set[str]]] = {}
    for person in people:
        for row in outcome.api.pages(outcome.cast["iris"], "consent", "/v1/sharing-log", person=person):
            roles = " and ".join(ROLES[role].name.lower() for role in row["roles"])
            who = (row["service"], roles or row["client"], row["purpose"])
            seen[who] += 1
            sources = what.setdefault(who, {}).setdefault(row["category"], set())
            sources.add(service_name(row["source"]))
    for who, number in seen.most_common():
        service, role, purpose = who
        aim = PURPOSES[purpose].name.lower()
        yield f"    {service_name(service)}, {role}, to {aim} ({counted(number, 'sharing')})"
        shown = (
            f"{CATEGORIES[category].name.lower()} ({', '.join(sorted(sources))})"
            for category, sources in sorted(what[who].items())
        )
        yield f"      {'; '.join(shown)}"


def service_name(code: str) -> str:
    return next((service.name for service in actors.SERVICES if service.code == code), code)


def print_addresses(where: Addresses, var: Path, console: Console) -> None:
    """Where the programs answer, and who may sign in."""
    console.print_line()
    console.print_line(f"The platform: its first page is {where.url('gateway')}/")
    for program in PROGRAMS:
        path = "/graphql" if program == "gateway" else "/openapi.json"
        console.print_line(f"  {program:9} {where.url(program)}{path}")
    console.print_line(f"  the sandbox's people and clients with their passwords and secrets: {var / CREDENTIALS}")
    console.print_line(f"  a token for one of them: {write_token_command(var)}")
    console.print_line()
