"""Names, and how the same name is written by different clerks."""

from random import Random

# Each line: one name first, then what else the same bearer is called.
NICKNAMES: dict[str, tuple[str, ...]] = {
    line.split()[0]: tuple(line.split()[1:])
    for line in """
    William Bill Will Billy
    Robert Rob Bob Bobby
    James Jim Jamie
    Michael Mike Mick
    Richard Rick Dick
    Thomas Tom Tommy
    Daniel Dan Danny
    Matthew Matt
    Christopher Chris
    Anthony Tony
    Andrew Andy Drew
    Stephen Steve
    Joseph Joe
    Samuel Sam
    Benjamin Ben
    Edward Ted Eddie
    Nicholas Nick
    Jonathan Jon
    Gregory Greg
    Kenneth Ken
    Elizabeth Liz Beth Lizzie
    Margaret Maggie Peggy
    Catherine Cath Kate Cathy
    Susan Sue
    Jennifer Jenny Jen
    Patricia Pat Trish
    Deborah Debbie Deb
    Jacqueline Jackie
    Rebecca Becky Becca
    Victoria Vicky Tori
    Samantha Sam Sammy
    Charlotte Lottie Charlie
    Isabella Bella Izzy
    Eleanor Ellie Nell
    Katherine Kathy Kat
    Abigail Abby
    Jessica Jess
    Christine Chris Tina
    Amanda Mandy
    Kimberley Kim
    """.strip().splitlines()
}
TRANSLITERATIONS: tuple[tuple[str, ...], ...] = (
    ("Mohammed", "Muhammad", "Mohamed", "Mohammad"),
    ("Oleksandr", "Alexander", "Aleksandr"),
    ("Yusuf", "Yousef", "Yousuf"),
    ("Fatima", "Fatimah", "Fatma"),
    ("Aisha", "Ayesha", "Aysha"),
    ("Khadija", "Khadijah", "Khadeeja"),
    ("Ibrahim", "Ebrahim"),
    ("Hussein", "Hussain", "Husain"),
    ("Yuliia", "Julia", "Yulia"),
    ("Dmytro", "Dmitry", "Dmitri"),
    ("Aleksandra", "Alexandra"),
    ("Zainab", "Zaynab", "Zeinab"),
)
VARIANTS: dict[str, tuple[str, ...]] = {group[0]: group[1:] for group in TRANSLITERATIONS}
SIMILAR_TWINS: tuple[tuple[str, str, str], ...] = (
    ("female", "Mia", "Maya"),
    ("female", "Ella", "Ellie"),
    ("female", "Lily", "Lila"),
    ("female", "Amelia", "Emilia"),
    ("female", "Hanna", "Anna"),
    ("male", "Jake", "Jack"),
    ("male", "Harry", "Henry"),
    ("male", "Jayden", "Hayden"),
    ("male", "Luke", "Lucas"),
    ("male", "Aiden", "Caiden"),
)

