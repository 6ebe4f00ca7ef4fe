"""What somebody sees who opens the platform's address: what runs here, what it can do, and how to begin."""
