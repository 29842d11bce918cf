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
    ChosenConnections,
    ConnectionList,
    DatabaseSchema,
    DocumentConnections,
    QueryPlan,
    QueryRequest,
    QueryStatus,
    TableFigures,
    TableReference,
    TableSample,
)
from .document import AwarenessState, BlobReference, Run, Runtime, Version
from .environments import Environment, EnvironmentList
from .net import ChosenHosts, DocumentHosts, HostList, NetRequest, NetResponse
from .operator import AuditChain, AuditPage, ConnectionTest, DeclaredConnections, NewConnection
from .relay_api import ErrorBody, Health, History, RoomStatus
from .shape import contract_of
from .sql_cell import AskSqlParameters, SqlParameters
from .storage import ChosenStorages, DocumentStorages, StorageList, StorageListing
from .table import TableAnswer, TableOutput, TableRequest
from .worker import PageToWorker, RunEvent, WorkerToPage

CONTRACT = contract_of(
    [
        *(Environment, EnvironmentList, Capability),
        *(Session, SignIn, MemberList, NewMember),
        *(LinkList, NewLink, MadeLink, RedeemLink, RedeemedLink),
        *(ErrorBody, Health, RoomStatus, History),
        *(AwarenessState, BlobReference, Run, Runtime, Version),
        *(QueryRequest, QueryStatus, TableOutput),
        *(NetRequest, NetResponse, HostList, DocumentHosts, ChosenHosts),
    ],
    {
        "PageToWorker": PageToWorker,
        "WorkerToPage": WorkerToPage,
        "RunEvent": RunEvent,
        "TableRequest": TableRequest,
        "TableAnswer": TableAnswer,
    },
)

DATABASES_CONTRACT = contract_of(
    [
        *(ConnectionList, DatabaseSchema, TableReference, TableSample, TableFigures),
        *(QueryPlan, DocumentConnections, ChosenConnections),
        *(AskSqlParameters, SqlParameters),
        *(StorageList, StorageListing, DocumentStorages, ChosenStorages),
        *(DeclaredConnections, NewConnection, ConnectionTest, AuditPage, AuditChain),
    ],
    {},
)
"""What the page reads only once it shows databases: apart, so that no other page loads it."""
