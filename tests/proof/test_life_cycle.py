"""Whatever people, platforms and time do, in whatever order: what holds after every step.

`HYPOTHESIS_PROFILE=thorough` looks for longer. Each promise of the desk is a method, named after it.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant

from tests.proof.held import MESSAGES, Row
from tests.proof.machine import WORD, Life
from tests.proof.world import AGENTS, EVERYBODY

CARD_STATUS = {"closed": "closed", "free": "open, unclaimed"}
URGENCY = ["urgent", "high", "normal", "low"]


class LifeOfTickets(Life):
    @invariant()
    def every_message_of_a_customer_is_kept_in_one_place_or_its_author_was_told(self) -> None:
        """In one ticket's timeline, or waiting for its author's choice; never in two, never nowhere."""
        for sent in (sent for sent in self.sent if sent.letter == "s" and not sent.deleted):
            kept = [e for e in self.held.timeline if e["source_message"] == sent.place.message]
            waits = [d for d in self.held.drafts if d["message"] == sent.place.message]
            assert len(kept) + len(waits) == (0 if sent.refused else 1), sent
            for entry in kept:
                assert entry["kind"] == "said"
                assert entry["author"] == str(sent.author.ref)
                assert sent.word in entry["text"]

    @invariant()
    def every_message_of_a_customer_is_shown_to_the_right_agents_once_and_in_order(self) -> None:
        for id in self.tickets:
            shown = self.agents_see(id)
            said = [e for e in self.held.entries(id) if e["kind"] == "said" and not e["deleted_at"]]
            keys = [f"message:{e['id']}:agents" for e in said]
            delivered = [key for key in keys if key in self.held.spots]
            for key in keys:
                waits, failed = self.held.posts(key, "due"), self.held.posts(key, "dead")
                places = (key in self.held.spots) + len(waits) + len(failed) + (key in self.given_up)
                assert places == 1, f"{key} is in {places} places"
                assert self.chat.made.get(key, 0) <= 1
            assert [key for key in shown if key in delivered] == [key for key in delivered if key in shown]
            assert set(delivered) <= set(shown)
            if not self.tried_again:
                assert shown == sorted(shown, key=lambda key: int(key.split(":")[1]))

    @invariant()
    def agents_are_shown_their_own_desks_messages_only(self) -> None:
        for post in self.chat.posts.values():
            if post.key.startswith("message:") and post.key.endswith(":agents"):
                ticket = int(post.key.split(":")[1]) >> 20
                desk = self.held.tickets[ticket]["desk"]
                assert post.room[0] == {1: "agents", 2: "billing-agents"}[desk]
                assert post.room[1] == self.agents_thread(ticket).thread  # type: ignore[union-attr]

    @invariant()
    def no_note_ever_leaves_the_agents_rooms(self) -> None:
        """Nor a tag, on the platform, on its way there, or in an answer to somebody who is no agent."""
        for room, _, text in self.chat.said:
            if not room[0].endswith("agents"):
                assert not internal(text)
        for row in self.held.outbox:
            if not row["room"].endswith(":agents"):
                assert not internal(str(row["effect"]))
        for _, text in self.read_by_customers:
            assert not internal(text)

    @invariant()
    def a_ticket_is_what_its_timeline_tells(self) -> None:
        """One state, one assignee, legal steps only: `told` raises at others."""
        for id, ticket in self.tickets.items():
            row = self.held.tickets[id]
            assert (ticket.state, ticket.assignee) == (row["state"], row["assignee"])
            assert (ticket.priority, ticket.subject) == (row["priority"], row["subject"])
            assert ticket.closed_at == row["closed_at"]
            assert ticket.tags == {tag["tag"] for tag in self.held.tags if tag["ticket"] == id}
            assert ticket.people | {ticket.customer} == self.held.taking_part(id)

    @invariant()
    def numbers_count_from_one_at_each_desk(self) -> None:
        for desk in (1, 2):
            numbers = sorted(row["number"] for row in self.held.tickets.values() if row["desk"] == desk)
            assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def entries_are_counted(self) -> None:
        for id, row in self.held.tickets.items():
            sequence = [entry["id"] & (2**20 - 1) for entry in self.held.entries(id)]
            assert sequence == list(range(1, row["entries"] + 1))

    @invariant()
    def the_card_shows_the_tickets_state_once_settled(self) -> None:
        for id, ticket in self.tickets.items():
            key = f"ticket:{id}:agents"
            troubled = [row for row in self.held.outbox if row["key"] == key]
            if troubled or key in self.given_up or key not in self.held.spots:
                continue
            [card] = self.chat.under(key)
            fields = {f.name: "".join(map(str, f.value)) for f in card.message.fields}
            number = self.held.tickets[id]["number"]
            assert card.message.title == f"#{number} {ticket.subject or '(erased)'}"
            assert fields["Status"] == self.status(ticket.state, ticket.assignee)
            assert fields.get("Priority", "normal") == URGENCY[ticket.priority]
            assert set(WORD.findall(fields.get("Tags", ""))) == ticket.tags
            assert ("ticket.reopen" in {b.action for b in card.message.buttons}) == (ticket.state == "closed")

    def status(self, state: str, assignee: str | None) -> str:
        if state == "closed":
            return "closed"
        return f"claimed by {EVERYBODY[assignee].name}" if assignee else "open, unclaimed"

    @invariant()
    def marks_agree_with_the_outbox(self) -> None:
        """Sending while it waits, failed when it was given up, delivered when it is there; and so it is shown."""
        for entry in self.held.timeline:
            if entry["deleted_at"] or entry["kind"] not in ("replied", "noted"):
                continue
            if entry["kind"] == "replied":
                assert entry["mark"] == self.mark_of(entry)
            room = f"ticket:{entry['id'] >> 20}:agents"
            mark_key = f"mark:{entry['id']}"
            if entry["source_message"] in self.chat.marks and not self.held.waiting(room):
                if not [row for row in self.held.outbox if row["key"] == mark_key] and mark_key not in self.given_up:
                    shown = self.chat.marks[entry["source_message"]]
                    assert shown == (entry["mark"] or "internal")

    def mark_of(self, entry: Row) -> str:
        key = f"message:{entry['id']}:customer"
        if self.held.posts(key, "due"):
            return "sending"
        if self.held.posts(key, "dead") or key in self.given_up:
            return "failed"
        return "delivered"

    @invariant()
    def deleted_words_are_nowhere(self) -> None:
        """Not kept, not on their way, and taken back wherever the platform lets us."""
        kept = [e["text"] + e["remark"] for e in self.held.timeline] + [d["text"] for d in self.held.drafts]
        kept += [row["subject"] for row in self.held.tickets.values()]
        kept += [str(row["effect"]) for row in self.held.outbox]
        for text in kept:
            assert not self.gone & set(WORD.findall(text)), text
        for post in self.chat.posts.values():
            if self.gone & set(WORD.findall(post.text)):
                assert [row for row in self.held.outbox if row["key"] == post.key], post.text

    @invariant()
    def old_words_of_an_edit_are_replaced(self) -> None:
        for text in (e["text"] + e["remark"] for e in self.held.timeline):
            assert not self.replaced & set(WORD.findall(text)), text
        for post in self.chat.posts.values():
            if self.replaced & set(WORD.findall(post.text)) and post.key not in self.given_up:
                assert [row for row in self.held.outbox if row["key"] == post.key], post.text

    @invariant()
    def nobody_sees_words_of_tickets_they_take_no_part_in(self) -> None:
        for room, _, text in self.chat.said:
            if room[0].startswith("@"):
                reader = f"fake/w/{room[0][1:]}"
                assert self.allowed(reader, text), f"{reader} was shown {text}"
            elif room[0] == "help":
                assert {self.ticket_of(word) for word in WORD.findall(text) if word[0] in "sr"} <= self.in_thread(
                    room[1]
                )
        for reader, text in self.read_by_customers:
            assert self.allowed(reader, text), f"{reader} was told {text}"

    def allowed(self, reader: str, text: str) -> bool:
        if reader in {str(agent.ref) for agent in AGENTS}:
            return True
        return all(reader in self.may_see.get(word, {reader}) for word in WORD.findall(text))

    def ticket_of(self, word: str) -> int | None:
        return self.home.get(word)

    def in_thread(self, thread: str) -> set[int | None]:
        return {id for id in self.tickets if (place := self.customers_thread(id)) and place.thread == thread} | {None}

    @invariant()
    def each_room_with_waiting_effects_has_one_head(self) -> None:
        heads = {row["id"] for row in self.held.outbox if row["head"]}
        rooms = {row["room"] for row in self.held.outbox if row["state"] == "due"}
        assert heads == {min(row["id"] for row in self.held.waiting(room)) for room in rooms}


def internal(text: str) -> bool:
    """Whether it carries a note or a tag."""
    return any(word[0] in "ng" for word in WORD.findall(text))


assert MESSAGES
THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
TestLifeOfTickets = LifeOfTickets.TestCase
TestLifeOfTickets.settings = settings(
    max_examples=2000 if THOROUGH else 30,
    stateful_step_count=60 if THOROUGH else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
