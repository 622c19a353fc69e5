"""Evidence cards: they say what ``assess`` found, name every figure, and are right in three languages."""

import math
import random
import re
import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from build import dataset

import effeval as ee
from effeval.columns import LANGUAGES
from effeval.explaining.cards import Card
from effeval.explaining.evidence import evidence
from effeval.explaining.explanation import explain
from effeval.explaining.readings import changes

BOOKS = [
    yaml.safe_load(f.read_text(encoding="utf-8"))
    for f in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
]
CASES = [(book["criterion"], case) for book in BOOKS for case in book["cases"]]
LAW = ee.Methodology.load("order-35")


def case_data(criterion: str, case: dict, **project: object) -> ee.Dataset:
    given = {"project_id": "P", "measure": int(criterion.split(".")[0]), **case["project"], **project}
    return dataset(
        [given], {"P": case["observations"]}, reference=case.get("reference", {}), last_year=case["last_year"]
    )


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


def card_of(criterion: str, name: str, year: int, *, lang: str, **project: object) -> Card:
    case = next(case for id, case in CASES if (id, case["name"]) == (criterion, name))
    law = LAW.replace(case.get("set", {}))
    return explain(
        case_data(criterion, case, **project), "P", criterion=criterion, year=year, methodology=law, lang=lang
    )


