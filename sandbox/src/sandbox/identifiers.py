"""Identifiers in ranges that no living person or building has."""

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
POSTCODE_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # inward codes never hold C I K M O V
FIRST_UPRN = 999_000_000_001
POSTCODES = 4 * len(POSTCODE_LETTERS) ** 2


def upn_check_letter(digits: str) -> str:
    """The letter before 12 digits: Σ digit × position (2 to 13) mod 23. Source: DfE, UPN guidance."""
    return UPN_LETTERS[sum(int(digit) * position for position, digit in enumerate(digits, start=2)) % 23]


def upn(school: int, year: int, serial: int) -> str:
    """A pupil of local authority 000, which does not exist."""
    digits = f"000{school:04}{year % 100:02}{serial:03}"
    return upn_check_letter(digits) + digits


def is_upn(text: str) -> bool:
    return len(text) == 13 and text[1:].isdigit() and text[0] == upn_check_letter(text[1:])


def nino(number: int) -> str:
    """A number with the administrative prefix MW, which is given to nobody."""
    return f"MW{number % 1_000_000:06}{'ABCD'[number // 1_000_000 % 4]}"


def postcode(number: int) -> str:
    """A postcode of ZZ99, the area of no place."""
    rest, last = divmod(number, len(POSTCODE_LETTERS))
    district, middle = divmod(rest, len(POSTCODE_LETTERS))
    return f"ZZ99 {district % 4 + 1}{POSTCODE_LETTERS[middle]}{POSTCODE_LETTERS[last]}"
