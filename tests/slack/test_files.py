"""Files from Slack: fetched from Slack only, and checked; what cannot be kept is told to its author and to agents."""

from pathlib import Path

from aiohttp import web

from tests.slack.world import World, world


async def test_a_page_to_sign_in_is_never_kept_as_the_file(desk: World):
    desk.slack.app.scopes -= {"files:read"}
    said = await desk.say(desk.anna, "look", files=[("photo.png", b"\x89PNG" * 100)])
    assert not any(line.files for line in desk.agents_room())
    shown = desk.agents_room()[-1].text
    assert shown.startswith("look\n[📎 photo.png ✗ ")
    assert not any(f.user == desk.slack.bot for f in desk.slack.work.files.values())
    told = [line.text for line in desk.private(desk.anna)]
    assert any("photo.png: Slack gave a page to sign in instead" in text for text in told), told
    assert said.ts


async def test_the_token_follows_no_redirect_away_from_slack(desk: World):
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(body=b"got you")

    server = web.Application()
    server.add_routes([web.get("/secret", elsewhere)])
    runner = web.AppRunner(server)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/secret"
        desk.slack.fail("files.download", redirect=address, times=-1)
        await desk.say(desk.anna, "look", files=[("photo.png", b"\x89PNG" * 100)])
    finally:
        await runner.cleanup()
    assert seen == []
    assert "[📎 photo.png ✗" in desk.agents_room()[-1].text


async def test_a_file_that_is_too_large_is_told_and_the_words_are_kept(tmp_path: Path):
    async with world(tmp_path, http=True, max_file_mb=1) as desk:
        await desk.say(desk.anna, "look", files=[("film.mp4", b"0" * 1_100_000)])
        assert desk.agents_room()[-1].text.startswith("look\n[📎 film.mp4 ✗ ")
        assert any("film.mp4" in line.text for line in desk.private(desk.anna) if line.by_app)


async def test_a_file_that_slack_does_not_hand_out_now_comes_with_slacks_next_delivery(desk: World):
    desk.slack.fail("files.download", status=503, times=2)
    desk.slack.patience = 0.5
    await desk.slack.say(desk.anna.id, "@bot", "look", files=[("photo.png", b"\x89PNG" * 100)])
    await desk.slack.advance(61)
    await desk.settle()
    assert [line.files for line in desk.agents_room() if line.files] == [("photo.png",)]


async def test_a_file_that_never_comes_is_done_without(desk: World):
    desk.slack.fail("files.download", status=503, times=-1)
    desk.slack.patience = 0.5
    await desk.slack.say(desk.anna.id, "@bot", "look", files=[("photo.png", b"\x89PNG" * 100)])
    await desk.slack.advance(400)
    await desk.settle()
    assert [line.text.splitlines()[0] for line in desk.agents_room()] == ["look"]
