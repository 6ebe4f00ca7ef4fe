"""What a supplier of the borough is: its client, what it has agreed to share, and the files that it pushes."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from sandbox.calendar import WavePlan
from sandbox.model import Person, Premises, Slip, Story
from vocabulary.feeds import FEEDS

AREA = "thornbury"
"""The only area of the borough."""
AGREED_FROM = date(2016, 4, 1)
REVIEW_BY = date(2046, 3, 31)
"""The borough's story ends in 2019, and its platform runs today."""
PUBLIC_TASK, CONSENT, STATUTE = "public_task", "consent", "statute"
AS_IT_IS = Slip()


@dataclass(frozen=True, slots=True)
class Client:
    """The machine that pushes one feed for a service."""

    code: str
    service: str
    feed: str

    @property
    def scopes(self) -> tuple[str, ...]:
        """It may push its feed, and read how feeds are to be sent."""
        return (FEEDS[self.feed].scope, "feeds:read")


@dataclass(frozen=True, slots=True)
class Condition:
    """What makes it lawful to share special data. Shape: as a term of an agreement names it."""

    article_9: str | None = None
    article_10: str | None = None
    schedule_1: str | None = None
    policy_document: str | None = None


CONDITIONS = {
    "anti_social_behaviour": Condition(
        article_10="authorised_by_law", schedule_1="10", policy_document="Policy on offence data, 2016"
    ),
    "benefits": Condition(
        article_9="substantial_public_interest", schedule_1="6", policy_document="Policy on special data, 2016"
    ),
    "support": Condition(article_9="health_or_social_care", schedule_1="2"),
    "social_care": Condition(article_9="health_or_social_care", schedule_1="2"),
}
"""By category of special data."""
NECESSITY = {
    "identify": "A family with several needs is found only by what several services hold",
    "support": "Whoever helps the whole family has to know what each of them struggles with",
    "claim": "A result is proved by what services recorded, and by nothing less",
}


@dataclass(frozen=True, slots=True)
class AgreementTerm:
    """One purpose × category rests on one basis."""

    purpose: str
    category: str
    basis: str
    authority: str = ""

    @property
    def request(self) -> dict[str, str | None]:
        """As an officer sends it."""
        said = {"purpose": self.purpose, "category": self.category, "basis": self.basis}
        conditions = asdict(CONDITIONS.get(self.category, Condition()))
        return said | {"gateway": self.authority or None, "necessity": NECESSITY[self.purpose]} | conditions


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shape: `signed_by` is for how many sides it was signed; by one alone it shares nothing.

    `notice_given_by` is the side whose privacy notice tells people what the recipient does with what it obtains.
    """

    supplier: str
    recipient: str
    terms: tuple[AgreementTerm, ...]
    tier: str = "strategic"
    starts_on: date = AGREED_FROM
    ends_on: date | None = None
    signed_by: int = 2
    notice_given_by: str = "recipient"

    @property
    def request(self) -> dict[str, Any]:
        """As an officer sends it."""
        return {
            "supplier": self.supplier,
            "recipient": self.recipient,
            "tier": self.tier,
            "from": self.starts_on.isoformat(),
            "to": self.ends_on.isoformat() if self.ends_on else None,
            "terms": [term.request for term in self.terms],
            "control": "separate",
            "retention": "Six years after the family's case is closed",
            "security": "Encrypted on the way and at rest; read by named people alone",
            "dpia": "DPIA 3 of 2016, Think Family",
            "review_by": REVIEW_BY.isoformat(),
            "notice_given_by": self.notice_given_by,
        }


def terms(purposes: str, categories: str, basis: str = PUBLIC_TASK, authority: str = "") -> tuple[AgreementTerm, ...]:
    """A term for each of these purposes and categories."""
    return tuple(
        AgreementTerm(purpose, category, basis, authority)
        for purpose in purposes.split()
        for category in categories.split()
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A record as its clerk wrote it, and whom it is truly about; `carer` only in school records."""

    person: str
    values: tuple[str, ...]
    carer: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row in its file. `number` is its line there, whose header is line 1."""

    number: int
    key: tuple[str, ...]
    person: str
    carer: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The days that one push covers; `term` is the number of the school term of which it tells."""

    first: date
    last: date
    term: int | None = None


@dataclass(frozen=True)
class Supply:
    """A feed as its supplier sends it. The three functions are asked anew each time, and always say the same.

    Shape: the first `key_length` of the `columns` are the key of a record, the first `person_key_length` of them tell
    whom it is about. `spans` says what a wave of pushes covers, `rows` what stands in one push, `people` whom the
    beginning of each key is about. Pushes of one wave are sent in order of `order`.
    """

    feed: str
    order: int
    columns: tuple[str, ...]
    key_length: int
    person_key_length: int
    client: Client
    agreements: tuple[Agreement, ...]
    spans: Callable[[WavePlan], Iterable[Span]]
    rows: Callable[["PushFile"], Iterator[Row]]
    people: Callable[[Story], Mapping[tuple[str, ...], str]]


@dataclass(frozen=True, slots=True)
class PushFile:
    """One push of one feed. `csv` and `lines()` are made anew each time, always the same."""

    story: Story = field(repr=False)
    supply: Supply = field(repr=False)
    wave: int
    covers_from: date
    covers_to: date
    area: str = AREA
    term: int | None = None

    @property
    def feed(self) -> str:
        return self.supply.feed

    @property
    def name(self) -> str:
        return f"wave{self.wave}-{self.feed}-{self.covers_from}-{self.covers_to}.csv"

    @property
    def csv(self) -> bytes:
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.supply.columns)
        writer.writerows(line.values for line in self.lines())
        return text.getvalue().encode()

    @property
    def truth(self) -> dict[int, tuple[str, ...]]:
        """Line number to truth person ids: whom the record is about, then the carer whom it names."""
        return {line.number: (line.person, line.carer) if line.carer else (line.person,) for line in self.lines()}

    def lines(self) -> Iterator[Line]:
        for number, row in enumerate(self.supply.rows(self), start=2):
            yield Line(number, row.values[: self.supply.key_length], row.person, row.carer, row.values)


@dataclass(frozen=True, slots=True)
class Written:
    """A person's identity fields as one agency has them on a day."""

    forename: str
    surname: str
    date_of_birth: date
    premises: Premises
    uprn: str
    nino: str


def written_by(person: Person, feed: str, day: date) -> Written:
    """How an agency writes a person on a day: the truth, but for its clerk's slip."""
    slip = person.slips.get(feed, AS_IT_IS)
    moved_unheard = slip.learns_of_move_on is not None and day < slip.learns_of_move_on
    premises = person.residences[0].premises if moved_unheard else person.premises_on(day)
    uprn = "" if slip.without_uprn else str(premises.uprn)
    if slip.corrected_on is not None and slip.corrected_on <= day:
        slip = AS_IT_IS
    if slip.former_premises:
        premises = slip.former_premises
        uprn = uprn and str(premises.uprn)
    return Written(
        slip.forename or person.forename,
        slip.surname or person.surname,
        slip.date_of_birth or person.date_of_birth,
        premises,
        uprn,
        "" if slip.without_nino else person.nino or "",
    )
