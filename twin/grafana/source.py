"""The data source: InfluxDB in InfluxQL mode, as Grafana's HTTP API takes it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.grafana.board import DATA_SOURCE_UID


@dataclass(frozen=True, slots=True)
class Influx:
    """Where Grafana finds the store, as seen from Grafana. A token is for 2.x and 3, user and password are for 1.x."""

    url: str
    bucket: str
    token: str = ""
    user: str = ""
    password: str = ""


def data_source(influx: Influx) -> dict[str, Any]:
    """InfluxDB 2.x and 3 take a token in a header, 1.x a user and password; both answer `/query?db=`."""
    fixed = {"uid": DATA_SOURCE_UID, "name": "Boucle", "type": "influxdb", "access": "proxy", "url": influx.url}
    json_data = {"version": "InfluxQL", "dbName": influx.bucket, "httpMode": "GET"}
    if influx.token:
        header = {"httpHeaderName1": "Authorization"}
        return {**fixed, "jsonData": json_data | header, "secureJsonData": {"httpHeaderValue1": f"Token {influx.token}"}}
    if influx.user:
        return {**fixed, "user": influx.user, "jsonData": json_data, "secureJsonData": {"password": influx.password}}
    return {**fixed, "jsonData": json_data}
