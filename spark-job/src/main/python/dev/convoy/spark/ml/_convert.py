"""Checks of keyword arguments, and converters that take numpy's values as well as Python's."""

from __future__ import annotations

import difflib
import functools
import inspect
from typing import Any, Callable, List, TypeVar, cast

import numpy as np
from pyspark.ml.param import TypeConverters

F = TypeVar("F", bound=Callable[..., Any])


def keyword_only(method: F) -> F:
    """Keeps the keyword arguments that were given, and refuses others with the nearest name."""
    known = [name for name in inspect.signature(method).parameters if name != "self"]

    @functools.wraps(method)
    def wrapper(self: Any, *args: Any, **kwargs: Any) -> Any:
        where = type(self).__name__
        if args:
            raise TypeError(
                f"{where}: got {len(args)} positional argument(s), expected keywords only, "
                f"such as {where}({known[0]}={args[0]!r})"
            )
        for name in kwargs:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                raise TypeError(
                    f"{where}: got a keyword argument '{name}', expected one of "
                    f"{', '.join(known)}{hint}"
                )
        self._input_kwargs = {name: value for name, value in kwargs.items() if value is not None}
        return method(self, **kwargs)

    return cast(F, wrapper)


def _plain(value: Any) -> Any:
    """A numpy scalar, or an array of no dimension, as Python's own value."""
    if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0:
        return value.item()
    return value


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def to_int(value: Any) -> int:
    """A whole number: int, numpy integer, or a float without a fraction."""
    plain = _plain(value)
    if _number(plain) and float(plain).is_integer():
        return int(plain)
    raise TypeError(f"got {value!r}, expected a whole number")


def to_float(value: Any) -> float:
    """A number: float, int or a number of numpy."""
    plain = _plain(value)
    if _number(plain):
        return float(plain)
    raise TypeError(f"got {value!r}, expected a number")


def to_boolean(value: Any) -> bool:
    """True or False, of Python or numpy."""
    plain = _plain(value)
    if isinstance(plain, bool):
        return plain
    raise TypeError(f"got {value!r}, expected True or False")


def to_string(value: Any) -> str:
    """A text, or a path."""
    if hasattr(value, "__fspath__"):
        value = value.__fspath__()
    return TypeConverters.toString(_plain(value))


# pyspark looks whether a converter's name begins with 'toList' to know that a Param is a list.
def to_list_string(value: Any) -> List[str]:
    """A list of texts: any sequence of them, but not a single text."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"got {value!r}, expected a list of texts, such as [{str(value)!r}]")
    return [to_string(item) for item in value]


to_list_string.__name__ = "toListString"


def to_list_float(value: Any) -> List[float]:
    """A list of numbers: any sequence of them, numpy arrays too."""
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise TypeError(f"got {value!r}, expected a list of numbers")
    return [to_float(item) for item in value]


to_list_float.__name__ = "toListFloat"
