"""The privacy notice and the record of processing, and what changed in them."""
