"""The contract's `assess` once more, in plain Python: one project at a time, dicts and loops.

Tests hold the package against it. It is written from the text of the order and of the contract alone,
shares no code with the package, and is meant to be read beside the contract by someone who checks the law.
A figure that is unknown is None (or absent from its dict).
"""

import math

ROUNDING = 1e-12  # what binary numbers may lose in a comparison
NOT_DUE = None
Found = tuple[float | None, float | None, list[float]] | None  # (plan, actual, terms) or NOT_DUE

WAGE = {"indicator": "wage", "reference": "wage_growth_forecast", "start": "support_year", "after": 0}
SALES = {"indicator": "sales_volume", "start": "support_year", "after": 2}
OUTPUT = {"indicator": "output_volume", "start": "commissioning_year", "after": 1}
JOBS = {"indicator": "jobs", "start": "commissioning_year", "after": 1, "end": "term_end_year"}
INCOME = {
    "indicator": "revenue",
    "years": 2,
    "multiple": 2,
    "base_shift": 0,
    "judge": "last",
    "measure_as": "difference",
}
EXPORTS = {"indicator": "export_value", "multiple": 1, "period": "cumulative"}
CLUSTER = {"until": "term_end_year", "base_shift": 0}
GRANT = {"years": 2, "at_least": 0.10, "base_shift": 0, "judge": "last"}

# The 23 criteria of point 11 in the order of the text, with the default reading of each: (rule, parameters).
DEFAULTS = {
    "1.1": ("growth_vs_reference", WAGE),
    "1.2": ("plan", SALES),
    "2.1": ("plan", OUTPUT),
    "2.2": ("growth_vs_reference", WAGE),
    "2.3": ("plan", JOBS),
    "3.1": ("growth_vs_reference", WAGE),
    "3.2": ("plan", SALES),
    "4.1": ("plan", OUTPUT),
    "4.2": ("growth_vs_reference", WAGE),
    "4.3": ("plan", JOBS),
    "5.1": ("growth_vs_reference", WAGE),
    "5.2": ("plan", SALES),
    "6.1": ("return_on_support", INCOME),
    "7.1": ("return_on_support", INCOME),
    "8.1": ("coverage", EXPORTS),
    "9.1": ("coverage", EXPORTS),
    "10.1": ("return_on_support", INCOME),
    "11.1": ("growth", {"indicator": "labour_productivity", "at_least": 0.02, **CLUSTER}),
    "11.2": ("growth", {"indicator": "export_value", "at_least": 0.03, **CLUSTER}),
    "12.1": ("plan", SALES),
    "13.1": ("growth", {"indicator": "output_volume", **GRANT}),
    "13.2": ("growth_vs_reference", WAGE),
    "13.3": ("growth", {"indicator": "export_volume", **GRANT}),
}


def with_settings(criterion_id: str, settings: dict) -> tuple[dict, str, str]:
    """The criterion with the settings that concern it, the treatment of missing figures, and the scale.

    Settings go by path: `13.1.judge` for one criterion, `growth.judge` for all criteria of a rule that have
    the parameter, `missing`, `scale`. A path that concerns other criteria only is passed over, one that
    concerns none is a KeyError.
    """
    rule, defaults = DEFAULTS[criterion_id]
    parameters = dict(defaults)
    general = {"missing": "excluded", "scale": "binary"}
    # contract is silent: where a rule's and a criterion's path set the same parameter, the later one holds.
    for path, value in settings.items():
        if path in general:
            general[path] = value
            continue
        target, _, parameter = path.rpartition(".")
        meant = [c for c, (r, p) in DEFAULTS.items() if target in (c, r) and parameter in p]
        if not meant:
            raise KeyError(path)
        if criterion_id in meant:
            parameters[parameter] = value
    criterion = {"id": criterion_id, "rule": rule, "parameters": parameters}
    return criterion, general["missing"], general["scale"]


def judged_years(project: dict, rows: dict[int, dict], last_year: int) -> list[int]:
    """Every year with a row, and every year of the reporting period."""
    support_year, term_end = project["support_year"], figure(project, "term_end_year")
    own_last = max(rows, default=None)
    if project["status"] == "terminated":
        end = own_last  # none without a row
    elif term_end is not None:
        end = term_end
    elif project["status"] == "completed":
        end = support_year + 2 if own_last is None else max(support_year + 2, own_last)
    else:  # implementing, suspended
        end = last_year
    period = [] if end is None else range(support_year, min(end, last_year) + 1)
    return sorted({*rows, *period})


def judge(
    project: dict,
    rows: dict[int, dict],
    reference: dict[int, float],
    criterion: dict,
    *,
    last_year: int,
    missing: str = "excluded",
    scale: str = "binary",
) -> dict[int, dict]:
    """State, plan, actual, attainment and score of one criterion for each year judged; None is empty.

    `project` has support_year, status and, where known, commissioning_year and term_end_year; `rows` are
    its observations by year; `last_year` is the last year in the observations of the whole data set.
    """
    rule = RULES[criterion["rule"]]
    result = {}
    for year in judged_years(project, rows, last_year):
        found = rule(project, rows, reference, criterion["parameters"], year)
        if found is NOT_DUE:
            result[year] = row("not_due")
            continue
        plan, actual, terms = found
        if plan is None or actual is None:
            result[year] = row("no_data", plan, actual)
            if missing == "not_fulfilled":
                result[year] = row("not_fulfilled", plan, actual, score=0.0)
            continue
        fulfilled = reaches(actual, plan, terms)
        attainment = actual / plan if plan > 0 else None
        score = 1.0 if fulfilled else 0.0
        if scale == "proportional" and attainment is not None:
            score = min(max(attainment, 0.0), 1.0)
        result[year] = row("fulfilled" if fulfilled else "not_fulfilled", plan, actual, attainment, score)
    return result


