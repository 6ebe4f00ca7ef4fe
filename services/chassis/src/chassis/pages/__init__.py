"""Pages for people, beside what machines read at the same address."""
