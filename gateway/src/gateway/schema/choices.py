"""What may be chosen in filters and inputs: the values that the programs' contracts list, as enums.

Only what is sent is an enum. What is answered stays text: a newer program may answer a value that this gateway does not
know yet, and an enum would turn that whole part of the answer into an error.
"""

from enum import StrEnum

import strawberry


@strawberry.enum
class ClaimStatus(StrEnum):
    """Where a claim is. `dropped` before it was submitted, `retracted` after; `rejected` by the department."""

    drafted = "drafted"
    checked = "checked"
    frozen = "frozen"
    submitted = "submitted"
    paid = "paid"
    to_repay = "to_repay"
    repaid = "repaid"
    rejected = "rejected"
    retracted = "retracted"
    dropped = "dropped"


@strawberry.enum
class CohortState(StrEnum):
    """Where a family stands in the programme. `unconfirmed`: what was recorded late waits for a second person."""

    none = "none"
    eligible = "eligible"
    unconfirmed = "unconfirmed"
    attached = "attached"
    declined = "declined"


@strawberry.enum
class QuestionKind(StrEnum):
    """`same_people`: two families share people; `news`: what was claimed no longer follows from what is known."""

    same_people = "same_people"
    news = "news"


@strawberry.enum
class QuestionStatus(StrEnum):
    """`proposed`: an answer waits for a second person; `noted`: nothing follows; `closed`: it no longer arises."""

    open = "open"
    proposed = "proposed"
    answered = "answered"
    noted = "noted"
    closed = "closed"


@strawberry.enum
class QuestionAnswer(StrEnum):
    """The first three where two families share people, `stands` and `falls` of news of a claim."""

    same_family = "same_family"
    different_family = "different_family"
    joined_later = "joined_later"
    stands = "stands"
    falls = "falls"


@strawberry.enum
class CheckVerdict(StrEnum):
    """A second person's word on a drafted claim."""

    agreed = "agreed"
    sent_back = "sent_back"


@strawberry.enum
class FindingVerdict(StrEnum):
    """An auditor's word on a sampled claim."""

    upheld = "upheld"
    failed = "failed"


@strawberry.enum
class MatchReviewStatus(StrEnum):
    """Whether somebody has decided."""

    open = "open"
    decided = "decided"


@strawberry.enum
class MatchReviewKind(StrEnum):
    """What is asked: whether two records are one person, or whether an adult is a parent who lives elsewhere."""

    same_person = "same_person"
    non_resident_parent = "non_resident_parent"


@strawberry.enum
class MatchVerdict(StrEnum):
    """`same` or `different` of two records, `yes` or `no` of a non-resident parent."""

    same = "same"
    different = "different"
    yes = "yes"
    no = "no"


@strawberry.enum
class AssessmentKind(StrEnum):
    """Which form the assessment had."""

    early_help = "early_help"
    family_caf = "family_caf"
    children_and_families = "children_and_families"


@strawberry.enum
class FlagKind(StrEnum):
    """Premises that are flagged, the most protected first."""

    refuge = "refuge"
    hmo = "hmo"
    hostel = "hostel"
    care_home = "care_home"


@strawberry.enum
class PremisesKind(StrEnum):
    """What premises are; `ordinary` is not flagged."""

    refuge = "refuge"
    hmo = "hmo"
    hostel = "hostel"
    care_home = "care_home"
    ordinary = "ordinary"


@strawberry.enum
class LoweringVerdict(StrEnum):
    """A second person's word on protecting premises less."""

    confirmed = "confirmed"
    refused = "refused"


@strawberry.enum
class EnquiryStatus(StrEnum):
    """Whether an enquiry is under way."""

    open = "open"
    closed = "closed"


@strawberry.enum
class EnquiryKind(StrEnum):
    """The section of the Children Act 1989 under which is enquired."""

    s47 = "s47"
    s17 = "s17"


