"""Topics of the native profile: `{root}/{site}/{hall}/{class}/{id}/{channel}`, six levels, commands answered one below."""
from __future__ import annotations

from config.classes import CLASSES
from config.site import Asset, Site
from twin.wire.reasons import error

CHANNELS = ("tele", "gpu", "meta", "status", "cmd", "twin", "state")
RETAINED = ("meta", "status", "state")
GATEWAY = "gateway"  # the class segment of a publisher's status; not an asset
ALARM = "alarm"  # the class segment of an alarm's state; the id is the alarm's own
WHATIF_ROOT = "whatif"  # nothing under it can be read as plant data
ACK = "/ack"


def topic(site: Site, asset: Asset, channel: str, root: str | None = None) -> str:
    """Topic of one channel of one asset."""
    return f"{root or site.model.root}/{site.id}/{asset.hall}/{asset.cls}/{asset.id}/{channel}"


def gateway_topic(site: Site, hall: str, name: str) -> str:
    """Where a gateway says that it is online; its last will goes here as well."""
    return f"{site.model.root}/{site.id}/{hall}/{GATEWAY}/{name}/status"


def filters(site: Site) -> tuple[str, ...]:
    """What the twin subscribes to: never its own output, never what-if."""
    base = f"{site.model.root}/{site.id}/+"
    return (f"{base}/+/+/tele", f"{base}/rack/+/gpu", f"{base}/{GATEWAY}/+/status", f"{base}/+/+/cmd")


def request_topic(site: Site) -> str:
    """Where what-ifs are asked."""
    return f"{WHATIF_ROOT}/{site.id}/request"


def answer_topic(site: Site, id: str) -> str:
    """Where the request `id` is answered."""
    return f"{WHATIF_ROOT}/{site.id}/answer/{id}"


def split(site: Site, name: str) -> tuple[str, str, str, str]:
    """(hall, class, id, channel) of a topic of this site; WireError `unknown_topic` for any other."""
    parts = name.split("/")
    if len(parts) != 6 or parts[0] != site.model.root or parts[1] != site.id:
        raise error("unknown_topic", name, detail=f"expected {site.model.root}/{site.id}/hall/class/id/channel")
    if parts[5] not in CHANNELS:
        raise error("unknown_topic", name, detail=f"channel is one of {', '.join(CHANNELS)}")
    return parts[2], parts[3], parts[4], parts[5]


def find(site: Site, name: str, hall: str, cls: str, id: str) -> Asset:
    """The asset a topic names; WireError `unknown_asset` when the site has none such."""
    row = site.at.get((hall, cls, id))
    if row is None:
        known = f"class is one of {', '.join(CLASSES)}" if cls not in CLASSES else f"no {cls} {id} in {hall}"
        raise error("unknown_asset", name, detail=known)
    return site.assets[cls][row]
