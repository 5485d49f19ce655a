"""Erasing a person, step by step, and seeing to it that they stay erased."""
