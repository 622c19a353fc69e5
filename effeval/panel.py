"""Figures of projects laid out as projects × calendar years, so that rules read like the law."""

from dataclasses import dataclass

import numpy as np

MARKS = ("support_year", "commissioning_year", "term_end_year")


@dataclass(frozen=True)
class Panel:
    """Projects × years. An empty cell, a missing row and a year outside the data are all NaN.

    Attributes
    ----------
    years : numpy.ndarray
        Calendar years without a gap, shape (years,).
    marks : dict of str to numpy.ndarray
        ``support_year``, ``commissioning_year``, ``term_end_year`` of each project, shape (projects, 1);
        NaN where empty.
    figures : dict of str to numpy.ndarray
        Columns of ``observations``, shape (projects, years).
    references : dict of str to numpy.ndarray
        Columns of ``reference``, shape (years,).

    Examples
    --------
    >>> panel = Panel(
    ...     years=np.array([2021, 2022, 2023]),
    ...     marks={"support_year": np.array([[2022.0]])},
    ...     figures={"jobs": np.array([[5.0, np.nan, 8.0]])},
    ...     references={},
    ... )
    >>> panel.previous("jobs")
    array([[nan,  5., nan]])
    >>> panel.at("jobs", panel.marks["support_year"] + 1)
    array([[8.]])
    >>> panel.after(panel.marks["support_year"])
    array([[False, False,  True]])
    >>> panel.support(since=panel.marks["support_year"]) if "support_paid" in panel.figures else None
    """

    years: np.ndarray
    marks: dict[str, np.ndarray]
    figures: dict[str, np.ndarray]
    references: dict[str, np.ndarray]

    def previous(self, name: str) -> np.ndarray:
        """The figure of the calendar year before, shape (projects, years)."""
        values = self.figures[name]
        before = np.full_like(values, np.nan)
        before[:, 1:] = values[:, :-1]
        return before

    def at(self, name: str, year: np.ndarray) -> np.ndarray:
        """The figure in one year of each project, shape (projects, 1)."""
        position = year - self.years[0]
        inside = (position >= 0) & (position < len(self.years))
        column = np.where(inside, position, 0).astype(np.intp)
        return np.where(inside, np.take_along_axis(self.figures[name], column, axis=1), np.nan)

    def after(self, year: np.ndarray) -> np.ndarray:
        """Cells later than one year of each project; none where that is empty."""
        return self.years > year

    def support(self, *, period: str = "cumulative") -> np.ndarray:
        """Support of the year, or the sum of it since ``support_year``; empty counts as 0."""
        paid = np.fmax(self.figures["support_paid"], 0.0)
        if period == "year":
            return paid
        return np.where(self.after(self.marks["support_year"] - 1), paid, 0.0).cumsum(axis=1)
