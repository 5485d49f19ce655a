"""Where each case of what goes wrong elsewhere is tried: under its number, or here by name. None gets lost unseen, and
each is tried on both databases."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import COLLECTED

TESTS = Path(__file__).parents[1]
CASES = {
    1: "deletes while the ticket is open and claimed",
    2: "a message arrives between two steps",
    3: "the platform sends old events again",
    5: "an agent who is a customer, too",
    6: "an agent's own view, export and deletion",
    7: "everything asked while everything else is on its way",
    8: "deletes while an export is built or lies ready",
    9: "the export of a shared ticket",
    10: "the search index still holds words",
    11: "free pages, and a reader that holds old ones",
    12: "a backup from before is restored",
    13: "PostgreSQL's statistics and dead rows",
    16: "what waits to be delivered, and reminders",
    17: "what was given up",
    19: "edits, and what the author deleted",
    21: "posts from months ago",
    22: "others quoted the person",
    23: "the process dies at any step",
    24: "the platform refuses, fails, or is slow",
    25: "private messages are closed",
    26: "somebody else's id, codes, officers alone",
    27: "submitted twice, a hundred times, from two accounts",
    28: "legal holds",
    29: "a column, table, key nobody classified",
    30: "a person with very much",
    31: "clocks and months",
    32: "minors",
    33: "restricted people",
    34: "the app is removed and comes back",
    36: "retention meets a hold, a request, a reopening",
    37: "metrics, and hosts nobody declared",
    38: "comes back after an erasure",
    39: "a new version of the notice",
    40: "encryption, keys, rows that were swapped",
    41: "corrections",
}
BY_NAME = {
    3: "privacy/test_gate.py::test_an_old_message_of_theirs_is_not_made_a_ticket_by_others",
    8: "privacy/test_mydata.py::test_an_export_under_way_is_called_off_by_a_deletion "
    "privacy/test_mydata.py::test_an_export_that_lies_ready_goes_with_the_rest",
    10: "storage/test_scrub.py::test_no_deleted_word_is_left_in_any_file_and_every_other_is "
    "storage/test_scrub.py::test_however_the_index_was_built "
    "privacy/test_erasure.py::test_tickets_stay_consistent",
    11: "storage/test_scrub.py::test_while_somebody_reads_old_pages_it_says_try_again "
    "storage/test_scrub.py::test_postgresql_says_try_again_while_somebody_may_see_what_was_deleted "
    "privacy/test_erasure.py::test_nobody_is_told_while_a_reader_holds_old_pages",
    12: "privacy/test_restored.py::test_without_the_tombstones_nothing_starts",
    13: "storage/test_scrub.py::test_postgresql_vacuums_and_renews_its_statistics "
    "privacy/test_erasure.py::test_statistics_of_a_table_that_became_empty_forget_her",
    16: "privacy/test_erasure.py::test_what_waits_to_be_delivered_is_called_off",
    17: "privacy/test_erasure.py::test_what_was_given_up_goes_too",
    19: "slack/test_story.py::test_edits_and_deletions_follow_into_the_other_room "
    "discord/test_talking.py::test_edits_and_deletions_follow_the_copies "
    "proof/test_mended.py::test_deleted_words_stayed_in_the_subject "
    "proof/test_mended.py::test_words_edited_away_stayed_with_those_who_had_been_removed",
    21: "privacy/test_erasure.py::test_what_we_posted_about_her_is_taken_back "
    "privacy/test_erasure.py::test_posts_the_platform_does_not_give_back_are_told",
    23: "privacy/test_crash.py::test_it_comes_to_the_same_end_wherever_it_dies",
    24: "privacy/test_erasure.py::test_nothing_is_told_before_posts_are_taken_back",
    25: "privacy/test_erasure.py::test_a_receipt_that_cannot_be_delivered_keeps_no_address "
    "privacy/test_mydata.py::test_an_export_that_could_not_be_delivered_is_sent_again "
    "discord/test_talking.py::test_mydata_is_reached_by_people_who_left_the_server",
    27: "privacy/test_at_once.py::test_of_many_confirmations_one_deletes_and_one_receipt_comes",
    28: "privacy/test_officer.py::test_a_hold_in_the_time_to_think_stops_what_was_confirmed",
    29: "privacy/test_datamap.py::test_the_database_has_no_column_that_the_map_does_not_know "
    "privacy/test_datamap.py::test_a_program_with_a_table_that_does_not_say_what_it_holds_does_not_start "
    "privacy/test_datamap.py::test_a_key_that_nobody_classified_is_found "
    "privacy/test_datamap.py::test_what_an_author_may_forget_is_found",
    30: "privacy/test_export.py::test_memory_does_not_grow_with_what_is_exported "
    "privacy/test_export.py::test_others_are_served_meanwhile "
    "test_benchmarks.py::test_a_person_with_a_history_has_an_export_and_is_erased",
    32: "privacy/test_age.py::test_whoever_writes_first_is_asked_and_nothing_is_kept",
    33: "privacy/test_restrict.py::test_no_command_does_anything_with_it_but_those_that_say_so",
    34: "slack/test_lifecycle.py::test_an_app_installed_again_with_its_token_goes_on_and_misses_nothing "
    "slack/test_lifecycle.py::test_an_app_installed_again_with_another_token_goes_on_after_a_start_with_it "
    "discord/test_lifecycle.py::test_a_bot_that_was_removed_says_so_and_reads_what_it_missed_when_it_is_back",
    36: "privacy/test_retention.py::test_an_open_request_comes_first "
    "privacy/test_retention.py::test_reopening_gives_a_ticket_its_time_again",
    37: "ops/test_metrics.py::test_nothing_about_a_person_is_in_a_label "
    "test_egress.py::test_a_server_that_nobody_declared_is_not_asked_at_all "
    "test_egress.py::test_a_redirect_to_an_undeclared_host_is_not_followed "
    "privacy/test_record.py::test_everybody_who_is_connected_to_is_in_the_list_with_what_they_get",
    39: "privacy/test_policy.py::test_a_change_that_is_not_material_is_published_and_bothers_nobody",
    41: "privacy/test_correct_disk.py::test_the_old_words_are_nowhere_on_the_disk",
}

NOT_ON_BOTH = {
    13: "only PostgreSQL keeps statistics",
    37: "no database is asked",
}


@cache
def found_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(each.name for each in functions if each.name.startswith("test_"))


@pytest.mark.parametrize("number", CASES, ids=lambda number: f"T{number}")
def test_every_case_is_tried(number: int) -> None:
    for named in BY_NAME.get(number, "").split():
        path, _, test = named.partition("::")
        assert test in found_in(TESTS / path), named
    under_its_number = [
        test for path in TESTS.rglob("test_*.py") for test in found_in(path) if test.startswith(f"test_T{number}_")
    ]
    assert under_its_number or BY_NAME.get(number), f"nothing tries case {number}: {CASES[number]}"


@pytest.mark.slow
@pytest.mark.parametrize("number", [number for number in CASES if number not in NOT_ON_BOTH], ids=lambda n: f"T{n}")
def test_every_case_is_tried_on_both_databases(number: int, request: pytest.FixtureRequest) -> None:
    """In a run of all tests, or at least of all of the case's."""
    wanted = BY_NAME.get(number, "").split()
    wanted += [
        f"{path.relative_to(TESTS).as_posix()}::{test}"
        for path in TESTS.rglob("test_*.py")
        for test in found_in(path)
        if test.startswith(f"test_T{number}_")
    ]
    found: dict[str, set[str]] = {}
    for item in request.config.stash[COLLECTED]:
        assert isinstance(item, pytest.Function)
        name = f"{item.path.relative_to(TESTS).as_posix()}::{item.originalname}"
        if name in wanted:
            found.setdefault(name, set()).add(database_of(item))
    if set().union(*found.values()) < {"sqlite", "postgresql"}:
        if missing := set(wanted) - set(found):
            pytest.skip(f"not all of its tests are here: {', '.join(sorted(missing))}")
        pytest.fail(f"T{number} is tried on {set().union(*found.values())} alone")


def database_of(item: pytest.Function) -> str:
    given = item.callspec.params if hasattr(item, "callspec") else {}
    return str(given.get("database_url") or ("postgresql" if "empty_postgres" in item.fixturenames else "sqlite"))


def test_nothing_is_tried_under_a_number_that_is_no_case() -> None:
    numbers = {
        int(test.split("_")[1][1:])
        for path in TESTS.rglob("test_*.py")
        for test in found_in(path)
        if test.startswith("test_T") and test.split("_")[1][1:].isdigit()
    }
    assert numbers - CASES.keys() == set()
