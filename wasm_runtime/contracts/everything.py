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
from .document import AwarenessState, BlobReference, Run, Runtime, Version
from .environments import Environment, EnvironmentList
from .relay_api import ErrorBody, Health, History, RoomStatus
from .shape import contract_of
from .worker import PageToWorker, RunEvent, WorkerToPage

CONTRACT = contract_of(
    [
        *(Environment, EnvironmentList, Capability),
        *(Session, SignIn, MemberList, NewMember),
        *(LinkList, NewLink, MadeLink, RedeemLink, RedeemedLink),
        *(ErrorBody, Health, RoomStatus, History),
        *(AwarenessState, BlobReference, Run, Runtime, Version),
    ],
    {"PageToWorker": PageToWorker, "WorkerToPage": WorkerToPage, "RunEvent": RunEvent},
)
