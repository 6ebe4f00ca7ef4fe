"""Why a line was held or refused: stable codes, each with what it means and how to mend it."""

CODES: dict[str, tuple[str, str]] = {
    "missing": ("This cell may not be empty.", "Fill it in and push the line again."),
    "too_long": ("This cell is longer than the feed allows.", "Shorten it."),
    "control_character": ("This cell holds a control character.", "Take it out; it is often left by a copy and paste."),
    "formula": ("This cell begins like a spreadsheet formula.", "Begin it with a letter or a digit."),
    "not_a_name": (
        "This is not written like a name.",
        "Use letters, spaces, - ' ( ) / and . only.",
    ),
    "not_a_date": ("This is not a date.", "Write year-month-day, such as 2016-09-01."),
    "in_the_future": ("This date has not come yet.", "Check day, month and year."),
    "too_early": ("This date lies before 1900.", "Check the year; leave the cell empty when the date is not known."),
    "not_a_count": ("This is not a whole number from 0 to 999.", "Use digits only."),
    "not_an_amount": ("This is not an amount of money.", "Write pounds with or without two digits of pence: 412.50."),
    "not_a_upn": ("This is not written like a UPN.", "A letter, eleven digits, and a digit or letter."),
    "upn_check_letter": ("The UPN's first letter does not fit its digits.", "Check the number for a typing error."),
    "upn_authority": ("The UPN names no local authority.", "Check the three digits after the letter."),
    "not_a_school": (
        "This is no school's number.",
        "Give its URN of six digits, or three digits of the authority and four of the school: 000/4001.",
    ),
    "not_a_nino": ("This is no National Insurance number.", "Two letters, six digits, A to D; or leave it empty."),
    "not_a_uprn": ("This is not a UPRN.", "One to twelve digits; or leave it empty."),
    "not_a_postcode": ("This is not written like a postcode.", "Check it; or leave it empty."),
    "not_a_code": ("This is none of the column's codes.", "Use one of the codes that the feed's page lists."),
    "code_not_yet_in_use": (
        "This code was not yet in use on the day that the line is about.",
        "Use a code of that day: the feed's page gives the days of each.",
    ),
    "code_no_longer_in_use": (
        "This code was no longer in use on the day that the line is about.",
        "Use a code of that day: the feed's page gives the days of each.",
    ),
    "not_a_reference": (
        "This is not written like a reference.",
        "Letters, digits, spaces, / _ . : - only, at most 60.",
    ),
    "not_an_academic_year": ("This is no academic year.", "Write it such as 2016/17."),
    "absent_more_than_possible": (
        "More sessions were missed than were possible.",
        "Check the three counts of sessions.",
    ),
    "carer_incomplete": (
        "A carer is named without relationship or address.",
        "Give forename, surname, relationship and yes or no for the same address; or leave all four empty.",
    ),
    "after_coverage": ("This lies after the last day that the push covers.", "Check the date, or `covers_to`."),
    "before_term_ended": ("The term ends after the last day that the push covers.", "Check the term, or `covers_to`."),
    "term_dates_unknown": (
        "The days of this year's terms are not known here.",
        "Check the year; if it is right, ask the council to add its terms to the school calendar.",
    ),
    "after_as_of": ("This lies after the day as of which the line speaks.", "Check both dates."),
    "needed_here": (
        "This cell is empty, and another cell of the line calls for it.",
        "Fill it, or check the other.",
    ),
    "needless_here": ("This cell is filled, and another cell of the line says no.", "Empty it, or check the other."),
    "regime_missing": ("Universal Credit is given without its regime.", "Add the regime."),
    "regime_without_uc": ("A regime is given with another benefit than uc.", "Leave the regime empty."),
    "ends_before_start": ("This end lies before its start.", "Check both dates."),
    "outside_the_spell": (
        "This day lies outside of the whole of which the line tells a part, or its end lies before its start.",
        "Check the four dates.",
    ),
    "end_without_start": ("An end is given without its start.", "Add the start, or take the end out."),
    "cell_count": ("The line has more or fewer cells than the header.", "Check commas and quotes in this line."),
    "not_csv": ("The line is not well-formed CSV.", "Check the quotes in this line."),
    "not_text": ("This cell holds a zero byte or half a character.", "Take it out; it cannot be stored as text."),
    "not_utf8": ("The line is not UTF-8.", "Write the file as UTF-8."),
    "not_an_object": ("The line is not one JSON object.", "Write each record as one object on one line."),
    "member_unknown": ("The line has a member that is no column of the feed.", "Leave it out, or check its spelling."),
    "member_repeated": ("This member comes twice in the line.", "Write each member once."),
    "wrong_type": (
        "This member is of another type than the feed's.",
        "Write text between quotes, a whole number where the feed's page allows one, or null.",
    ),
    "nested": ("An object or a list stands within the line's object.", "Write one text, number or null a member."),
    "line_too_long": ("The line is longer than any record can be.", "Check that each record ends with a line end."),
    "key_repeated": (
        "An earlier line of this push has the same key and says something else.",
        "Send each key once in a push.",
    ),
    "person_not_named": (
        "The line does not name the person well enough to place it.",
        "Push it again with forename and surname once they are known.",
    ),
    "age_not_plausible": (
        "Nobody of this age is expected in this feed.",
        "Check the date of birth: somebody else's may stand here, or another century.",
    ),
    "key_names_another_person": (
        "Under the same key an earlier push named somebody else.",
        "If a reference was used twice, give one of the two a reference of its own.",
    ),
}
