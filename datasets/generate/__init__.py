"""Generators: one file an equation, each a recipe that the engine turns into a file."""
