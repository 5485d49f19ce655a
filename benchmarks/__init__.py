"""`make bench`: what the desk does per second, beside the floor that its database allows, in one run."""
