"""What was done with people's data, written down in codes."""
