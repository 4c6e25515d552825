"""What can go wrong with a service, split by what the caller does next.

ServiceError
├── ServiceDownError    no usable answer: try again after `retry_at`
├── RateLimitedError    the service asks for a pause that is too long to wait for: try again after `retry_at`
├── OfflineError        no answer is kept, and nobody is to be asked
├── NoContactError      nothing is sent before a person left a contact
├── NoKeyError          the service needs a key and none is set
├── InvalidKeyError     the service does not know the key: try again with another one
└── RefusedError        the service understood and declined this question: do not ask it again

No message holds a secret, an address with parameters, or the text of an answer.
"""

from datetime import datetime
from typing import ClassVar

from music.error_codes import ErrorCode


class ServiceError(Exception):
    """Why a service gave no answer.

    Args:
        service: The name of the service.
        message: What happened, in one line for a person.
        retry_at: From when another attempt makes sense, where that is known; with a time zone.
    """

    code: ClassVar[ErrorCode]

    def __init__(self, service: str, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(service, message, retry_at)
        self.service = service
        self.message = message
        self.retry_at = retry_at

    def __str__(self) -> str:
        """Return the message."""
        return self.message


class ServiceDownError(ServiceError):
    """No usable answer came: no connection, no answer in time, a fault of the service, or no JSON of its own."""

    code = ErrorCode.SERVICE_DOWN


class RateLimitedError(ServiceError):
    """The service asks for a pause that is not waited for."""

    code = ErrorCode.RATE_LIMITED


class OfflineError(ServiceError):
    """No answer is kept, and nobody is to be asked."""

    code = ErrorCode.OFFLINE


class NoContactError(ServiceError):
    """Nothing is sent before a person left a contact."""

    code = ErrorCode.NO_CONTACT


class NoKeyError(ServiceError):
    """The service needs a key and none is set."""

    code = ErrorCode.NO_API_KEY


class InvalidKeyError(ServiceError):
    """The service does not know the key."""

    code = ErrorCode.INVALID_API_KEY


class RefusedError(ServiceError):
    """The service understood and declined this question.

    Args:
        service: The name of the service.
        message: What happened, in one line for a person.
        status: The HTTP status.
        fault: The service's own number of the error, as AcoustID has them (2 and 3: a bad fingerprint).
    """

    code = ErrorCode.SERVICE_REFUSED

    def __init__(self, service: str, message: str, status: int, fault: int | None = None) -> None:
        super().__init__(service, message)
        self.args = (service, message, status, fault)
        self.status = status
        self.fault = fault
