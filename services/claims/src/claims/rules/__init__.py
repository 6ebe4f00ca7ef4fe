"""The evaluator: what the rules say of a family, from facts alone.

Nothing here reads a store, a clock or a file. Dataclasses come in, verdicts with reasons and the ids of their evidence
go out; the same input gives the same answer, to the byte, for ever.
"""
