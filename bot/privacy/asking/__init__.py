"""What people decide about their data and correct in it: words, restriction, objection, consent, age."""
