"""Neighbourhood policing: incidents of the days covered, a line a person in them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from sandbox.calendar import WavePlan
from sandbox.model import ANTI_SOCIAL_BEHAVIOUR, Story
from sandbox.supplying import Agreement, Client, PushFile, Row, Span, Supply, terms, written_by

COLUMNS = (
    "incident_ref", "person_no", "occurred_on", "kind", "role", "action", "forename", "surname", "date_of_birth", "sex",
    "address_line", "postcode", "uprn",
)  # fmt: skip


def spans(plan: WavePlan) -> Iterator[Span]:
    for begins, ends in plan.anti_social_behaviour:
        yield Span(begins, ends)


def rows(push: PushFile) -> Iterator[Row]:
    incidents = push.story.incidents
    first = bisect_left(incidents, push.covers_from, key=lambda incident: incident.occurred_on)
    last = bisect_right(incidents, push.covers_to, key=lambda incident: incident.occurred_on)
    for incident in incidents[first:last]:
        for number, involved in enumerate(incident.involved, start=1):
            person = push.story.people[involved.person]
            written = written_by(person, ANTI_SOCIAL_BEHAVIOUR, incident.occurred_on)
            values = (
                incident.ref,
                str(number),
                incident.occurred_on.isoformat(),
                incident.kind,
                involved.role,
                involved.action,
                written.forename,
                written.surname,
                written.date_of_birth.isoformat(),
                person.sex,
                written.premises.address_line,
                written.premises.postcode,
                written.uprn,
            )
            yield Row(person.id, values)


def people(story: Story) -> dict[tuple[str, ...], str]:
    return {
        (incident.ref, str(number)): involved.person
        for incident in story.incidents
        for number, involved in enumerate(incident.involved, start=1)
    }


SUPPLY = Supply(
    feed=ANTI_SOCIAL_BEHAVIOUR,
    order=2,
    columns=COLUMNS,
    key_length=2,
    person_key_length=2,
    client=Client("police-asb", "neighbourhood-policing", ANTI_SOCIAL_BEHAVIOUR),
    agreements=(
        Agreement(
            "neighbourhood-policing",
            "programme",
            terms("identify support claim", "identity address anti_social_behaviour"),
        ),
    ),
    spans=spans,
    rows=rows,
    people=people,
)
