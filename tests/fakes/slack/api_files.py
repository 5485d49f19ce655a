"""files.*: the three steps of an upload (the bytes themselves come in through `web.py`), information, deletion."""

from typing import Any

from . import events, posting
from .api_chat import as_bot, place_to_post, thread_of
from .errors import SlackError
from .file_shapes import file_with_shares
from .methods import Args, method
from .model import File, Json
from .workspace import Workspace

MOST_BYTES = 1_000_000_000


@method("files.getUploadURLExternal", "filename! length! alt_txt snippet_type", scope="files:write", tier="tier4")
def get_upload_url(work: Workspace, args: Args) -> Json:
    length = args.number("length", 0, MOST_BYTES)
    kept = File(work.new_id("F"), args.text("filename"), work.app.user_id, work.clock.now(), length=length)
    work.files[kept.id] = kept
    return {"upload_url": f"{work.base_url}/upload/v1/{kept.id}", "file_id": kept.id}


def take_bytes(work: Workspace, file_id: str, content: bytes) -> str:
    """The raw POST to the upload URL. Its answer, or ValueError if length or ticket do not fit."""
    kept = work.files.get(file_id)
    if kept is None or kept.uploaded:
        raise ValueError("unknown upload ticket")
    if len(content) != kept.length:
        raise ValueError(f"expected {kept.length} bytes, got {len(content)}")
    kept.content, kept.uploaded = content, True
    return f"OK - {len(content)}"


@method(
    "files.completeUploadExternal",
    "files! channel_id channels initial_comment thread_ts blocks",
    scope="files:write",
    tier="tier4",
)
def complete_upload(work: Workspace, args: Args) -> Json:
    """The message with the files appears a moment after the answer, as on Slack, where processing is asynchronous."""
    given: Any = args.json("files", "invalid_arguments")
    if not isinstance(given, list) or not given or not all(isinstance(f, dict) and "id" in f for f in given):
        raise SlackError("invalid_arguments", "must be a list of objects with an id [json-pointer:/files]")
    kept = [_uploaded(work, entry) for entry in given]
    places = [p for p in [args.text("channel_id"), *args.text("channels").split(",")] if p]
    for place in places:
        _share_soon(work, args, place, kept)
    return {"files": [file_with_shares(work, one) for one in kept]}


def _uploaded(work: Workspace, entry: Json) -> File:
    kept = work.files.get(entry["id"])
    if kept is None or not kept.uploaded:
        raise SlackError("file_not_found")
    kept.title = entry.get("title") or kept.name
    return kept


def _share_soon(work: Workspace, args: Args, place: str, kept: list[File]) -> None:
    try:
        channel = place_to_post(work, place)
    except SlackError as refused:
        known = refused.code == "channel_not_found"
        raise SlackError("invalid_channel" if known else refused.code) from None
    new = as_bot(work, channel, args, {"text": args.text("initial_comment"), "files": [one.id for one in kept]})
    new.thread_ts = thread_of(channel, args.text("thread_ts"))
    new.subtype = "file_share"

    def share() -> None:
        new.ts = work.new_ts()
        posting.post(work, new)

    work.clock.call_later(work.file_delay, share)


def _known(work: Workspace, args: Args) -> File:
    kept = work.files.get(args.text("file"))
    if kept is None or not kept.uploaded:
        raise SlackError("file_not_found")
    return kept


@method("files.info", "file! count cursor limit page", scope="files:read", tier="tier4")
def info(work: Workspace, args: Args) -> Json:
    shape = file_with_shares(work, _known(work, args))
    return {"file": shape, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "file!", scope="files:write", tier="tier3")
def delete(work: Workspace, args: Args) -> Json:
    kept = _known(work, args)
    if kept.user != work.app.user_id:
        raise SlackError("cant_delete_file")
    remove(work, kept)
    return {}


def remove(work: Workspace, kept: File) -> None:
    del work.files[kept.id]
    work.emit(events.file_event(work, "file_deleted", kept), None)
