"""Closing by agreement: the customer is asked first, and silence after a while counts as a yes."""
