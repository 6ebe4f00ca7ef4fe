"""What can go wrong in families.

Problem
├── FeedNotFound            404
├── PushNotFound            404
├── PersonNotFound          404
├── ReviewNotFound          404
├── SupplyNotAgreed         403
├── FileNotValid            422
├── CoverageNotValid        422
├── PushNotPaused           409
├── PushAlreadyOver         409
├── ReviewAlreadyDecided    409
├── ReviewNotDecided        409
├── PersonsKeptApart        409
├── PersonsAlreadyOne       409
├── PersonNotMerged         409
├── FamilyNotFound          404
├── MembershipNotFound      404
├── AssessmentNotFound      404
├── BundleNotFound          404
├── PremisesNotFound        404
├── LoweringTakesTwo        409
├── LoweringAlreadyAsked    409
├── LoweringOver            409
├── SecondPersonNeeded      409
├── NothingToConfirm        409
├── ConfirmerNotIndependent 409
├── EvidenceNotValid        422
├── PeriodNotValid          422
├── MemberAlreadyThere      409
├── EnquiryNotFound         404
├── EnquiryExists           409
├── EnquiryOver             409
├── NoSocialCareService     403
├── AccessNotFound          404
├── OwnAccess               403
├── NoteNotFound            404
├── NoteAnswered            409
├── BarNotFound             404
├── OwnBar                  403
├── NotYourTeam             403
└── CoverNotFound           404
"""

from chassis.problems import Conflict, NotFound, Problem, RequestNotValid

# --- feeds, pushes, people, matching


class FeedNotFound(NotFound):
    """There is no feed of this name. `GET /v1/feeds` lists those that there are."""

    title = "Feed not found"


class PushNotFound(NotFound):
    """There is no such push among those of your service.

    Pushes of others answer like pushes that do not exist. Check the id in the `Location` that you were given.
    """

    title = "Push not found"


class PersonNotFound(NotFound):
    """There is no such person within your reach.

    People out of reach answer like people who do not exist. Check the id.
    """

    title = "Person not found"


class ReviewNotFound(NotFound):
    """There is no such review. Check the id in the list of reviews."""

    title = "Review not found"


class SupplyNotAgreed(Problem):
    """No agreement in force lets your service supply what this feed holds, so nothing of the body was kept.

    Ask your information governance officer which agreement is meant to cover this feed, and whether it is signed,
    suspended or ended.
    """

    status, title = 403, "Supply not agreed"


class FileNotValid(RequestNotValid):
    """The file cannot be read as this feed, so no line of it was kept.

    `errors` say where: the file must be UTF-8, and as CSV have commas and exactly the feed's columns in its first line.
    `GET /v1/feeds/{feed}` shows them with an example. Of NDJSON each line is judged alone, in the push's report.
    """

    title = "File not valid"


class CoverageNotValid(RequestNotValid):
    """The days that a push covers must begin before they end, and end by today. Mend `covers_from` and `covers_to`."""

    title = "Coverage not valid"


class PushNotPaused(Conflict):
    """Only a paused push can be resumed. Read the push again: it goes on by itself, or is over."""

    title = "Push not paused"


class PushAlreadyOver(Conflict):
    """This push is finished or abandoned already.

    To take back what it said, push the records again as they should be.
    """

    title = "Push already over"


class ReviewAlreadyDecided(Conflict):
    """Somebody has decided this review otherwise.

    To change it, take that decision back with `POST /v1/match-reviews/{id}/reopening`, with a reason, and decide anew.
    """

    title = "Review already decided"


class ReviewNotDecided(Conflict):
    """Nobody has decided this review yet, or its decision was taken back already. Decide it."""

    title = "Review not decided"


class PersonsKeptApart(Conflict):
    """These two were found to be two people, by a review or by unmerging, and are not merged by mistake.

    If that was wrong, another analyst than who found it merges them with `again`, and says why.
    """

    title = "Persons kept apart"


class PersonsAlreadyOne(Conflict):
    """These two ids are one person already; nothing is left to merge."""

    title = "Persons already one"


class PersonNotMerged(Conflict):
    """This id or record cannot be taken away from that person: it is none of theirs, or all there is of them.

    `formerly` lists the ids that are merged into a person, `/links` their records.
    """

    title = "Person not merged"


# --- composition, families, premises, support, evidence


class FamilyNotFound(NotFound):
    """There is no such family within your reach.

    Families out of reach answer like families that do not exist. Check the id, and whom your role may reach.
    """

    title = "Family not found"