@strawberry.enum
class EmergencyAccessStatus(StrEnum):
    """What waits for the second person; `overdue` has waited too long."""

    to_review = "to_review"
    overdue = "overdue"


@strawberry.enum
class EmergencyAccessOutcome(StrEnum):
    """What the second person found."""

    justified = "justified"
    not_justified = "not_justified"


@strawberry.enum
class BarReason(StrEnum):
    """What somebody is to the people whom they may not see."""

    relative = "relative"
    neighbour = "neighbour"
    other = "other"


@strawberry.enum
class AgreementTier(StrEnum):
    """A district agreement stands under a strategic one."""

    strategic = "strategic"
    district = "district"


@strawberry.enum
class AgreementControl(StrEnum):
    """Whether the parties are controllers together or each alone."""

    joint = "joint"
    separate = "separate"


@strawberry.enum
class AgreementSide(StrEnum):
    """A party of an agreement."""

    supplier = "supplier"
    recipient = "recipient"


@strawberry.enum
class AgreementReviewState(StrEnum):
    """Whether an agreement's review is near or past."""

    due = "due"
    overdue = "overdue"


@strawberry.enum
class NoticeChannel(StrEnum):
    """How a privacy notice reached somebody."""

    letter = "letter"
    in_person = "in_person"
    email = "email"


@strawberry.enum
class ConsentChannel(StrEnum):
    """How somebody consented."""

    letter = "letter"
    in_person = "in_person"
    email = "email"
    telephone = "telephone"
    online = "online"


@strawberry.enum
class ConsentGiver(StrEnum):
    """The person, or who may act for them."""

    person = "person"
    representative = "representative"


@strawberry.enum
class ObjectionAnswer(StrEnum):
    """What became of an objection."""

    upheld = "upheld"
    overridden = "overridden"


@strawberry.enum
class ProtectionKind(StrEnum):
    """What of somebody is protected."""

    location = "location"


@strawberry.enum
class KeepBackReason(StrEnum):
    """The exemption by which somebody is not told of a sharing."""

    child_protection = "child_protection"
    crime = "crime"
    whereabouts = "whereabouts"
    another_person = "another_person"
    serious_harm = "serious_harm"


@strawberry.enum
class WelfareRequestStatus(StrEnum):
    """Where a request for the welfare of a child is."""

    open = "open"
    answered = "answered"
    withdrawn = "withdrawn"


@strawberry.enum
class WelfareReviewState(StrEnum):
    """Whether the review of what a rule answered is due, or late."""

    due = "due"
    overdue = "overdue"


@strawberry.enum
class WelfareAnswerKind(StrEnum):
    """What the holder answers: it shares; sharing would be more detrimental to the child; it holds nothing."""

    yes = "yes"
    more_detrimental = "more_detrimental"
    nothing_held = "nothing_held"


@strawberry.enum
class WelfareReviewOutcome(StrEnum):
    """What the second person found about an answer."""

    justified = "justified"
    not_justified = "not_justified"


@strawberry.enum
class WelfareFunction(StrEnum):
    """Which function of the asker's a request helps."""

    assess_need = "assess_need"
    protect_from_harm = "protect_from_harm"
    early_help = "early_help"
    education = "education"
    health = "health"
    policing = "policing"
    youth_justice = "youth_justice"
    housing = "housing"


@strawberry.enum
class WelfareRelation(StrEnum):
    """What somebody else is to the child."""

    parent = "parent"
    carer = "carer"
    partner_of_parent = "partner_of_parent"
    lives_with_child = "lives_with_child"
    other = "other"


@strawberry.enum
class RestrictionCase(StrEnum):
    """The four cases of UK GDPR Art 18(1), (a) to (d)."""

    accuracy_contested = "accuracy_contested"
    unlawful = "unlawful"
    needed_for_legal_claims = "needed_for_legal_claims"
    objection_pending = "objection_pending"
