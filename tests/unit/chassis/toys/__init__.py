"""A program with one noun, to try the chassis on."""
