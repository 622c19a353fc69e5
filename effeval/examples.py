"""A data set small enough to check by hand, for examples."""

from collections.abc import Sequence

import pandas as pd

from effeval.dataset import Dataset, load


def example(
    support_paid: Sequence[float | None], export_value: Sequence[float | None], *, year: int = 2024
) -> Dataset:
    """One made-up exporter, project A, that measure 8 supports: exports must cover the support.

    Parameters
    ----------
    support_paid, export_value : sequence of float
        Thousand tenge, from the first year on; None is not reported.
    year : int
        The first year.

    Returns
    -------
    Dataset

    Examples
    --------
    >>> example([100.0, None], [90.0, 20.0]).observations
      project_id  year  support_paid  export_value
    0          A  2024         100.0          90.0
    1          A  2025           NaN          20.0
    """
    projects = {
        "project_id": ["A"], "applicant": ["Example"], "measure": [8], "kato": ["75"], "oked": ["24"],
        "category": ["small"], "support_year": [year], "status": ["implementing"],
    }  # fmt: skip
    years = [year + later for later in range(len(support_paid))]
    observed = {"project_id": "A", "year": years, "support_paid": support_paid, "export_value": export_value}
    reference = {"year": [], "wage_growth_forecast": [], "source": []}
    tables = {"projects": projects, "observations": observed, "reference": reference}
    return load({name: pd.DataFrame(columns) for name, columns in tables.items()})
