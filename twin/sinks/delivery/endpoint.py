"""The two write endpoints of InfluxDB behind one `write(body)`; which one is found out from the server.

2.x and later: influxdb-client, one synchronous write a body. 1.x: `/write?db=`, with the same urllib3 that the client brings.
"""
from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import urllib3
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

from config.settings import Influx
from twin.sinks.delivery.forget import forgotten
from twin.sinks.delivery.outcome import Kind, Outcome, classify

ALL_TIME = ("1970-01-01T00:00:00Z", "2200-01-01T00:00:00Z")
_DETAIL = 500  # characters kept of an answer


@dataclass(frozen=True)
class Target:
    """Where to write. On 1.x the bucket is the database, and the token is `user:password` or empty. Never printed with its token."""

    url: str
    bucket: str
    org: str = ""
    token: str = ""
    create: bool = True  # make the bucket or database when it is missing
    gzip: bool = False
    timeout_s: float = 10.0

    def __repr__(self) -> str:
        return f"Target({self.url}, {self.bucket})"


def target(influx: Influx) -> Target:
    """Where the settings point to; a 1.x server takes `user:password` where a 2.x one takes a token."""
    login = f"{influx.username}:{influx.password.get_secret_value() if influx.password else ''}" if influx.username else ""
    return Target(influx.url.get_secret_value().rstrip("/") if influx.url else "", influx.database if influx.version == "1" else influx.bucket,
                  influx.org or "", influx.token.get_secret_value() if influx.token else login)


class Endpoint(Protocol):
    """One kind of server."""

    version: str

    def prepare(self) -> None:
        """Make the bucket or database if it is missing and that is allowed."""

    def write(self, body: bytes) -> Outcome: ...

    def close(self) -> None: ...


class Away(Exception):
    """The server does not answer, or not as an InfluxDB."""


def _pool(target: Target) -> urllib3.PoolManager:
    headers = urllib3.make_headers(basic_auth=target.token) if ":" in target.token else {}
    return urllib3.PoolManager(timeout=urllib3.Timeout(target.timeout_s), retries=False, headers=headers)


def version(target: Target) -> str:
    """Version by `/ping`, else by `/health`; raises Away."""
    with _pool(target) as http:
        try:
            ping = http.request("GET", f"{target.url}/ping")
            told = ping.headers.get("X-Influxdb-Version", "")
            return (told or _health(http, target)).lstrip("v")
        except urllib3.exceptions.HTTPError as err:
            raise Away(_detail(err)) from None


def _health(http: urllib3.PoolManager, target: Target) -> str:
    """A build of one's own may not know its version: a JSON answer here means 2 or later, 1.x before 1.8 has no such page."""
    answer = http.request("GET", f"{target.url}/health")
    try:
        return str(json.loads(answer.data)["version"]) or "2"
    except (ValueError, KeyError, TypeError):
        return "2" if target.org else "1"


def connect(target: Target) -> Endpoint:
    """The endpoint that the server understands, its bucket there; raises Away."""
    found = version(target)
    endpoint: Endpoint = First(target, found) if found.startswith(("0.", "1")) else Second(target, found)
    try:
        endpoint.prepare()
    except (urllib3.exceptions.HTTPError, ApiException) as err:
        endpoint.close()
        raise Away(_detail(err)) from None
    return endpoint


class First:
    """InfluxDB 1.x: `/write?db=`."""

    def __init__(self, target: Target, version: str):
        self.target, self.version = target, version
        self._http = _pool(target)

    def prepare(self) -> None:
        if self.target.create:
            name = self.target.bucket.replace("\\", "\\\\").replace('"', '\\"')
            query = urlencode({"q": f'CREATE DATABASE "{name}"'})
            answer = self._http.request("POST", f"{self.target.url}/query?{query}")
            if answer.status >= 300:
                raise Away(f"CREATE DATABASE: HTTP {answer.status}: {_text(answer.data)}")

    def write(self, body: bytes) -> Outcome:
        if (old := forgotten(body)) is not None:
            return self._forget(*old)
        headers = {**self._http.headers, "Content-Encoding": "gzip"} if self.target.gzip else dict(self._http.headers)
        url = f"{self.target.url}/write?{urlencode({'db': self.target.bucket, 'precision': 'ns'})}"
        try:
            answer = self._http.request("POST", url, body=gzip.compress(body, 1) if self.target.gzip else body, headers=headers)
        except urllib3.exceptions.HTTPError as err:
            return Outcome(Kind.AGAIN, _detail(err))
        return classify(answer.status, _text(answer.data), answer.headers.get("Retry-After", ""))

    def _forget(self, site: str, scenario: str) -> Outcome:
        query = urlencode({"db": self.target.bucket, "q": f"DROP SERIES WHERE \"scenario\" = '{scenario}' AND \"site\" = '{site}'"})
        try:
            answer = self._http.request("POST", f"{self.target.url}/query?{query}")
        except urllib3.exceptions.HTTPError as err:
            return Outcome(Kind.AGAIN, _detail(err))
        return _taken(answer.status, _text(answer.data))

    def close(self) -> None:
        self._http.clear()


class Second:
    """InfluxDB 2.x and later, by influxdb-client."""

    def __init__(self, target: Target, version: str):
        self.target, self.version = target, version
        self._client = InfluxDBClient(target.url, target.token, org=target.org, timeout=int(target.timeout_s * 1000),
                                      enable_gzip=target.gzip, retries=False)
        self._write = self._client.write_api(SYNCHRONOUS)

    def prepare(self) -> None:
        if self.target.create and self._client.buckets_api().find_bucket_by_name(self.target.bucket) is None:
            self._client.buckets_api().create_bucket(bucket_name=self.target.bucket, org=self.target.org)

    def write(self, body: bytes) -> Outcome:
        if (old := forgotten(body)) is not None:
            return self._forget(*old)
        try:
            self._write.write(self.target.bucket, record=body)
        except ApiException as err:
            return classify(err.status or 0, _detail(err), (err.headers or {}).get("Retry-After", ""))
        except urllib3.exceptions.HTTPError as err:
            return Outcome(Kind.AGAIN, _detail(err))
        return Outcome(Kind.DONE)

    def _forget(self, site: str, scenario: str) -> Outcome:
        try:
            self._client.delete_api().delete(*ALL_TIME, f'scenario="{scenario}" AND site="{site}"', self.target.bucket, self.target.org)
        except ApiException as err:
            return _taken(err.status or 0, _detail(err))
        except urllib3.exceptions.HTTPError as err:
            return Outcome(Kind.AGAIN, _detail(err))
        return Outcome(Kind.DONE)

    def close(self) -> None:
        self._client.close()


def _taken(status: int, detail: str) -> Outcome:
    """A server that cannot delete keeps what is old: newer rows of the same moments still write over it."""
    return Outcome(Kind.DONE) if status in (400, 404, 405, 422, 501) else classify(status, detail)


def _text(data: bytes) -> str:
    """What a server said, its JSON message if that is what it is."""
    text = data.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
        return str(found.get("error") or found.get("message") or text)[:_DETAIL]
    except (ValueError, AttributeError):
        return text[:_DETAIL]


def _detail(err: Exception) -> str:
    body = getattr(err, "body", None)
    if body:
        return _text(body if isinstance(body, bytes) else str(body).encode())
    return f"{type(err).__name__}: {err}"[:_DETAIL]
