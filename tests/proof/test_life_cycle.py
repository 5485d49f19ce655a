"""Whatever people, platforms and time do, in whatever order: what holds after every step.

Each promise of the desk is a method, named after it. `HYPOTHESIS_PROFILE=thorough` looks for longer.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.proof.held import SEQUENCE, Row
from tests.proof.machine import BY_REF, PRIORITIES, STAFF, WORD, Life

CHANNELS = {1: "agents", 2: "billing-agents"}
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


class LifeOfTickets(Life):
    @invariant()
    def every_message_of_a_customer_is_kept_in_one_place_or_its_author_was_told(self) -> None:
        """In one ticket's timeline, or waiting for its author's choice; never in two, never nowhere."""
        for sent in (sent for sent in self.sent if sent.letter == "s" and not sent.deleted):
            kept = [e for e in self.held.timeline if e["source_message"] == sent.place.message]
            waits = [d for d in self.held.drafts if d["message"] == sent.place.message]
            assert len(kept) + len(waits) == (0 if sent.refused else 1), sent
            for entry in kept:
                assert (entry["kind"], entry["author"]) == ("said", str(sent.author.ref))
                assert sent.word in entry["text"]

    @invariant()
    def every_message_of_a_customer_is_shown_to_the_agents_once_and_in_order(self) -> None:
        for id in self.tickets:
            said = [e for e in self.held.entries(id) if e["kind"] == "said" and not e["deleted_at"]]
            keys = [f"message:{e['id']}:agents" for e in said]
            for key in keys:
                waits, failed = self.held.posts(key, "due"), self.held.posts(key, "dead")
                assert (key in self.held.spots) + len(waits) + len(failed) + (key in self.never_said) == 1, key
                assert self.chat.made.get(key, 0) <= 1
            shown = [post.key for post in self.chat.posts.values() if post.key in keys]
            assert {key for key in keys if key in self.held.spots} <= set(shown)
            if not self.tried_again:
                assert shown == [key for key in keys if key in shown]

    @invariant()
    def every_message_reaches_everyone_who_takes_part_in_private_once(self) -> None:
        """Replies reach all of them, what one of them says all the others."""
        for entry in self.held.timeline:
            id = entry["id"] >> SEQUENCE
            ticket = self.held.tickets[id]
            if entry["deleted_at"] or entry["kind"] not in ("said", "replied") or ticket["room_kind"] != "direct":
                continue
            for who in self.hearers[entry["id"]] - {entry["author"], entry["staff"]}:
                customer = who == ticket["customer"]
                key = f"message:{entry['id']}:customer" + ("" if customer else f":{who}")
                waits, failed = self.held.posts(key, "due"), self.held.posts(key, "dead")
                assert (key in self.held.spots) + len(waits) + len(failed) + (key in self.never_said) == 1, key
                assert self.chat.made.get(key, 0) <= 1
                for post in self.chat.under(key):
                    assert post.room == ("@" + who.rpartition("/")[2], "")

    @invariant()
    def messages_are_shown_in_the_rooms_of_their_own_ticket(self) -> None:
        for post in self.chat.posts.values():
            kind, id, *rest = post.key.split(":")
            if kind == "message" and rest == ["agents"]:
                ticket = int(id) >> SEQUENCE
                place = self.agents_thread(ticket)
                assert place is not None
                assert post.room == (CHANNELS[self.held.tickets[ticket]["desk"]], place.thread)

    @invariant()
    def no_note_ever_leaves_the_agents_rooms(self) -> None:
        """Nor a tag: on the platform, on its way there, or in an answer to somebody who is no agent."""
        for room, _, text in self.chat.said:
            assert room[0] in CHANNELS.values() or not internal(text), text
        for row in self.held.outbox:
            assert row["room"].endswith(":agents") or not internal(str(row["effect"])), row
        for _, text, _ in self.read_by_customers:
            assert not internal(text), text

    @invariant()
    def a_ticket_is_what_its_timeline_tells(self) -> None:
        """One state and one assignee, by legal steps only: `retold` raises at others."""
        for id, ticket in self.tickets.items():
            row = self.held.tickets[id]
            assert (ticket.state, ticket.closed_at) == (row["state"], row["closed_at"])
            assert (ticket.assignee, ticket.priority) == (row["assignee"], row["priority"])
            assert ticket.subject == row["subject"]
            assert ticket.tags == {tag["tag"] for tag in self.held.tags if tag["ticket"] == id}
            assert ticket.people | {ticket.customer} == self.held.taking_part(id)

    @invariant()
    def numbers_count_from_one_at_each_desk(self) -> None:
        for desk in CHANNELS:
            numbers = sorted(row["number"] for row in self.held.tickets.values() if row["desk"] == desk)
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def entries_are_counted(self) -> None:
        for id, row in self.held.tickets.items():
            places = [entry["id"] & ((1 << SEQUENCE) - 1) for entry in self.held.entries(id)]
            assert places == list(range(1, row["entries"] + 1))

    @invariant()
    def the_card_shows_the_tickets_state_once_settled(self) -> None:
        for id, ticket in self.tickets.items():
            key = f"ticket:{id}:agents"
            if key not in self.held.spots or key in self.given_up or self.held.about(key):
                continue
            [card] = self.chat.under(key)
            fields = {f.name: "".join(map(str, f.value)) for f in card.message.fields}
            assert card.message.title == f"#{self.held.tickets[id]['number']} {ticket.subject or '(erased)'}"
            assert fields["Status"] == status(ticket.state, ticket.assignee)
            assert fields.get("Priority", "normal") == PRIORITIES[ticket.priority]
            assert set(fields.get("Tags", "").split(", ")) - {""} == ticket.tags
            assert ("ticket.reopen" in {b.action for b in card.message.buttons}) == (ticket.state == "closed")

    @invariant()
    def marks_agree_with_the_outbox(self) -> None:
        """Sending while it waits, failed when it was given up, delivered when it is there; and so it is shown."""
        for entry in self.held.timeline:
            if entry["deleted_at"] or entry["kind"] not in ("replied", "noted"):
                continue
            assert entry["mark"] == self.mark_of(entry)
            key, shown = f"mark:{entry['id']}", self.chat.marks.get(entry["source_message"])
            if shown and key not in self.given_up and not self.held.about(key):
                assert shown == (entry["mark"] or "internal")

    def mark_of(self, entry: Row) -> str | None:
        key = f"message:{entry['id']}:customer"
        if entry["kind"] == "noted":
            return None
        if self.held.posts(key, "due"):
            return "sending"
        return "failed" if key in self.never_said or self.held.posts(key, "dead") else "delivered"

    @invariant()
    def deleted_words_are_nowhere(self) -> None:
        """Not kept, not on their way, and taken back where they were shown, unless the platform refuses."""
        for text in self.held.texts():
            assert not self.gone & set(WORD.findall(text)), text
        for post in self.chat.posts.values():
            if self.gone & set(WORD.findall(post.text)):
                assert post.key in self.given_up or self.held.about(post.key), post.text

    @invariant()
    def old_words_of_an_edit_are_replaced(self) -> None:
        for text in self.held.texts(outbox=False):
            assert not self.replaced & set(WORD.findall(text)), text
        for post in self.chat.posts.values():
            if self.replaced & set(WORD.findall(post.text)):
                assert post.key in self.given_up or self.held.about(post.key), post.text

    @invariant()
    def nobody_sees_words_of_tickets_they_take_no_part_in(self) -> None:
        threads = {
            place.thread: [i for i, p in self.threads() if p.thread == place.thread] for _, place in self.threads()
        }
        for (conversation, thread), _, text in self.chat.said:
            if conversation.startswith("@"):
                assert self.may_read(f"fake/w/{conversation[1:]}", text), text
            elif conversation == "help":
                here = threads[thread]
                assert all(self.home.get(word, here[0]) in here for word in WORD.findall(text)), text
        for reader, text, theirs in self.read_by_customers:
            known = {word for word in WORD.findall(text) if self.home.get(word) not in theirs}
            assert self.may_read(reader, " ".join(known)), f"{reader} was told {text}"

    def may_read(self, reader: str, text: str) -> bool:
        return reader in STAFF or all(reader in self.may_see.get(word, {reader}) for word in WORD.findall(text))

    @invariant()
    def each_room_with_waiting_effects_has_one_head(self) -> None:
        oldest: dict[str, int] = {}
        for row in self.held.outbox:
            if row["state"] == "due":
                oldest.setdefault(row["room"], row["id"])
        assert {row["id"] for row in self.held.outbox if row["head"]} == set(oldest.values())


def internal(text: str) -> bool:
    """Whether it carries a note or a tag."""
    return any(word[0] in "ng" for word in WORD.findall(text))


def status(state: str, assignee: str | None) -> str:
    if state == "closed":
        return "closed"
    return f"claimed by {BY_REF[assignee].name}" if assignee else "open, unclaimed"


@pytest.mark.timeout(0 if THOROUGH else 180)
@pytest.mark.parametrize("half", [1, 2])  # side by side on two cores
def test_the_promises_of_the_desk_hold_whatever_happens(half: int) -> None:
    run_state_machine_as_test(
        LifeOfTickets,
        settings=settings(
            max_examples=1000 if THOROUGH else 15,
            stateful_step_count=60 if THOROUGH else 40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
