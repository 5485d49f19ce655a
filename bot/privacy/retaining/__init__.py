"""How long what is kept, and its end."""
