"""REST operations as one table: declaration, dispatch, decode, encode, OpenAPI.

A room declares its operations on an :class:`OperationTable`; everything that must know the API
(dispatcher, OpenAPI document, scopes, tests) reads these declarations.
"""

from pivotal_server.kit.http.deprecation import Deprecation
from pivotal_server.kit.http.multipart import Upload, UploadedFile
from pivotal_server.kit.http.operations import ANY_SCOPE, Answer, Expansion, Operation, OperationTable
from pivotal_server.kit.http.request import Request, respond
from pivotal_server.kit.http.routing import Router

__all__ = [
    "ANY_SCOPE",
    "Answer",
    "Deprecation",
    "Expansion",
    "Operation",
    "OperationTable",
    "Request",
    "Router",
    "Upload",
    "UploadedFile",
    "respond",
]
