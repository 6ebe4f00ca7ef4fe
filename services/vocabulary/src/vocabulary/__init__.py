"""What all programs must mean alike: programs, scopes, roles, purposes, categories, suppliers, feeds, legal origins.

Each list is a file in `data/` with one module that reads and checks it. Programs import the modules; this package
imports no program and not the chassis. What a council sets for itself (areas, agencies, services, users) is not here:
identity holds it and tells the other programs by events.
"""