_GROWN = {
    "female": """Susan Jennifer Deborah Jacqueline Amanda Christine Patricia Victoria Samantha Rebecca Elizabeth
        Catherine Margaret Kimberley Michelle Tracey Sharon Karen Julie Nicola Lisa Joanne Donna Claire Kelly Lindsey
        Gemma Stacey Natalie Rachel Emma Laura Hayley Leanne Kerry Zoe Louise Angela Dawn Maxine Tanya Heather Carly
        Katherine Naomi Kirsty Melanie Sonia Wendy Yvonne""",
    "male": """William Robert James Michael Richard Thomas Daniel Matthew Christopher Anthony Andrew Stephen Joseph
        Samuel Benjamin Edward Nicholas Jonathan Gregory Kenneth Darren Wayne Lee Craig Gary Jason Dean Carl Shaun
        Neil Mark Simon Paul Kevin Ian Stuart Adrian Barry Martin Philip Scott Ryan Adam Liam Gavin Russell Keith
        Nathan Marcus Terence""",
}
_YOUNG = {
    "female": """Charlotte Isabella Eleanor Abigail Jessica Olivia Emily Sophie Grace Chloe Ruby Poppy Evie Freya
        Daisy Phoebe Millie Lola Scarlett Ava Erin Molly Lexi Summer Amber Skye Libby Tilly Keira Paige Rosie Jasmine
        Imogen Martha Eliza Niamh Maisie Matilda Holly Lacey Rebecca Katherine Bethany Courtney Florence Harriet
        Georgia Caitlin Tia Nicole""",
    "male": """William Thomas Joseph Samuel Benjamin Daniel Matthew Edward James Oliver Jacob Charlie Alfie Oscar
        George Joshua Ethan Logan Tyler Max Riley Leo Archie Finley Mason Callum Connor Kian Bailey Reece Kyle
        Declan Harvey Luke Owen Dylan Cameron Ellis Toby Reuben Louis Zachary Brandon Corey Rhys Ewan Jude Elliot
        Sebastian Theo""",
}
_SOUTH_ASIAN = {
    "female": "Aisha Fatima Khadija Zainab Nadia Samina Rukhsana Shazia Maryam Hafsa Sana Iqra Noor Amina Saira",
    "male": "Mohammed Yusuf Ibrahim Hussein Imran Tariq Asif Kamran Bilal Hamza Zeeshan Usman Nadeem Faisal Adeel",
}
_EAST_EUROPEAN = {
    "female": "Yuliia Aleksandra Oksana Kateryna Magdalena Agnieszka Zofia Iryna Monika Beata Daria Svitlana",
    "male": "Oleksandr Dmytro Piotr Tomasz Krzysztof Andriy Marek Pawel Mykola Bartosz Ihor Jakub",
}
_SURNAMES = """Ackroyd Adams Allen Andrews Archer Armitage Ashworth Atkinson Bailey Baker Ball Barker Barlow Barnes
    Barrett Bates Beaumont Bell Bennett Bentley Berry Birch Bishop Blackburn Booth Bradley Bradshaw Brennan Briggs
    Broadbent Brooks Brown Bryant Buckley Burgess Burke Burns Burton Butler Butterworth Byrne Carr Carroll Carter
    Chadwick Chambers Chapman Clarke Clayton Clegg Coates Cole Coleman Collins Conway Cook Cooper Cox Crabtree Craven
    Crawford Cross Crossley Crowther Cunningham Curtis Dale Dalton Davies Dawson Dean Dixon Dobson Dolan Doyle Driver
    Duffy Dunn Dyson Eastwood Ellis Emmott Evans Farrell Fawcett Fielding Firth Fisher Fitzgerald Fletcher Flynn Foster
    Fowler Fox Francis Freeman Frost Fuller Gallagher Gardner Garside Gibson Gill Gledhill Goddard Goodwin Gough Graham
    Grant Greaves Greenwood Gregson Griffiths Haigh Hall Halstead Hamilton Hanson Harding Hargreaves Harper Harris
    Hartley Haworth Hayes Heaton Henderson Hewitt Higgins Hill Hinchliffe Hirst Hobson Holden Holdsworth Holmes Hopkins
    Horsfall Howarth Hoyle Hudson Hughes Hunt Hurst Hutchinson Illingworth Ingham Jackson Jagger Jarvis Jenkins Jennings
    Jessop Johnson Jones Jowett Kaye Kelly Kendall Kenyon Kershaw King Kirk Knight Knowles Lacey Lambert Lancaster
    Lawson Leach Lees Lister Lloyd Lockwood Lomax Lord Lowe Lumb Mallinson Marsden Marshall Mason McCarthy McDonald
    Mellor Metcalfe Midgley Mills Mitchell Moore Morris Murphy Murray Naylor Nelson Newton Nolan North Nuttall Oakes
    Ogden Oldfield Osborne Parker Parkin Pearson Peel Perkins Pickles Pollard Porter Powell Preston Priestley Quinn
    Radcliffe Ramsden Rawson Redfern Reid Reynolds Rhodes Richardson Riley Roberts Robertshaw Rogers Rothwell Rowley
    Rushworth Ryan Saville Schofield Scott Senior Shackleton Sharp Shaw Shepherd Simpson Slater Smith Spencer Stansfield
    Steele Stott Stringer Sugden Sutcliffe Swift Sykes Tattersall Taylor Tempest Thackray Thewlis Thornton Todd Tordoff
    Townend Turner Uttley Varley Wadsworth Wainwright Walker Walton Ward Waterhouse Watson Webster West Wheatley
    Whitaker Whitehead Whiteley Wilcock Wilkinson Williams Wilson Womersley Wood Woodhead Wright Wrigley Yates Young"""
_SURNAMES_SOUTH_ASIAN = """Ahmed Akhtar Ali Aslam Begum Chaudhry Dar Farooq Hussain Iqbal Jabeen Kausar Khan Mahmood
    Malik Mirza Patel Qureshi Rafiq Rashid Saleem Shah Sheikh Siddiqui Zaman"""
_SURNAMES_EAST_EUROPEAN = """Bondarenko Dabrowski Kaminski Kovalenko Kowalski Kravchenko Lewandowski Melnyk Nowak
    Pawlak Shevchenko Tkachenko Wisniewski Wojcik Zielinski"""

SEXES = ("female", "male")
HERITAGES = ("british", "south_asian", "east_european")
SURNAMES = {
    "british": tuple(_SURNAMES.split()),
    "south_asian": tuple(_SURNAMES_SOUTH_ASIAN.split()),
    "east_european": tuple(_SURNAMES_EAST_EUROPEAN.split()),
}
_POOLS = {
    (heritage, grown, sex): tuple(pool[sex].split())
    for sex in SEXES
    for heritage, grown, pool in (
        ("british", True, _GROWN),
        ("british", False, _YOUNG),
        ("south_asian", True, _SOUTH_ASIAN),
        ("south_asian", False, _SOUTH_ASIAN),
        ("east_european", True, _EAST_EUROPEAN),
        ("east_european", False, _EAST_EUROPEAN),
    )
}
_KNOWN_AS: dict[str, frozenset[str]] = {}
for _table in (NICKNAMES, VARIANTS):
    for _name, _others in _table.items():
        for _other in (_name, *_others):
            _KNOWN_AS[_other] = _KNOWN_AS.get(_other, frozenset()) | {_name}


def heritage(rng: Random) -> str:
    return rng.choices(HERITAGES, (84, 10, 6))[0]


def forename(rng: Random, of: str, sex: str, *, grown: bool) -> str:
    return rng.choice(_POOLS[of, grown, sex])


def surname(rng: Random, of: str) -> str:
    return rng.choice(SURNAMES[of])


def same_forename(one: str, other: str) -> bool:
    """Whether two forenames are one name: equal, or one the other's nickname or transliteration."""
    return one == other or bool(_KNOWN_AS.get(one, frozenset()) & _KNOWN_AS.get(other, frozenset()))


def also_called(forename: str) -> tuple[str, ...]:
    """What else the bearer of a forename is called; empty for most."""
    return NICKNAMES.get(forename, ()) + VARIANTS.get(forename, ())