class MembershipNotFound(NotFound):
    """There is no such membership in this family. Read the family again for the memberships that it has."""

    title = "Membership not found"


class NothingToConfirm(Conflict):
    """No act of this family was recorded late and waits for a second person. Nothing needs to be done."""

    title = "Nothing to confirm"


class ConfirmerNotIndependent(Conflict):
    """You recorded these acts yourself, or you lead the family, so you cannot confirm them.

    Ask a colleague who has seen what bears the days, such as the file of that time.
    """

    title = "Confirmer not independent"


class AssessmentNotFound(NotFound):
    """There is no such assessment of this family. Read the family's support for the assessment on which to plan."""

    title = "Assessment not found"


class BundleNotFound(NotFound):
    """There is no such evidence bundle that you may read.

    An auditor reads the bundles of claims that were drawn for the sample. Check the id in the claim.
    """

    title = "Evidence bundle not found"


class PremisesNotFound(NotFound):
    """Nothing is known of these premises that you may see or change.

    Premises of which you may not know answer like ordinary ones. An agency sees and changes what it said itself; who
    else may, ask the council's information governance officer.
    """

    title = "Premises not found"


class LoweringTakesTwo(Conflict):
    """Your agency's flag protects more than this kind, and one person alone cannot lower protection.

    Ask for it with `POST /v1/premises/{uprn}/lowerings`; a second person of your agency, or the council's officer,
    confirms it. Until then all stays as it is.
    """

    title = "Lowering takes two"


class LoweringAlreadyAsked(Conflict):
    """Somebody has asked that this flag protect less, and nobody has confirmed or refused it yet.

    Read the premises for what was asked, and decide that first.
    """

    title = "Lowering already asked"


class LoweringOver(Conflict):
    """This was confirmed, refused or overtaken already. Read the premises for how they stand, and ask anew."""

    title = "Lowering over"


class SecondPersonNeeded(Conflict):
    """You asked for this, or decided the opposite, yourself. Somebody else who may has to do it."""

    title = "Second person needed"


class EvidenceNotValid(RequestNotValid):
    """A bundle holds people of the family and records about them, and nothing else.

    Ask the family for its members, and their facts for the records.
    """

    title = "Evidence not valid"


class MemberAlreadyThere(Conflict):
    """This person belongs to this family already on that day. Read its members; end the old membership first."""

    title = "Member already there"


class PeriodNotValid(RequestNotValid):
    """A membership begins before it ends. Send a `to` that is on or after `from`."""

    title = "Period not valid"


# --- safeguarding


class EnquiryNotFound(NotFound):
    """There is no such enquiry that you may see.

    Enquiries of other agencies and services answer like enquiries that do not exist. Check the id in your list.
    """

    title = "Enquiry not found"


class EnquiryExists(Conflict):
    """Your service has an enquiry with this reference already. Find it in your list, and add people to it there."""

    title = "Enquiry exists"


class EnquiryOver(Conflict):
    """This enquiry is closed, so nobody is added to it and it is not closed again.

    If it was closed by mistake, reopen it with a reason.
    """

    title = "Enquiry over"


class NoSocialCareService(Problem):
    """Only a service of children's social care opens enquiries, and yours is none, as identity tells of services.

    Ask children's social care to open one; in danger, use your agency's emergency contact.
    """

    status, title = 403, "No service of children's social care"


class AccessNotFound(NotFound):
    """There is no such emergency access that you used, or may review. Check the id in your list."""

    title = "Emergency access not found"


class OwnAccess(Problem):
    """You used this emergency access yourself, and somebody else reviews it. Let another manager look at it."""

    status, title = 403, "Own emergency access"


class NoteNotFound(NotFound):
    """There is no such note for the officers of your agency. Check the id in the list of notes."""

    title = "Note not found"


class NoteAnswered(Conflict):
    """Somebody has answered this note already, otherwise than you. Read it again."""

    title = "Note answered"


class BarNotFound(NotFound):
    """There is no such bar that you may see. Check the id that you were given when it was recorded."""

    title = "Bar not found"


class OwnBar(Problem):
    """A bar is lifted by a second person: not by whom it keeps away, nor by who recorded it.

    Ask another manager of the service, or your information governance officer.
    """

    status, title = 403, "Own bar"


class NotYourTeam(Problem):
    """This is about somebody who is not of your service. Ask a manager of theirs."""

    status, title = 403, "Not your team"


class CoverNotFound(NotFound):
    """There is no such cover in your service. Check the id in the list of covers."""

    title = "Cover not found"
