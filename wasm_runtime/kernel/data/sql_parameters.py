"""The notebook's variables that a SQL cell names: for its query, and for a page that asks."""

from typing import Any

from wasm_runtime.contracts.codec import ContractError, decode, encode
from wasm_runtime.contracts.everything import DATABASES_CONTRACT
from wasm_runtime.contracts.relay_api import ErrorBody
from wasm_runtime.contracts.sql_cell import SQL_PARAMETERS_TARGET, SqlParameters

from .errors import Error, InterfaceError, ProgrammingError
from .parameters import parameter_json, parameters_json
from .sql_text import parameter_names


def named_variables(sql: str, names: dict[str, Any]) -> dict[str, Any]:
    """The variables that the SQL names. Raises ProgrammingError that points at the bad one."""
    found = parameter_names(sql)
    for name, position in found.items():
        if name not in names:
            raise ProgrammingError(
                f"The SQL names :{name}, but there is no variable {name}.",
                f"Run the cell that sets {name} first.",
                sql,
                position,
            )
        try:
            parameter_json(name, names[name])
        except InterfaceError as error:
            raise ProgrammingError(error.message, error.hint, sql, position) from None
    return {name: names[name] for name in found}


def register_sql_parameters(manager: Any) -> None:
    """Let pages ask by a comm."""
    manager.register_target(SQL_PARAMETERS_TARGET, _open)


def _open(comm: Any, message: dict[str, Any]) -> None:
    from IPython import get_ipython

    comm.send(encode(sql_parameters(message["content"]["data"], get_ipython().user_ns)))


def sql_parameters(data: object, names: dict[str, Any]) -> SqlParameters:
    """The answer to an AskSqlParameters; never raises for what a page can ask."""
    try:
        asked = decode(data, "AskSqlParameters", DATABASES_CONTRACT)
        return SqlParameters(parameters=parameters_json(named_variables(asked.sql, names)))
    except ContractError as error:
        return SqlParameters(error=ErrorBody(code="bad_request", message=f"{error}", hint=""))
    except Error as error:
        body = ErrorBody(code="bad_request", message=error.message, hint=error.hint)
        return SqlParameters(error=body)
