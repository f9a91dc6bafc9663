"""A module of the user's that is called like the world."""

GREETING = "hello"
