"""All contracts, for the codecs and the generator."""

from .access import (
    LinkList,
    MadeLink,
    MemberList,
    NewLink,
    NewMember,
    RedeemedLink,
    RedeemLink,
    Session,
    SignIn,
)
from .capabilities import Capability
from .data import (
    ConnectionList,
    DatabaseSchema,
    QueryRequest,
    QueryStatus,
    TableProfile,
    TableReference,
    TableSample,
)
from .document import AwarenessState, BlobReference, Run, Runtime, Version
from .environments import Environment, EnvironmentList
from .operator import AuditChain, AuditPage, ConnectionTest, DeclaredConnections, NewConnection
from .relay_api import ErrorBody, Health, History, RoomStatus
from .shape import contract_of
from .table import TableAnswer, TableOutput, TableRequest
from .worker import PageToWorker, RunEvent, WorkerToPage

CONTRACT = contract_of(
    [
        *(Environment, EnvironmentList, Capability),
        *(Session, SignIn, MemberList, NewMember),
        *(LinkList, NewLink, MadeLink, RedeemLink, RedeemedLink),
        *(ErrorBody, Health, RoomStatus, History),
        *(AwarenessState, BlobReference, Run, Runtime, Version),
        *(ConnectionList, DatabaseSchema, QueryRequest, QueryStatus, TableOutput),
        *(TableReference, TableSample, TableProfile),
        *(DeclaredConnections, NewConnection, ConnectionTest, AuditPage, AuditChain),
    ],
    {
        "PageToWorker": PageToWorker,
        "WorkerToPage": WorkerToPage,
        "RunEvent": RunEvent,
        "TableRequest": TableRequest,
        "TableAnswer": TableAnswer,
    },
)
