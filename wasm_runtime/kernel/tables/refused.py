"""Why a table does not answer a request."""


class RefusedRequest(Exception):
    """Becomes a TableRefusal."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
