"""The errors of the Claude API as one exception, so that rules can refuse where they stand."""

from typing import Any

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class ApiError(Exception):
    """An answer that is an error. `code` is `error.details.error_code`, where the real API has one."""

    def __init__(self, status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}

    def body(self, request_id: str) -> dict[str, Any]:
        """Return the JSON body that the API sends for it."""
        error: dict[str, Any] = {"type": _TYPES.get(self.status, "api_error"), "message": self.message}
        if self.code is not None:
            error["details"] = {"error_code": self.code}
        return {"type": "error", "error": error, "request_id": request_id}


def invalid(message: str, code: str | None = None) -> ApiError:
    """Return a 400."""
    return ApiError(400, message, code)


def not_found(what: str) -> ApiError:
    """Return a 404 that says what is not there."""
    return ApiError(404, f"{what} not found.")
