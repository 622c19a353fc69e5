"""Which reports a run makes, what they are called and where they go."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from effeval.classifiers import names
from effeval.labels import phrase

COUNTRY = "00"  # stands for the code of the whole country in file names


@dataclass(frozen=True)
class Report:
    """One report of a run.

    Attributes
    ----------
    region : str
        Two-digit code; empty for the whole country.
    year : int
    lang : str
        kk, ru or en.
    title : str
        In its language.
    stem : str
        Name of its files without their endings, such as 63-east-kazakhstan-region.
    """

    region: str
    year: int
    lang: str
    title: str
    stem: str

    @property
    def name(self) -> str:
        """Language and stem: where the files stand in the folder of the year."""
        return f"{self.lang}/{self.stem}"


def plan(*, regions: Sequence[str], year: int, langs: Sequence[str]) -> tuple[Report, ...]:
    """The reports of a run: in each language the whole country first, then each region.

    Parameters
    ----------
    regions : sequence of str
        Two-digit codes.
    year : int
    langs : sequence of str

    Examples
    --------
    >>> [report.name for report in plan(regions=["63"], year=2025, langs=["en"])]
    ['en/00-kazakhstan', 'en/63-east-kazakhstan-region']
    """
    latin = names("region", lang="en")
    found = []
    for lang in langs:
        shown, about = names("region", lang=lang), f"{phrase('report.title', lang=lang)}, {year}"
        country = f"{phrase('kazakhstan', lang=lang)}: {about}"
        found.append(Report("", year, lang, country, f"{COUNTRY}-kazakhstan"))
        for region in regions:
            slug = re.sub(r"[^a-z]+", "-", latin[region].lower()).strip("-")
            found.append(Report(region, year, lang, f"{shown[region]}: {about}", f"{region}-{slug}"))
    return tuple(found)
