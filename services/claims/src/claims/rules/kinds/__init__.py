"""The kinds of rules, one file each: its data, what it answers, and examples. `claims/rules/kind.py` says how."""
