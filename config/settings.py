"""Where the service finds its broker, database and store: environment variables `BOUCLE_*`, nested with `__`.

`BOUCLE_MQTT__URL=mqtt://user:pass@host:1883`, `BOUCLE_INFLUX__URL=http://host:8086`, `BOUCLE_HTTP__PORT=8090` ...
Secrets are `SecretStr`: they print as stars.
"""
from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.errors import ConfigError, Problem
from config.validate import keys_at, unknown

PREFIX, DELIMITER = "BOUCLE_", "__"
MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}
Port = Annotated[int, Field(ge=0, le=65535)]  # 0: any free one


def _file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError(f"no such file: {path}")
    return path


def _url(schemes: tuple[str, ...]):
    def check(secret: SecretStr) -> SecretStr:
        parts = urlsplit(secret.get_secret_value())
        if parts.scheme not in schemes or not parts.hostname:
            raise ValueError(f"must be {' or '.join(s + '://' for s in schemes)}HOST[:PORT]")
        _ = parts.port  # raises ValueError where it is no port
        return secret

    return AfterValidator(check)


ExistingFile = Annotated[Path, AfterValidator(_file)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Mqtt(Part):
    """Broker. The URL may carry user and password, so it is a secret as a whole."""

    url: Annotated[SecretStr, _url(("mqtt", "mqtts"))] | None = None
    ca_file: ExistingFile | None = None
    cert_file: ExistingFile | None = None
    key_file: ExistingFile | None = None
    client_id: str = "boucle"

    @property
    def host(self) -> str | None:
        return self._parts().hostname if self.url else None

    @property
    def port(self) -> int:
        return self._parts().port or MQTT_PORTS.get(self._parts().scheme, 1883)

    @property
    def username(self) -> str | None:
        return unquote(self._parts().username) if self._parts().username else None

    @property
    def password(self) -> SecretStr | None:
        return SecretStr(unquote(self._parts().password)) if self._parts().password else None

    @property
    def tls(self) -> bool:
        return self._parts().scheme == "mqtts" or self.ca_file is not None

    def _parts(self) -> Any:
        return urlsplit(self.url.get_secret_value() if self.url else "")


class Influx(Part):
    """InfluxDB. 2.x wants token, org and bucket; 1.x wants a database, with username and password where it asks for them."""

    url: Annotated[SecretStr, _url(("http", "https"))] | None = None
    version: Literal["auto", "1", "2", "3"] = "auto"
    token: SecretStr | None = None
    org: str | None = None
    bucket: str = "boucle"
    database: str = "boucle"
    username: str | None = None
    password: SecretStr | None = None
    gpus: bool = True  # whether every GPU is written, a line a rack and minute; a rack's hottest and mean always are


class Store(Part):
    path: Path = Path("boucle.sqlite")
    keep_days: Annotated[float, Field(gt=0)] = 30.0


class Http(Part):
    host: str = "127.0.0.1"
    port: Port = 8080


class Forecast(Part):
    """What is known of the time to come: a weather forecast (JSON) or a typical year (EPW), and the schedule of jobs (JSON)."""

    weather: ExistingFile | None = None
    jobs: ExistingFile | None = None


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=DELIMITER, frozen=True, extra="forbid", hide_input_in_errors=True)

    mqtt: Mqtt = Mqtt()
    influx: Influx = Influx()
    store: Store = Store()
    http: Http = Http()
    forecast: Forecast = Forecast()
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def load_settings(**given: Any) -> Settings:
    """Settings from the environment, `given` on top (command-line options). Raises ConfigError naming every variable at fault."""
    problems = _unknown_variables(os.environ)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise ConfigError(problems + [_problem(e) for e in error.errors(include_url=False, include_input=False)]) from None
    except ValueError as error:  # pydantic-settings: a nested variable that is no JSON object
        raise ConfigError([*problems, Problem("environment", 0, PREFIX + "*", str(error))]) from None
    if problems:
        raise ConfigError(problems)
    return settings


def variable(path: tuple[str | int, ...]) -> str:
    """Name of the environment variable of a field."""
    return PREFIX + DELIMITER.join(str(p).upper() for p in path)


def _problem(error: Any) -> Problem:
    message = error["msg"].removeprefix("Value error, ").replace("Input should", "must")
    return Problem("environment", 0, variable(error["loc"]), message)


def _unknown_variables(environment: Mapping[str, str]) -> list[Problem]:
    """Variables with our prefix that mean nothing: a slip of the pen must not pass in silence."""
    parts = [name for name, field in Settings.model_fields.items() if isinstance(field.default, Part)]
    known = [variable((part, key)) for part in parts for key in keys_at(Settings, (part,))]
    known += [variable((k,)) for k in keys_at(Settings, ())] + [PREFIX + "REFERENCE"]
    names = [n for n in environment if n.upper().startswith(PREFIX) and n.upper() not in known]
    return [Problem("environment", 0, n, unknown("variable", n, known)) for n in names]
