"""identity: agencies, OAuth clients, people and their roles, tokens and keys. Knows nobody in a family."""
