"""Errors as JSON that says what is allowed."""
from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

ENDPOINTS = ("/", "/metrics", "/api/site", "/api/live", "/api/history", "/api/rack/{hall}/{id}", "/api/health", "/api/rejected", "/api/alarms",
             "/api/faults", "/api/whatif", "/api/advise", "/api/openapi.json")
_SHOWN = 50


class Refused(Exception):
    """A request that cannot be answered: HTTP status, why, and what is allowed."""

    def __init__(self, status: int, why: str, allowed: Any = None):
        self.status, self.why, self.allowed = status, why, allowed
        super().__init__(why)


def one_of(name: str, value: str, allowed: list[str]) -> str:
    """`value` when it is allowed, otherwise a 404 that lists what is (at most 50)."""
    if value not in allowed:
        raise Refused(404, f"{name}: {value[:80]!r} is not known", allowed[:_SHOWN])
    return value


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)


def _answer(status: int, why: str, allowed: Any) -> JSONResponse:
    return JSONResponse({"error": why, "allowed": allowed}, status)


async def _refused(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Refused)
    return _answer(problem.status, problem.why, problem.allowed)


async def _http(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)
    allowed = list(ENDPOINTS) if problem.status_code == 404 else (problem.headers or {}).get("Allow")
    return _answer(problem.status_code, f"{request.method} {request.url.path[:200]}: {problem.detail}", allowed)


async def _invalid(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, RequestValidationError)
    found = [(".".join(map(str, e["loc"][1:])), e["msg"]) for e in problem.errors()]
    return _answer(422, "; ".join(f"{where}: {why}" for where, why in found), {where: why for where, why in found})
