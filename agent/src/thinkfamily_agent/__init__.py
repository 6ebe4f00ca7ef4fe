"""Pushes a partner's exports from a folder to thinkfamily, and brings back what became of each row.

It runs at the partner, needs no server and no database, and knows nothing of the platform but its API.
"""
