"""What an attacker tries, and where it is shown that it fails. "Both" are tests that run against both frameworks.

signatures      Slack: test_signatures, slack/test_faults. Discord calls nobody: the bot keeps a connection.
replay          Slack: test_replay. Discord: discord/test_mischief.
forged buttons  Slack: test_other_workspace. Discord: test_forged. Every command and form: proof/test_hostile.
other desks     proof/test_hostile, proof/test_mended.
other workspace Slack: test_other_workspace. Discord: test_forged, discord/test_faults. Commands: proof/test_hostile.
removed agent   Slack: test_replay. Discord: test_forged.
mentions        Both: test_mentions, contract.
file names      Both: test_downloads. Names alone: storage/test_files.
zip bombs, drips, redirects, pages for files    Both: test_downloads. What the program reaches at all: test_egress.
slow patterns   test_patterns finds each in the source.
logs            Both: test_secrets, test_logged_ids. What is filled in at all: test_logs.
transcripts     fuzz (pages). Tables: privacy/test_portability.
parsers         Both: fuzz.
"""
