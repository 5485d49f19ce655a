"""What the command line does, once it is known what was asked. Results are lines to print."""
