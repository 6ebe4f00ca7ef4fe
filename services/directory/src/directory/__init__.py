"""Who is who, as identity tells it: the areas, services and people of a council, kept by each program that needs them.

A program that mounts it derives the four tables from `tables`, and lets `reactions` write them. It asks `repository`.
What identity said last may be some seconds old; so a refusal says where the present list is.
"""
