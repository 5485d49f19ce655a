"""Accounts of one person on several platforms."""
