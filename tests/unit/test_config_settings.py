"""Settings from the environment: what is wrong is told by the name of its variable, and secrets stay secret."""
from __future__ import annotations

import os

import pytest
from pydantic import BaseModel

from config.errors import ConfigError
from config.settings import Settings, _unknown_variables, load_settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in [n for n in os.environ if n.upper().startswith("BOUCLE_")]:
        monkeypatch.delenv(name)


def test_defaults_need_no_environment():
    s = load_settings()
    assert s.mqtt.host is None and s.influx.version == "auto" and s.http.host == "127.0.0.1"


def test_broker_url_carries_user_password_and_tls(monkeypatch):
    monkeypatch.setenv("BOUCLE_MQTT__URL", "mqtts://plant:p%40ss@broker.example:18883")
    s = load_settings()
    assert (s.mqtt.host, s.mqtt.port, s.mqtt.username, s.mqtt.tls) == ("broker.example", 18883, "plant", True)
    assert s.mqtt.password.get_secret_value() == "p@ss" and "p%40ss" not in repr(s) and "p@ss" not in repr(s)


@pytest.mark.parametrize(("url", "port", "tls"), [("mqtt://h", 1883, False), ("mqtts://h", 8883, True)])
def test_ports_by_scheme(monkeypatch, url, port, tls):
    monkeypatch.setenv("BOUCLE_MQTT__URL", url)
    assert (load_settings().mqtt.port, load_settings().mqtt.tls) == (port, tls)


def test_every_variable_of_a_setting_is_known():
    parts = {name: field.default for name, field in Settings.model_fields.items() if isinstance(field.default, BaseModel)}
    names = {f"BOUCLE_{part}__{key}".upper() for part, of in parts.items() for key in type(of).model_fields}
    assert "BOUCLE_FORECAST__WEATHER" in names
    assert not _unknown_variables(dict.fromkeys(names, ""))


@pytest.mark.parametrize(("name", "value", "words"), [
    ("BOUCLE_MQTT__URL", "http://h", "mqtt://"), ("BOUCLE_MQTT__URL", "mqtt://", "HOST"), ("BOUCLE_MQTT__URL", "mqtt://h:port", ""),
    ("BOUCLE_MQTT__CA_FILE", "/none.pem", "no such file"), ("BOUCLE_INFLUX__URL", "influx", "http://"),
    ("BOUCLE_INFLUX__VERSION", "4", "'auto'"), ("BOUCLE_HTTP__PORT", "80800", "65535"), ("BOUCLE_HTTP__PORT", "http", "integer"),
    ("BOUCLE_STORE__KEEP_DAYS", "0", "greater than 0"), ("BOUCLE_LOG_LEVEL", "loud", "'debug'"),
    ("BOUCLE_HTTP__PROT", "80", "did you mean 'BOUCLE_HTTP__PORT'"), ("BOUCLE_LOGLEVEL", "info", "BOUCLE_LOG_LEVEL"),
])
def test_bad_variable_is_named(monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert any(p.key == name and words in p.message for p in caught.value.problems), str(caught.value)


def test_part_that_is_no_object(monkeypatch):
    monkeypatch.setenv("BOUCLE_MQTT", "localhost")
    with pytest.raises(ConfigError, match="BOUCLE_|mqtt"):
        load_settings()


def test_all_bad_variables_at_once(monkeypatch):
    monkeypatch.setenv("BOUCLE_HTTP__PORT", "x")
    monkeypatch.setenv("BOUCLE_INFLUX__VERSION", "4")
    monkeypatch.setenv("BOUCLE_SHINY", "1")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert {p.key for p in caught.value.problems} == {"BOUCLE_HTTP__PORT", "BOUCLE_INFLUX__VERSION", "BOUCLE_SHINY"}


@pytest.mark.parametrize("name", ["BOUCLE_MQTT__URL", "BOUCLE_INFLUX__URL"])
def test_an_error_does_not_tell_the_password(monkeypatch, name):
    monkeypatch.setenv(name, "ftp://user:hunter2@host")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_given_values_stand_above_the_environment(monkeypatch):
    monkeypatch.setenv("BOUCLE_HTTP__PORT", "9000")
    monkeypatch.setenv("BOUCLE_HTTP__HOST", "0.0.0.0")
    s = load_settings(http={"port": 0})
    assert (s.http.port, s.http.host) == (0, "0.0.0.0")
