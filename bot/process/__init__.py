"""The running program: built from settings, one process or several, beside the command line."""
