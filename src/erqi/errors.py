"""The one way in which bad input is refused."""

from __future__ import annotations


class InputError(Exception):
    """Something that a person gave us cannot be used.

    Parameters
    ----------
    where : str
        The file, notebook or option that holds the fault.
    field : str
        The part of it that is at fault: a key, a column, a parameter, ``"text"``.
    value : object
        What stands there now.
    expected : str
        What would be right, in words.
    """

    def __init__(self, where: object, field: str, value: object, expected: str) -> None:
        super().__init__(str(where), field, value, expected)
        self.where, self.field, self.value, self.expected = str(where), field, value, expected

    def __str__(self) -> str:
        shown = " ".join(str(self.value).split())
        shown = f"{shown[:117]}…" if len(shown) > 118 else shown
        return f"{self.where}: {self.field} is {shown or 'empty'}; expected {self.expected}"
