"""Files as Slack writes them in JSON: inside a message, and in files.info with every place they are shared in."""

import mimetypes

from .model import File, Json
from .workspace import Workspace


def file(work: Workspace, kept: File) -> Json:
    suffix = kept.name.rpartition(".")[2].lower() if "." in kept.name else "text"
    private = f"{work.base_url}/files-pri/{work.team.id}-{kept.id}"
    shape: Json = {
        "id": kept.id,
        "created": int(kept.created),
        "timestamp": int(kept.created),
        "name": kept.name,
        "title": kept.title or kept.name,
        "mimetype": mimetypes.guess_type(kept.name)[0] or "text/plain",
        "filetype": suffix,
        "pretty_type": suffix.upper(),
        "user": kept.user,
        "user_team": work.team.id,
        "editable": False,
        "size": len(kept.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(work.channels[place].kind == "channel" for place, _ in kept.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{private}/{kept.name}",
        "url_private_download": f"{private}/download/{kept.name}",
        "media_display_type": "unknown",
        "permalink": f"https://{work.team.domain}.slack.com/files/{kept.user}/{kept.id}/{kept.name}",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    return shape


def file_with_shares(work: Workspace, kept: File) -> Json:
    shares: dict[str, dict[str, list[Json]]] = {}
    for place, ts in kept.shares:
        said = work.channels[place].messages.get(ts)
        entry: Json = {"ts": ts, "team_id": work.team.id, "channel_name": work.channels[place].name}
        if said and said.is_reply:
            entry["thread_ts"] = said.thread_ts
        kind = "public" if work.channels[place].kind == "channel" else "private"
        shares.setdefault(kind, {}).setdefault(place, []).append(entry)
    by_kind = {"channel": "channels", "group": "groups", "mpim": "groups", "im": "ims"}
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    for place, _ in kept.shares:
        places[by_kind[work.channels[place].kind]].append(place)
    return file(work, kept) | {"shares": shares} | places