def same(found: float | None, wanted: float | None) -> bool:
    if found is None or wanted is None or math.isinf(wanted):
        return found == wanted
    return found == pytest.approx(wanted, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(("criterion", "case"), CASES, ids=[f"{c} {case['name']}" for c, case in CASES])
def test_every_case_is_told_as_it_was_judged(criterion: str, case: dict) -> None:
    data, law = case_data(criterion, case), LAW.replace(case.get("set", {}))
    if not case["expect"]:
        with pytest.raises(ee.ParameterError, match="was not judged"):
            explain(data, "P", criterion=criterion, year=case["last_year"], methodology=law)
        return
    last = max(case["expect"])  # the other years take turns with the languages
    for position, (year, expected) in enumerate(case["expect"].items()):
        for lang in LANGUAGES if year == last else LANGUAGES[position % 3 :][:1]:
            card = explain(data, "P", criterion=criterion, year=year, methodology=law, lang=lang)
            assert card.state == expected["state"]
            for name in ("plan", "actual", "score"):
                assert same(getattr(card, name), expected.get(name)), (year, name)
            margin_agrees(card)
            for text in (str(card), card._repr_html_()):
                assert not re.search(
                    r"\b(nan|None|NaN|inf|<NA>)\b|[{}]", re.sub("<style>.*?</style>", "", text)
                )
            assert card.reason and card.sources and card.rule


def margin_agrees(card: Card) -> None:
    if card.state not in ("fulfilled", "not_fulfilled") or card.plan is None or card.actual is None:
        assert card.margin is None
        return
    signs = [v for v in (card.margin.difference, card.margin.natural) if v is not None]
    assert signs and all(v >= 0 if card.state == "fulfilled" else v < 0 for v in signs)
    assert (card.margin.difference == 0) == (
        card.margin.text == ee.labels.phrase("explain.exact", lang=card.lang)
    )
    shown = re.findall(r"\d+", card.margin.text)
    assert any(int(digits) for digits in shown) == (card.margin.difference != 0)  # never "short by 0"


@cache
def sample(folder: Path) -> ee.Dataset:
    with warnings.catch_warnings(action="ignore"):
        return ee.load(folder)


READINGS = {
    "in force": {},
    "best": {"growth.judge": "best", "return_on_support.judge": "best"},
    "best sum": {"return_on_support.judge": "best", "return_on_support.measure_as": "cumulative"},
    "sum from the year before": {
        "return_on_support.measure_as": "cumulative",
        "return_on_support.base_shift": -1,
    },
    "best level": {
        "return_on_support.judge": "best",
        "return_on_support.measure_as": "level",
        "growth.base_shift": -1,
    },
    "each year": {"coverage.period": "year", "plan.after": 0, "growth_vs_reference.after": 1},
}


@pytest.mark.parametrize("settings", READINGS.values(), ids=READINGS)
def test_the_figures_of_a_card_give_what_assess_gives(settings: dict, sample_dir: Path) -> None:
    data, law = sample(sample_dir), LAW.replace(settings)
    ids = random.Random(35).sample(sorted(data.projects["project_id"]), 60)
    assessed = ee.assess(data.subset(ids), law)
    for id, rows in assessed.groupby("project_id"):
        part = data.subset([id])
        for row in rows.itertuples():
            found = evidence(part, law.criterion(row.criterion), year=row.year, due=row.state != "not_due")
            place = id, row.criterion, row.year
            if row.state == "not_due":
                assert not found.steps, place
                continue
            gap = found.steps[-1].kind == "sum" and bool(found.missing)
            actual = None if gap and row.state != "fulfilled" else found.actual
            assert same(found.plan, None if pd.isna(row.plan) else row.plan), place
            assert same(actual, None if pd.isna(row.actual) else row.actual), place
            lacking = bool(found.missing) or found.no_support is not None
            assert lacking == (row.state == "no_data") or (gap and row.state == "fulfilled"), place


# criterion, case, year, language; then lines of the formula, the reason and the margin, checked by hand
TEXTS = [
    ("1.1", "just below", 2021, "en",
     ["Wage growth in the forecast: 16.0000 % (2021)", "Source: test",
      "Average wage of production personnel, tenge a month: 289,999 (2021) / 250,000 (2020) − 1 = 15.9996 %"],
     "Actual is less than plan: 15.9996 % < 16.0000 %.",
     "Short by: 0.0004 percentage points; 1 tenge a month"),
    ("1.1", "at the threshold", 2021, "kk",
     ["Болжам бойынша жалақы өсімі: 16,0 % (2021)", "Дереккөз: test",
      "Өндірістік персоналдың орташа жалақысы, айына теңге: 290 000 (2021) / 250 000 (2020) − 1 = 16,0 %"],
     "Нақты мән жоспардан кем емес: 16,0 % ≥ 16,0 %.", "Дәл шекті мәнге тең"),
    ("1.1", "a year without a row", 2020, "ru",
     ["Рост заработной платы по прогнозу: 16,0 % (2020)", "Источник: test",
      "Средняя заработная плата производственного персонала, тенге в месяц: "
      "240 000 (2020) / 200 000 (2019) − 1 = 20,0 %"],
     "Факт не меньше плана: 20,0 % ≥ 16,0 %.", "Сверх порога: 4 п. п.; 8 000 тенге в месяц"),
    ("1.1", "a year without a row", 2021, "ru",
     ["Рост заработной платы по прогнозу: 12,0 % (2021)", "Источник: test",
      "Средняя заработная плата производственного персонала, тенге в месяц: — (2021) / 240 000 (2020) − 1 = —"],
     "Не представлены данные: Средняя заработная плата производственного персонала, 2021 (нет строки).", None),
    ("1.1", "forecast year missing", 2021, "en",
     ["Wage growth in the forecast: — (2021)",
      "Average wage of production personnel, tenge a month: 300,000 (2021) / 250,000 (2020) − 1 = 20.0 %"],
     "Not reported: Wage growth in the forecast, 2021 (no row).", None),
    ("1.1", "wage not reported", 2020, "kk", [],
     "Әлі ерте: 2021 жылдан бастап бағаланады (Қолдау жылы: 2021; қосылатын жылдар саны: 0).", None),
    ("1.1", "a missing figure counted as not fulfilled", 2021, "en",
     ["Wage growth in the forecast: 16.0 % (2021)", "Source: test",
      "Average wage of production personnel, tenge a month: 290,000 (2021) / — (2020) − 1 = —"],
     "Not reported: Average wage of production personnel, 2020 (no row). "
     "Missing figures count as not fulfilled (missing = not_fulfilled).", None),
    ("2.1", "just below", 2021, "ru",
     ["План производства, т: 640 (2021)", "Объем произведенной продукции, т: 639 (2021)"],
     "Факт меньше плана: 639 < 640.", "Недостает: 1 т"),
    ("2.1", "not commissioned yet", 2020, "kk", [],
     "Объект пайдалануға берілмеген (Пайдалануға берілген жыл: көрсетілмеген).", None),
    ("2.1", "output not reported", 2021, "en",
     ["Output volume planned, т: 640 (2021)", "Output volume, т: — (2021)"],
     "Not reported: Output volume, 2021 (empty cell).", None),
    ("2.3", "lease ended", 2023, "kk",
     ["Жұмыс орындарының жоспары: 160 (2023)", "Жұмыс орындары: 144 (2023)"],
     "Нақты мән жоспардан кем: 144 < 160.", "Жетпегені: 16 жұмыс орны"),
    ("2.3", "lease ended", 2024, "en", [], "The term is over (End of term: 2023).", None),
    ("2.3", "no end of the lease set", 2022, "ru", [],
     "Конец срока неизвестен (Год окончания срока: не указано).", None),
    ("2.3", "just above", 2022, "ru", ["План рабочих мест: 160 (2022)", "Рабочие места: 161 (2022)"],
     "Факт не меньше плана: 161 ≥ 160.", "Рабочих мест сверх порога: 1"),
    ("2.3", "just below", 2022, "en", ["Jobs planned: 160 (2022)", "Jobs: 159 (2022)"],
     "Actual is less than plan: 159 < 160.", "Jobs short: 1"),
    ("6.1", "just below", 2022, "en",
     ["Support paid, thousand tenge: 2 × [30,000 (2020) + 20,000 (2021) + 10,000 (2022)] = 120,000",
      "Revenue, thousand tenge: 519,997 (2022) − 400,000 (2020) = 119,997"],
     "Actual is less than plan: 119,997 < 120,000.", "Short by: 3 thousand tenge"),
    ("6.1", "at the threshold", 2021, "ru", [], "Оценивается один раз, в 2022 году.", None),
    ("6.1", "sum of support zero", 2022, "kk",
     ["Бөлінген қолдау, мың теңге: 2 × [0 (2020) + 0 (2021) + 0 (2022)] = 0",
      "Өткізуден түскен кіріс, мың теңге: 520 000 (2022) − 400 000 (2020) = 120 000",
      "Қолдаудың бос ұяшығы нөл деп есептеледі."],
     "Қолдау сомасы нөлге тең (2020–2022).", None),
    ("6.1", "growth as the sum of the yearly excesses", 2022, "en",
     ["Support paid, thousand tenge: 2 × [30,000 (2020) + 20,000 (2021) + 10,000 (2022)] = 120,000",
      "Revenue, thousand tenge: [440,000 (2021) − 400,000 (2020)] + [480,000 (2022) − 400,000 (2020)] = 120,000"],
     "Actual is not less than plan: 120,000 ≥ 120,000.", "Exactly at the threshold"),
    ("6.1", "income itself, not its growth", 2022, "ru",
     ["Выделенная поддержка, тыс. тенге: 2 × [60 000 (2020) + 0 (2021) + 0 (2022)] = 120 000",
      "Доход от реализации, тыс. тенге: 120 000 (2022)", "Пустая ячейка поддержки считается нулем."],
     "Факт не меньше плана: 120 000 ≥ 120 000.", "Ровно на пороге"),
    ("6.1", "best year within the two", 2022, "kk",
     ["Бөлінген қолдау, мың теңге: 2 × [30 000 (2020) + 10 000 (2021) + 10 000 (2022)] = 100 000",
      "Өткізуден түскен кіріс, мың теңге: 525 000 (2021) − 400 000 (2020) = 125 000",
      "Өткізуден түскен кіріс, мың теңге: 460 000 (2022) − 400 000 (2020) = 60 000",
      "Ең жақсы жыл: 2021 (125 000)"],
     "Нақты мән жоспардан кем емес: 125 000 ≥ 100 000.", "Шекті мәннен артығы: 25 млн теңге"),
    ("6.1", "base is the year before the support", 2021, "en",
     ["Support paid, thousand tenge: 2 × [30,000 (2020) + 20,000 (2021)] = 100,000",
      "Revenue, thousand tenge: 430,000 (2021) − 350,000 (2019) = 80,000"],
     "Actual is less than plan: 80,000 < 100,000.", "Short by: 20 million tenge"),
    ("8.1", "the known exports alone reach the support", 2022, "ru",
     ["Выделенная поддержка, тыс. тенге: 1 × [50 000 (2021) + 0 (2022)] = 50 000",
      "Экспорт в денежном выражении, тыс. тенге: 60 000 (2021) + — (2022) ≥ 60 000",
      "Пустая ячейка поддержки считается нулем."],
     "Факт не меньше плана: 60 000 ≥ 50 000. Данные неполны, но уже известной части достаточно для плана. "
     "Не представлены данные: Экспорт в денежном выражении, 2022 (пустая ячейка).",
     "Сверх порога: не менее 10 млн тенге"),
    ("8.1", "the known exports alone reach the support", 2023, "en",
     ["Support paid, thousand tenge: 1 × [50,000 (2021) + 0 (2022) + 50,000 (2023)] = 100,000",
      "Export value, thousand tenge: 60,000 (2021) + — (2022) + 20,000 (2023) ≥ 80,000",
      "An empty cell of support counts as zero."],
     "The known part does not reach the plan, and the full sum is unknown: 80,000 < 100,000. "
     "Not reported: Export value, 2022 (empty cell).", None),
    ("8.1", "just below", 2021, "kk",
     ["Бөлінген қолдау, мың теңге: 1 × [50 000 (2021)] = 50 000",
      "Ақшалай экспорт, мың теңге: 49 999 (2021) = 49 999"],
     "Нақты мән жоспардан кем: 49 999 < 50 000.", "Жетпегені: 1 мың теңге"),
    ("8.1", "at the threshold", 2020, "ru", [],
     "Еще рано: оценивается с 2021 года (Год поддержки: 2021; прибавляется лет: 0).", None),
    ("8.1", "each year alone", 2022, "kk", [],
     "2022 жылы қолдау көрсетілмеген; қолдаусыз жыл бағаланбайды.", None),
    ("8.1", "each year alone", 2023, "en",
     ["Support paid, thousand tenge: 1 × [30,000 (2023)] = 30,000", "Export value, thousand tenge: 24,000 (2023)"],
     "Actual is less than plan: 24,000 < 30,000.", "Short by: 6 million tenge"),
    ("13.1", "just below", 2023, "kk",
     ["Өндірілген өнім көлемі, т: 1 099 (2023) / 1 000 (2021) − 1 = 9,9 %"],
     "Нақты мән жоспардан кем: 9,9 % < 10,0 %.", "Жетпегені: 0,1 пайыздық тармақ; 1 т"),
    ("13.1", "at the threshold", 2023, "ru",
     ["Объем произведенной продукции, т: 1 100 (2023) / 1 000 (2021) − 1 = 10,0 %"],
     "Факт не меньше плана: 10,0 % ≥ 10,0 %.", "Ровно на пороге"),
    ("13.1", "base not reported", 2023, "en", ["Output volume, т: 1,500 (2023) / — (2021) − 1 = —"],
     "Not reported: Output volume, 2021 (empty cell).", None),
    ("13.1", "best year within the two", 2023, "ru",
     ["Объем произведенной продукции, т: 1 120 (2022) / 1 000 (2021) − 1 = 12,0 %",
      "Объем произведенной продукции, т: 1 050 (2023) / 1 000 (2021) − 1 = 5,0 %",
      "Лучший год: 2022 (12,0 %)"],
     "Факт не меньше плана: 12,0 % ≥ 10,0 %.", "Сверх порога: 2 п. п.; 20 т"),
    ("13.1", "best year, none reported after the base", 2023, "en",
     ["Output volume, т: — (2022) / 1,000 (2021) − 1 = —", "Output volume, т: — (2023) / 1,000 (2021) − 1 = —"],
     "Not reported: Output volume, 2022 (empty cell); Output volume, 2023 (no row).", None),
    ("13.1", "growth from zero", 2023, "en",
     ["Output volume, т: 5 (2023) / 0 (2021) − 1 = ∞",
      "Growth from zero to zero counts as 0 %, to more as infinite."],
     "Actual is not less than plan: ∞ ≥ 10.0 %.", "Above the threshold by: 5 т"),
    ("11.2", "from zero to zero", 2021, "ru",
     ["Экспорт в денежном выражении, тыс. тенге: 0 (2021) / 0 (2019) − 1 = 0,0 %",
      "Рост от нуля до нуля считается равным 0 %, до большего – бесконечным."],
     "Факт меньше плана: 0,0 % < 3,0 %.", "Недостает: 3 п. п."),
    ("11.1", "joint projects still running", 2022, "en", [], "Judged once, in 2026.", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("criterion", "case", "year", "lang", "formula", "reason", "margin"),
    TEXTS,
    ids=[" ".join(map(str, text[:4])) for text in TEXTS],
)
def test_texts(
    criterion: str, case: str, year: int, lang: str, formula: list[str], reason: str, margin: str | None
) -> None:
    card = card_of(criterion, case, year, lang=lang, unit="т")
    assert [plain(line) for line in card.formula] == formula
    assert plain(card.reason) == reason
    assert (None if card.margin is None else plain(card.margin.text)) == margin


def test_texts_cover_every_rule_in_every_state() -> None:
    rules = {(LAW.criterion(t[0]).rule, card_of(*t[:3], lang="en").state) for t in TEXTS}
    states = ("not_due", "no_data", "fulfilled", "not_fulfilled")
    assert rules >= {(criterion.rule, state) for criterion in LAW.criteria for state in states}


def test_the_card_quotes_the_order_and_names_the_readings() -> None:
    card = card_of("13.1", "a softer threshold", 2023, lang="ru")
    order = LAW.criterion("13.1")
    assert (card.citation, card.text, card.original) == (order.citation.ru, order.text.ru, order.text.kk)
    assert "неофициальный перевод" in card.note
    assert card.threshold == ("13.1.at_least", 0.08) and "8 %" in plain(card.threshold_text)
    assert card.changed == (("13.1.at_least", 0.08, 0.1),)
    base, ten = card.readings
    questions = {question.id: question for question in LAW.questions}
    assert base.question == questions["base_of_growth"].question.ru
    assert base.reading == questions["base_of_growth"].default.ru and base.changed == ()
    assert ten.reading == "Взято другое значение параметра." and ten.changed == card.changed
    assert "13.1.at_least = 0.08 (в редакции: 0.1)" in str(card)
    kazakh = card_of("13.1", "a softer threshold", 2023, lang="kk")
    assert kazakh.original is None and kazakh.note is None and kazakh.text == order.text.kk


def test_readings_say_every_alternative_that_holds() -> None:
    case = next(case for id, case in CASES if id == "13.3" and case["name"].startswith("at the threshold"))
    law = LAW.replace(
        {"13.3.judge": "best", "13.3.base_shift": -1, "scale": "proportional", "6.1.multiple": 3}
    )
    card = explain(case_data("13.3", case), "P", criterion="13.3", year=2020, methodology=law, lang="en")
    base = next(q for q in LAW.questions if q.id == "base_of_growth")
    assert card.readings[0].reading == " ".join(alternative.reading.en for alternative in base.alternatives)
    assert [reading.settings for reading in card.readings][-1] == (("scale", "proportional"),)
    assert [path for path, _, _ in card.changed] == ["13.3.base_shift", "13.3.judge", "scale"]
    assert changes(LAW, LAW.criterion("13.3")) == ()


def test_an_edition_of_ones_own_is_not_called_changed(tmp_path: Path) -> None:
    text = (Path(ee.__file__).parent / "methodologies" / "order-35.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(text.replace("id: order-35", "id: own", 1), encoding="utf-8")
    case = next(case for id, case in CASES if id == "13.1")
    law = ee.Methodology.load(own).replace({"13.1.judge": "best"})
    card = explain(case_data("13.1", case), "P", criterion="13.1", year=2023, methodology=law, lang="en")
    assert card.changed == ()
    assert card.readings[0].reading.startswith("The figure of the best year")


def test_sources_lead_to_the_cells_of_the_files(sample_dir: Path) -> None:
    data = sample(sample_dir)
    assessed = ee.assess(data, LAW)
    for criterion in ("1.1", "2.3", "6.1", "9.1", "13.1"):
        row = assessed[(assessed["criterion"] == criterion) & (assessed["state"] == "fulfilled")].iloc[0]
        card = explain(data, row["project_id"], criterion=criterion, year=int(row["year"]))
        assert (
            card.synthetic
            and "СИНТЕТИЧЕСКИЕ ДАННЫЕ" in str(card)
            and "СИНТЕТИЧЕСКИЕ ДАННЫЕ" in card._repr_html_()
        )
        assert any(source.table == "observations" for source in card.sources)
        for source in card.sources:
            table = pd.read_csv(sample_dir / source.file, dtype="str")
            if source.project_id is not None:
                table = table[table["project_id"] == source.project_id]
            if source.year is not None:
                table = table[table["year"] == str(source.year)]
            cell = table[source.column].iloc[0] if len(table) else None
            if source.value is None:
                assert cell is None or pd.isna(cell)
            else:
                assert (cell if isinstance(source.value, str) else float(cell)) == source.value


def test_a_workbook_is_named_as_the_file() -> None:
    case = next(case for id, case in CASES if id == "8.1")
    data = replace(case_data("8.1", case), sources=(Path("data") / "all.xlsx",))
    card = explain(data, "P", criterion="8.1", year=2021)
    assert {source.file for source in card.sources} == {"all.xlsx"}


def test_a_letter_has_what_it_needs_and_html_is_escaped() -> None:
    name, unit = 'ТОО <b>"Пример"</b> & {сын}', "<i>т</i>"
    card = card_of("13.1", "just below", 2023, lang="ru", applicant=name, unit=unit, bin="012345678901")
    said = dict(card.particulars)
    assert said["Заявитель"] == name and said["БИН"] == "012345678901" and said["Год"] == "2023"
    assert said["Мера стимулирования"] == "13. предоставление промышленных грантов"
    assert said["Регион"] == "Восточно-Казахстанская область (630000000)"
    assert name in str(card) and not card.synthetic and "СИНТЕТИЧЕСКИЕ" not in str(card)
    html = card._repr_html_()
    assert (
        "&lt;b&gt;&quot;Пример&quot;&lt;/b&gt; &amp; {сын}" in html
        and "<b>" not in html
        and "<i>" not in html
    )
    assert "&lt;i&gt;т&lt;/i&gt;" in html
    assert dict(card_of("13.1", "just below", 2023, lang="kk").particulars)["БСН"] == "көрсетілмеген"


@pytest.mark.parametrize(
    ("project", "changed", "words"),
    [
        ("Q", {}, ["'Q'", "Near: P", "project_id"]),
        ("P", {"criterion": "6.1"}, ["'6.1'", "measure 13", "13.1", "13.2", "13.3"]),
        ("P", {"year": 2019}, ["2019", "2021, 2022, 2023, 2024"]),
        ("P", {"lang": "kz", "criterion": "99"}, ["'kz'", "kk, ru, en", "'99'"]),
    ],
)
def test_a_question_that_cannot_be_answered_says_what_can(
    project: str, changed: dict, words: list[str]
) -> None:
    case = next(case for id, case in CASES if id == "13.1")
    asked = {"criterion": "13.1", "year": 2023} | changed
    with pytest.raises(ee.ParameterError) as caught:
        explain(case_data("13.1", case), project, **asked)
    assert all(word in str(caught.value) for word in [*words, "To fix:"])
