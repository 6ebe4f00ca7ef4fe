"""Who saw what about a person, as an officer makes it and hands it over."""

from dataclasses import field
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from gateway.context import Info
from gateway.inner_pages import cut_page
from gateway.json_mapping import MaybeAbsent, Unshown, mirrors, read_object, read_objects, write_input
from gateway.schema.choices import KeepBackReason
from gateway.schema.common import AnyProblem, IdempotencyKey, Purpose, attempt_change


@strawberry.type
@mirrors(consent="AccessLine")
class AccessLine:
    """What went to one recipient on one day for one purpose, in plain words. `sent`: Sent, or Not confirmed."""

    day: date
    recipient: str
    role: str
    purpose: str
    purpose_means: str
    categories: list[str]
    source: str
    basis: str
    ground: str | None
    sent: str


@strawberry.type
class AccessLinePage:
    """Shape: `next` goes into `after` for the next page; null on the last."""

    items: list[AccessLine]
    next: str | None


@strawberry.type
@mirrors(consent="AccessReportView")
class AccessReport:
    """A report as it is handed to the person. Nothing in it tells whether anything was kept back."""

    id: UUID
    person: UUID
    reference: str
    asked_on: date
    made_at: datetime
    agency: str
    explanation: list[str]
    all_lines: Unshown[list[AccessLine]] = field(metadata={"member": "lines"})

    @strawberry.field
    async def lines(self, first: int = 50, after: str | None = None) -> AccessLinePage | None:
        """What went to whom, in the order of the report."""
        shown, following = cut_page(self.all_lines, first, after)
        return AccessLinePage(items=shown, next=following)


@strawberry.type
@mirrors(consent="KeptBackView")
class KeptBack:
    """A sharing of which the person was not told, and by which exemption."""

    decision: UUID
    because: str
    name: str
    law: str


@strawberry.type
class KeptBackPage:
    """What the person was not told: for whoever reviews the report, never to be handed out.

    Shape: `next` goes into `after` for the next page; null on the last.
    """

    items: list[KeptBack]
    next: str | None


@strawberry.type
@mirrors(consent="Written")
class AccessReportMade:
    """Shape: `status` is made."""

    id: UUID
    status: str
    etag: MaybeAbsent[str]


AccessReportChange = Annotated[AccessReportMade | AnyProblem, strawberry.union("AccessReportChange")]


@strawberry.input
@mirrors(consent="KeepBackItem")
class KeepBackInput:
    """`because`: child_protection, crime, whereabouts, another_person or serious_harm."""

    decision: UUID
    because: KeepBackReason


@strawberry.input
@mirrors(consent="AccessReportRequest")
class AccessReportInput:
    """`reference` is the agency's own of the rights request, and stands on the page: it names nobody."""

    person: UUID
    reference: str
    asked_on: date
    keep_back: list[KeepBackInput] = strawberry.field(default_factory=list)


@strawberry.type
class AccessReportsQuery:
    @strawberry.field
    async def access_report(self, info: Info, id: UUID, purpose: Purpose = None) -> AccessReport | None:
        """A report that the caller's agency made. Errors: consent's AccessReportNotFound."""
        return read_object(AccessReport, await info.context.loaders_for(purpose).services.consent.get_access_report(id))

    @strawberry.field
    async def kept_back(
        self, info: Info, access_report: UUID, first: int = 50, after: str | None = None, purpose: Purpose = None
    ) -> KeptBackPage | None:
        """What a report does not tell, and why. Errors: consent's AccessReportNotFound."""
        rows = await info.context.loaders_for(purpose).services.consent.list_kept_back(access_report)
        shown, following = cut_page(rows, first, after)
        return KeptBackPage(items=read_objects(KeptBack, shown), next=following)


@strawberry.type
class AccessReportsMutation:
    @strawberry.mutation
    async def make_access_report(
        self, info: Info, input: AccessReportInput, idempotency_key: IdempotencyKey, purpose: Purpose = None
    ) -> AccessReportChange | None:
        """Make a report of who saw what about a person who asked. It is kept as it was made."""
        body = write_input(input)
        return await attempt_change(
            info, purpose, lambda to: to.consent.make_access_report(body, idempotency_key), AccessReportMade
        )
