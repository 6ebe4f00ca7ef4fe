"""The borough's journey over a running platform, by public APIs only, and the supervisor that keeps one running."""
