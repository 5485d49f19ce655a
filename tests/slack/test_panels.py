"""A desk's own questions on Slack: chosen from, typed, and answered with files."""

from bot.desks.panel import Category, Kind, Panel, Question
from tests.slack.world import World

BROKEN = Category(
    name="It is broken",
    questions=(
        Question(ask="Device", kind=Kind.CHOICE, choices=("phone", "tablet")),
        Question(ask="What happened", kind=Kind.LONG),
        Question(ask="Photo", kind=Kind.FILE, required=False),
    ),
)


async def test_answers_and_their_files_begin_the_ticket(both: World):
    panel = Panel(title="Hello", text="What is it?", categories=(BROKEN,))
    await both.running.store.write(lambda work: work.desks.set_panel(work.desks.all()[0].id, panel))
    await both.command(both.lea, "/desk panel", both.help)
    await both.press(both.anna, "It is broken")
    answers = {"Device": "phone", "What happened": "It fell.", "Photo": [("crack.png", b"\x89PNG" * 50)]}
    await both.submit(both.anna, **answers)
    assert "Your ticket #1 is open" in both.slack.seen_by(both.anna.id).modal
    room = both.agents_room()
    assert any("Device: phone" in line.text and "Photo: crack.png" in line.text for line in room), room
    assert [line.files for line in room if line.files] == [("crack.png",)]
