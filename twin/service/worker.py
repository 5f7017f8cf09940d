"""The process that answers what-ifs and gives advice beside the service: the fold keeps its core while futures are computed."""
from __future__ import annotations

import os
import pickle
import signal
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

from config.site import Site
from twin.advise.advice import encode as encode_advice
from twin.advise.advise import advise
from twin.advise.wish import Wish
from twin.service.advice_request import AdviceRequest
from twin.service.request import Request
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.ground import Ground, ground
from twin.whatif.question import Question
from twin.whatif.refusal import Refused
from twin.whatif.snapshots import shown
from twin.whatif.start import Start, designed

NICE = 10


class Cancelled(Exception):
    """Whoever asked does not want to know any more."""


def work(site: Site, g: Ground | None, pipe: Connection, far: Connection | None, cancel: Event) -> None:
    """Answer one request after the other until the pipe closes: (request, question or wish, start as bytes or None) in; ("share", x), ("answer", bytes, snapshots),
    ("refused", field, why) or ("cancelled",) out. A forked worker has `g`, and the `far` end of the pipe to close."""
    signal.set_wakeup_fd(-1)  # the service's own, if it has one already
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the service's matter: it ends us
    os.nice(NICE)
    if far is not None:
        far.close()
    if g is None:
        g = ground(site)
    while True:
        try:
            request, question, present = pickle.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        pipe.send(answered(g, request, question, present, pipe, cancel))


def answered(g: Ground, r: Request | AdviceRequest, q: Question | Wish, present: Start | None, pipe: Connection, cancel: Event) -> tuple:
    """What to send back."""
    def tell(share: float) -> None:
        if cancel.is_set():
            raise Cancelled
        pipe.send(("share", share))

    try:
        start = designed(g, r.load, r.outdoor_c) if present is None else present
        if isinstance(q, Wish):
            return "answer", encode_advice(advise(g, start, q, tell)), []
        found = ask(g, start, q, tell)
        return "answer", encode(found), shown(g, found, r.show) if present is not None and isinstance(r, Request) else []
    except Refused as refused:
        return "refused", refused.field, refused.why
    except Cancelled:
        return ("cancelled",)
