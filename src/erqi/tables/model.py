"""The one column model: what every published table holds, as data in ``data/reference``.

``tables.csv``, ``columns.csv`` and ``codes.csv`` feed the check at a table's birth (pandera), the types of CSV and
Parquet, the Table Schema, the codebook and the SDMX export. A missing value is null in Parquet, empty in CSV and
NaN in pandas; an empty string never stands in a table.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import pyarrow as arrow
from pydantic import BaseModel, ConfigDict

from erqi.errors import InputError
from erqi.reference import rows

if TYPE_CHECKING:
    import pandera.pandas as pa

PANDAS = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "datetime64[s]",
}
ARROW = {
    "string": arrow.string(),
    "integer": arrow.int64(),
    "number": arrow.float64(),
    "boolean": arrow.bool_(),
    "date": arrow.date32(),
}
# beyond this a binary float shows its own noise instead of the source's digits
_DIGITS = 15


class Code(BaseModel):
    """One entry of a closed code list."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: str
    label_en: str
    label_zh: str


class Column(BaseModel):
    """One column: its type, unit, code list and meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    type: Literal["string", "integer", "number", "boolean", "date"]
    unit: str
    required: bool
    codes: str
    sdmx: str
    title_en: str
    title_zh: str
    description_en: str
    description_zh: str


class Table(BaseModel):
    """One table: its columns in order, its key, what its columns point to and what a user has to mind.

    Attributes
    ----------
    foreign_keys : tuple of tuple of str
        ``(column, table, column there)``.
    partitioned : bool
        True if the rows belong to one document each.
    warnings : tuple of str
        Codes of the closed list ``usage_warning``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    key: tuple[str, ...]
    foreign_keys: tuple[tuple[str, str, str], ...]
    partitioned: bool
    title_en: str
    title_zh: str
    description_en: str
    description_zh: str
    warnings: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Return the columns' names in order."""
        return [column.name for column in self.columns]

    @property
    def dtypes(self) -> dict[str, str]:
        """Return the pandas type of each column."""
        return {column.name: PANDAS[column.type] for column in self.columns}

    @property
    def arrow(self) -> arrow.Schema:
        """Return the Parquet types of the columns."""
        return arrow.schema([(column.name, ARROW[column.type]) for column in self.columns])


@cache
def code_lists() -> dict[str, tuple[Code, ...]]:
    """Return every closed code list by its name."""
    lists: dict[str, tuple[Code, ...]] = {}
    for row in rows("codes.csv"):
        fields = {name: value for name, value in row.items() if name != "list"}
        lists[row["list"]] = (*lists.get(row["list"], ()), Code(**fields))
    return lists


@cache
def model() -> dict[str, Table]:
    """Return the model of every table, in the order in which they are published."""
    columns: dict[str, list[Column]] = {}
    for row in rows("columns.csv"):
        fields: dict[str, Any] = {name: value for name, value in row.items() if name != "table"}
        columns.setdefault(row["table"], []).append(Column(**fields | {"required": row["required"] == "yes"}))
    tables = {}
    for row in rows("tables.csv"):
        keys = [link.split(">") for link in row["foreign_keys"].split(";") if link]
        tables[row["name"]] = Table(
            **row
            | {
                "key": tuple(row["key"].split(";")),
                "foreign_keys": tuple((column, *there.split(".")) for column, there in keys),
                "partitioned": row["partitioned"] == "yes",
                "warnings": tuple(filter(None, row["warnings"].split(";"))),
                "columns": tuple(columns[row["name"]]),
            }
        )
    return tables


def table(name: str) -> Table:
    """Return the model of one table; an unknown name is refused."""
    if name not in model():
        raise InputError("tables", "name", name, f"one of {', '.join(model())}")
    return model()[name]


@cache
def schema(name: str) -> pa.DataFrameSchema:
    """Return the pandera schema of a table: types, code lists, what must not be missing, the key, spans, intervals."""
    # loading a table should not wait for what only a birth needs
    import pandera.pandas as pa

    wanted = table(name)
    columns = {}
    for column in wanted.columns:
        codes = [c.code for c in code_lists()[column.codes]] if column.codes else []
        checks = [pa.Check.isin(codes, error=f"one of {', '.join(codes)}")] if codes else []
        columns[column.name] = pa.Column(PANDAS[column.type], checks, nullable=not column.required)
    across = []
    if {"start", "end"} <= set(wanted.names):
        across.append(pa.Check(lambda d: d["start"] < d["end"], error="start before end"))
    if {"lower", "upper"} <= set(wanted.names):
        across.append(pa.Check(lambda d: ~(d["lower"] > d["upper"]), error="lower not above upper"))
    return pa.DataFrameSchema(columns, checks=across, unique=list(wanted.key), strict=True, ordered=True)


def frame(name: str, rows: Any) -> pd.DataFrame:
    """Give birth to a table: columns in their order and type, empty strings as missing, checked.

    Parameters
    ----------
    name : str
    rows : DataFrame or list of dict
        Missing columns become missing values; columns that the model does not know are an error.

    Returns
    -------
    DataFrame
        Shape (rows, columns of the model); numbers rounded to 15 significant digits, so that CSV and Parquet
        hold the same.

    Raises
    ------
    InputError
        If a column is unknown, a type cannot be had, a code is outside its list, a required value is missing or
        a key comes twice: names table, column, value and what was expected.
    """
    wanted = table(name)
    data = pd.DataFrame(rows) if len(rows) else pd.DataFrame(columns=wanted.names)
    unknown = [c for c in data.columns if c not in wanted.names]
    if unknown:
        raise InputError(name, "columns", ", ".join(map(str, unknown)), f"only {', '.join(wanted.names)}")
    data = data.reindex(columns=wanted.names).reset_index(drop=True)
    for column in wanted.columns:
        data[column.name] = _typed(name, column, data[column.name])
    from pandera.errors import SchemaError

    try:
        return schema(name).validate(data)
    except SchemaError as error:
        case = error.failure_cases
        value = case["failure_case"].iloc[0] if isinstance(case, pd.DataFrame) and len(case) else case
        meant = {"SERIES_CONTAINS_NULLS": "a value in every row", "DUPLICATES": "no key twice"}
        reason = getattr(error.reason_code, "name", "")
        expected = meant.get(reason) or getattr(error.check, "error", None) or reason
        raise InputError(f"table {name}", error.schema.name or ", ".join(wanted.key), value, expected) from None


def _typed(name: str, column: Column, values: pd.Series) -> pd.Series:
    try:
        if column.type == "number":
            numbers = pd.to_numeric(values.replace("", None)).astype("float64")
            return numbers.map(lambda x: float(f"{x:.{_DIGITS}g}"), na_action="ignore")
        if column.type == "integer":
            return pd.to_numeric(values.replace("", None)).astype("Int64")
        if column.type == "boolean":
            return values.replace({"": None, "true": True, "false": False}).astype("boolean")
        if column.type == "date":
            return pd.to_datetime(values.replace("", None)).astype("datetime64[s]")
        text = values.astype(object).where(values.notna(), None)
        return text.map(str, na_action="ignore").replace("", None).astype("str")
    except (TypeError, ValueError) as error:
        raise InputError(f"table {name}", column.name, error, f"a column of type {column.type}") from None
