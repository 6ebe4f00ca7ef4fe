"""Tamper evidence: a Merkle tree (RFC 6962, RFC 9162) over what a program logs, with signed heads that others keep.

A program names its log in one place (`Log`), and puts a leaf into it wherever it writes what must not change unseen
(`leaves.append_leaves`). A worker gives the leaves their positions and signs heads; each head is told to the others,
who hold it in their own stores. Whoever has a copy of the log and any head can check it, without this code.
"""
