"""Would a test notice? Changes the code in one place at a time and runs the tests that reach this place.

    .venv/bin/python tools/mutate FILE... --tests PATH... [--seconds 600] [--jobs 1] [-k "not production"]
        [--lines 5-9] [--functions]

Each change is a *mutant*: `<` becomes `<=`, a condition is taken as true, a statement is left out; `changes.py` lists
all. A mutant is *killed* when a test fails, *survived* when none does, *unreached* when no test runs its line. A
survivor is a rule that nobody tests, or a change that makes no difference; a person reads it and says which.

How it works. The tests run once as they are, and it is noted which lines of FILE each test reaches and how long it
takes. Then each mutant runs in a process forked from this one, which has imported the libraries already: it imports
FILE with the change, and runs the tests that reach the line, the quickest first, until one fails. No file is written.
Mutants are tried in a fixed random order, so that a run whose seconds ran out has tried a fair sample.

Survivors and unreached ones are told on stderr as they are found. Stdout has one JSON document with all figures and,
for each mutant, its file, line, change, fate, and the test that killed it. Ends with 0, unless the tests fail as they
are (1) or the arguments make no sense (2). Floats, annotations, decorators, messages of exceptions and lines for the
log are left alone. Needs an operating system that forks.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutate.run import main

if __name__ == "__main__":
    sys.exit(main(__doc__))