def row(state: str, plan=None, actual=None, attainment=None, score=None) -> dict:
    return {"state": state, "plan": plan, "actual": actual, "attainment": attainment, "score": score}


def reaches(actual: float, plan: float, terms: list[float]) -> bool:
    """Actual >= plan but for binary rounding; `terms` are the figures of a difference or sum."""
    return actual >= plan - ROUNDING * max([1.0, abs(plan), *terms])


def figure(record: dict, name: str | int) -> float | None:
    value = record.get(name)
    return None if value is None or value != value else value


def observed(rows: dict[int, dict], year: int, indicator: str) -> float | None:
    """A figure of a calendar year; a missing row is a missing figure."""
    return figure(rows.get(year, {}), indicator)


def support(project: dict, rows: dict[int, dict], year: int) -> float:
    """S(t): support paid from the support year to `year`; empty cells and missing rows count 0."""
    years = range(project["support_year"], year + 1)
    return sum(observed(rows, y, "support_paid") or 0 for y in years)


def relative_growth(before: float | None, now: float | None) -> float | None:
    if before is None or now is None:
        return None
    if before == 0:
        return 0.0 if now == 0 else math.inf
    return now / before - 1


# Each rule answers for one year: NOT_DUE, or (plan, actual, terms), where plan or actual may be None.
# contract is silent: a growth is a quotient less one; we count no figures in it as terms, since they would
# make the allowance grow with the unit they are measured in.


def growth_vs_reference(project: dict, rows: dict, reference: dict, parameters: dict, year: int) -> Found:
    start = figure(project, parameters["start"])
    if start is None or year < start + parameters["after"]:
        return NOT_DUE
    indicator = parameters["indicator"]
    actual = relative_growth(observed(rows, year - 1, indicator), observed(rows, year, indicator))
    return figure(reference, year), actual, []


def plan(project: dict, rows: dict, reference: dict, parameters: dict, year: int) -> Found:
    start = figure(project, parameters["start"])
    if start is None or year < start + parameters["after"]:
        return NOT_DUE
    if "end" in parameters:
        end = figure(project, parameters["end"])
        if end is None or year > end:
            return NOT_DUE
    indicator = parameters["indicator"]
    return observed(rows, year, indicator + "_plan"), observed(rows, year, indicator), []


def growth(project: dict, rows: dict, reference: dict, parameters: dict, year: int) -> Found:
    base = project["support_year"] + parameters["base_shift"]
    # contract is silent: a term that ends in or before the base year; the formula is taken as it stands.
    end = figure(project, parameters["until"]) if "until" in parameters else base + parameters["years"]
    if end is None or year != end:
        return NOT_DUE
    indicator = parameters["indicator"]
    before = observed(rows, base, indicator)
    found = []
    for y in range(base + 1, end + 1) if parameters.get("judge") == "best" else [end]:
        grown = relative_growth(before, observed(rows, y, indicator))
        if grown is not None:
            found.append(grown)
    return parameters["at_least"], max(found, default=None), []


def return_on_support(project: dict, rows: dict, reference: dict, parameters: dict, year: int) -> Found:
    base = project["support_year"] + parameters["base_shift"]
    end = base + parameters["years"]
    if year != end:
        return NOT_DUE
    # contract is silent: for the best year too the plan is that of the end year, where it is judged.
    paid = support(project, rows, year)
    asked = None if paid == 0 else parameters["multiple"] * paid
    found = []
    for y in range(base + 1, end + 1) if parameters["judge"] == "best" else [end]:
        measured = income_measured(rows, parameters, base, y)
        if measured is not None:
            found.append(measured)
    if not found:
        return asked, None, []
    actual, terms = max(found, key=lambda measured: measured[0])
    return asked, actual, terms


def income_measured(rows: dict, parameters: dict, base: int, year: int) -> tuple[float, list] | None:
    """What counts as the growth of income up to `year` and the figures it was made of, or None."""
    indicator, measure_as = parameters["indicator"], parameters["measure_as"]
    before, now = observed(rows, base, indicator), observed(rows, year, indicator)
    if measure_as == "level":
        return None if now is None else (now, [])
    if measure_as == "difference":
        return None if before is None or now is None else (now - before, [now, before])
    values = [observed(rows, y, indicator) for y in range(base + 1, year + 1)]  # cumulative
    if before is None or None in values:
        return None
    return sum(value - before for value in values), [before, *values]


def coverage(project: dict, rows: dict, reference: dict, parameters: dict, year: int) -> Found:
    indicator, multiple = parameters["indicator"], parameters["multiple"]
    if year < project["support_year"]:
        return NOT_DUE
    if parameters["period"] == "year":
        paid = observed(rows, year, "support_paid") or 0
        return NOT_DUE if paid == 0 else (multiple * paid, observed(rows, year, indicator), [])
    paid = support(project, rows, year)
    asked = None if paid == 0 else multiple * paid
    values = [observed(rows, y, indicator) for y in range(project["support_year"], year + 1)]
    known = [value for value in values if value is not None]
    if len(known) == len(values):
        return asked, sum(known), known
    if known and asked is not None and reaches(sum(known), asked, known):
        return asked, sum(known), known  # what is missing could only add to it
    return asked, None, []


RULES = {
    "growth_vs_reference": growth_vs_reference,
    "plan": plan,
    "growth": growth,
    "return_on_support": return_on_support,
    "coverage": coverage,
}
