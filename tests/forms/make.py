"""Makes the forms of this folder: small workbooks with the disorder that forms come back with.

All applicants and figures are synthetic. The packages are written part by part, so that a form can hold what
libraries do not write: formulas without a value, errors, merges over figures. The same bytes come out each time.

Run: python tests/forms/make.py [FOLDER]
"""

import copy
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.0 %"/></numFmts>'
    '<fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4">'
    '<xf numFmtId="0"/><xf numFmtId="10" applyNumberFormat="1"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="164" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)
NBSP = "\u00a0"
INF = "∞"


@dataclass(frozen=True)
class Percent:
    """A number shown as per cent, by the format of Excel's own (1) or another (3)."""

    value: float
    style: int = 1


@dataclass(frozen=True)
class Formula:
    """A formula with its stored value; None: the value was never computed."""

    text: str
    value: float | str | None = None


@dataclass(frozen=True)
class Wrong:
    """An error cell."""

    text: str


@dataclass
class Sheet:
    """Rows of cells, merged ranges, and whether the sheet is hidden."""

    rows: list[list]
    merged: list[str] = field(default_factory=list)
    hidden: bool = False

    def put(self, place: str, value) -> None:
        """Put a value in a cell such as G12."""
        letters = place.rstrip("0123456789")
        row, column = int(place[len(letters) :]) - 1, 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        while len(self.rows) <= row:
            self.rows.append([])
        self.rows[row] += [None] * (column - len(self.rows[row]))
        self.rows[row][column - 1] = value


def letters(column: int) -> str:
    """Letters of a column from 0, up to ZZ."""
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def cell(place: str, value) -> str:
    """XML of a cell."""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value!r}</v></c>'
    if isinstance(value, Percent):
        return f'<c r="{place}" s="{value.style}"><v>{value.value!r}</v></c>'
    if isinstance(value, date):
        return f'<c r="{place}" s="2"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, Wrong):
        return f'<c r="{place}" t="e"><f>1/0</f><v>{value.text}</v></c>'
    if isinstance(value, Formula):
        stored = "" if value.value is None else f"<v>{value.value}</v>"
        kind = ' t="str"' if isinstance(value.value, str) else ""
        return f'<c r="{place}"{kind}><f>{escape(value.text)}</f>{stored}</c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet_xml(sheet: Sheet) -> str:
    """XML of a sheet."""
    rows = []
    for at, row in enumerate(sheet.rows, start=1):
        cells = [cell(f"{letters(c)}{at}", value) for c, value in enumerate(row) if value is not None]
        rows.append(f'<row r="{at}">{"".join(cells)}</row>')
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in sheet.merged)
    merges = f'<mergeCells count="{len(sheet.merged)}">{merges}</mergeCells>' if merges else ""
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(rows)}</sheetData>{merges}</worksheet>'


def save(path: Path, sheets: dict[str, Sheet]) -> None:
    """Write a workbook."""
    count = range(1, len(sheets) + 1)
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    over = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kinds}.worksheet+xml"/>'
        for n in count
    )
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{" state=" + chr(34) + "hidden" + chr(34) if sheet.hidden else ""}/>'
        for n, (name, sheet) in enumerate(sheets.items(), start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in count
    )
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds}.styles+xml"/>{over}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{entries}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId0" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": HEAD + STYLES,
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": sheet_xml(s) for n, s in enumerate(sheets.values(), start=1)}
    with ZipFile(path, "w") as package:
        for name, text in parts.items():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type, info.create_system = ZIP_DEFLATED, 3
            package.writestr(info, text.encode())


# fmt: off
HEADINGS = {
    "kk": (
        "р/с №",
        "Ынталандыру шарасын алған өтініш берушінің атауы",
        "Аймақ (облыс, қала) Әкімшілік-аумақтық объектілердің ведомстволық сыныптауышы (ӘАОС)",
        "Сала",
        "Сыртқы экономикалық қызметтің тауарлық номенклатурасы",
        "Субъектінің санаты",
        "Нақты бөлінген бюджет қаражатының сомасы, мың теңге",
        "∑ Өлшемшарттар бойынша балдар",
        "Жоба мәртебесі",
    ),
    "ru": (
        "№ п/п",
        "Наименование заявителя, получившего меру стимулирования",
        "Регион (область, город), классификатор административно-территориальных объектов (КАТО)",
        "Отрасль",
        "Товарная номенклатура внешнеэкономической деятельности",
        "Категория субъекта",
        "Сумма фактически выделенных бюджетных средств, тыс. тенге",
        "∑ Баллы по критериям",
        "Статус проекта",
    ),
    "en": (
        "No.",
        "Name of the applicant that received the measure",
        "Region (oblast, city), KATO code",
        "Sector",
        "Commodity code",
        "Category of the entity",
        "Budget funds actually allocated, thousand tenge",
        "∑ Scores over the criteria",
        "Status of the project",
    ),
}
GROUPS = {
    "kk": ("Әсерлер", "{}-өлшемшарт", "Жоспар", "Нақты", "Балл"),
    "ru": ("Эффекты", "{}-критерий", "План", "Факт", "Балл"),
    "en": ("Effects", "Criterion {}", "Plan", "Actual", "Score"),
}
TITLES = {
    "kk": (
        "Қазақстан Республикасы Өнеркәсіп және құрылыс министрлігіне ұсынылады",
        "Өнеркәсіпті мемлекеттік ынталандыру шараларын іске асыру тиімділігін бағалау нәтижелері туралы мәліметтер",
        "{}-шара",
        "{} жыл",
    ),
    "ru": (
        "Представляется в Министерство промышленности и строительства Республики Казахстан",
        "Сведения о результатах оценки эффективности реализации мер государственного стимулирования промышленности",
        "Мера {}",
        "{} год",
    ),
    "en": (
        "Submitted to the Ministry of Industry and Construction of the Republic of Kazakhstan",
        "Information on the results of evaluating the effectiveness of the implementation of state incentive measures",
        "Measure {}",
        "{}",
    ),
}
A, B, C = "ЖШС «Синтетика-1» (синтетикалық)", "ТОО «Синтетика-2» (синтетическое)", "Synthetic Works 3 (synthetic)"
ROWS = {
    13: [
        [1, A, "630000000", "24", "7208100000", "шағын", 150000, 0.1, 0.125, 1, 0.0867, 0.05, 0, 0.1, 0.1, 1, 2, "іске асырылуда"],
        [2, B, "710000000", "28", "8429", "орта", 98500.5, 0.1, 0.02, 0, 0.0867, 0.12, 1, 0.1, None, None, 1, "аяқталды"],
        [3, C, "190000000", "10", None, "ірі", 1234567, 0.1, 0.1, 1, 0.0867, None, None, 0.1, INF, 1, 2, "тоқтатыла тұрды"],
    ],
    6: [
        [1, A, "630000000", "24", "7208100000", "small", 150000, 300000, 310000.5, 1, None, None, None, 1, "completed"],
        [2, B, "710000000", "28", "8429", "large", 100000, 200000, 150000, 0, None, None, None, 0, "terminated"],
    ],
    3: [
        [1, A, "630000000", "24", "7208100000", "малый", 70000, 0.0867, 0.0867, 1, 1200, 1250.25, 1, 2, "завершен"],
        [2, B, "710000000", "28", "8429", "средний", 80000, 0.0867, 0.01, 0, 900, 899, 0, 0, "реализуется"],
    ],
}
TOTALS = {
    13: [None] * 6 + [1483067.5, None, None, 2, None, None, 1, None, None, 2, 5, None],
    6: [None] * 6 + [250000, None, None, 1, None, None, None, 1, None],
    3: [None] * 6 + [150000, None, None, 1, None, None, 1, 2, None],
}
# fmt: on
WORDS = {"kk": "Барлығы:", "ru": "Итого:", "en": "Total:"}


def headings(lang: str, groups: int) -> list[list]:
    """The three heading rows."""
    plain, (effects, criterion, plan, actual, score) = HEADINGS[lang], GROUPS[lang]
    top = [*plain[:7], effects, *[None] * (3 * groups - 1), *plain[7:]]
    middle, low = [None] * 7, [None] * 7
    for number in range(1, groups + 1):
        middle += [criterion.format(number), None, score]
        low += [plan, actual, None]
    return [top, middle, low]


def merges(groups: int, *, first: int) -> list[str]:
    """Merged ranges of the headings."""
    end = 7 + 3 * groups
    single = [*range(7), end, end + 1]
    found = [f"{letters(c)}{first}:{letters(c)}{first + 2}" for c in single]
    found.append(f"H{first}:{letters(end - 1)}{first}")
    for column in range(7, end, 3):
        found.append(f"{letters(column)}{first + 1}:{letters(column + 1)}{first + 1}")
        found.append(f"{letters(column + 2)}{first + 1}:{letters(column + 2)}{first + 2}")
    return found


def form(measure: int = 13, *, lang: str = "kk", year: int | None = 2024, total: bool = True) -> Sheet:
    """A form in order: titles in rows 1 to 4, headings in rows 5 to 7, projects from row 8 on, then the total."""
    groups = 3 if measure == 13 else 2
    titles = [text.format(number) for text, number in zip(TITLES[lang], (0, 0, measure, year), strict=True)]
    rows = [[text] for text in titles[: 4 if year else 3]] + [[]] * (0 if year else 1)
    rows += headings(lang, groups) + copy.deepcopy(ROWS[measure])
    if total:
        rows.append([WORDS[lang], *TOTALS[measure][1:]])
    return Sheet([list(row) for row in rows], merges(groups, first=5))


def at(sheet: Sheet, **cells) -> Sheet:
    """The sheet with cells changed."""
    for place, value in cells.items():
        sheet.put(place, value)
    return sheet


def shifted(sheet: Sheet, *, right: int, down: int) -> Sheet:
    """The sheet moved, its headings no longer merged."""
    return Sheet([[] for _ in range(down)] + [[None] * right + row for row in sheet.rows])


def pathed(lang: str, mark: str) -> list:
    """One heading row in which each column carries its full path."""
    plain, (effects, criterion, *leaves) = HEADINGS[lang], GROUPS[lang]
    paths = [mark.join((effects, criterion.format(n), leaf)) for n in (1, 2, 3) for leaf in leaves]
    return [*plain[:7], *paths, *plain[7:]]


def repeated() -> Sheet:
    sheet = form()
    return Sheet([*sheet.rows[:4], pathed("kk", ". "), *sheet.rows[7:]])


def crossed() -> Sheet:
    """All plans, then all actual values, then all scores, each with the number of its criterion."""
    sheet = form(lang="ru")
    order = [7, 10, 13, 8, 11, 14, 9, 12, 15]
    head = [*HEADINGS["ru"][:7], *(f"{leaf} {n}" for leaf in ("План", "Факт", "Балл") for n in (1, 2, 3))]
    rows = [row[:7] + [row[c] for c in order] + row[16:] for row in sheet.rows[7:]]
    return Sheet([*sheet.rows[:4], head + list(HEADINGS["ru"][7:]), *rows])


def uneven() -> Sheet:
    """All plans, then all actual values, then two scores: which two, nothing says."""
    sheet = crossed()
    sheet.rows = [row if at_ < 4 else row[:15] + row[16:] for at_, row in enumerate(sheet.rows)]
    sheet.rows[4][7:15] = ["План"] * 3 + ["Факт"] * 3 + ["Балл"] * 2
    return sheet


def unmerged() -> Sheet:
    sheet = form(lang="ru")
    sheet.merged = []
    return sheet


def lookalikes() -> Sheet:
    sheet = form()
    head = sheet.rows[4]
    head[1] = "ЫНТAЛAНДЫРУ  ШАРАСЫН АЛҒАН\nӨТІНІШ БЕРУШІНІҢ  АТАУЫ"  # Latin A
    head[2] = f"Аймак (облыс,{NBSP}кала) Әкімшілік-\nаумақтық объектілердің ведомстволық сыныптауышы (ӘAOC)"
    head[3] = f" Caлa{NBSP}"  # Latin C, a
    head[6] = "Нақты бөлінген бюд\u00adжет қаражаты\u00adның сома\u00adсы,\nмың теңге"
    head[-1] = "Жоба\nмәpтeбecі"
    sheet.rows[5][7], sheet.rows[5][10] = "1 - өлшемшарт", "2-\nөлшем\u00adшарт"
    sheet.rows[6][7:9] = ["ЖOCПAP", "Накты"]
    return sheet


def gaps() -> Sheet:
    """The table begins in column C and row 10, with an empty column before the status and empty rows."""
    sheet = shifted(form(lang="ru"), right=2, down=5)
    for row in sheet.rows[9:]:
        if len(row) > 19:
            row.insert(19, None)
    sheet.rows.insert(13, [])
    sheet.rows.insert(15, [None, None, "  "])
    return sheet


def numbered() -> Sheet:
    sheet = form()
    numbers = [1, 2, 3, 4, 5, 6, 7, *[8] * 9, 9, 10]
    sheet.rows.insert(7, numbers)
    sheet.rows.insert(9, [str(n) for n in numbers])
    return sheet


def lettered() -> Sheet:
    sheet = form(lang="ru")
    sheet.rows.insert(7, ["А", "Б", *range(1, 17)])
    return sheet


def moved_total(*, to: int, word: str, column: int) -> Sheet:
    sheet = form(lang="ru")
    row = sheet.rows.pop()
    row[0], row[column] = None, word
    sheet.rows.insert(to, row)
    return sheet


def by_region() -> Sheet:
    """Subtotals with the code of their region, and a firm whose name begins like a total."""
    sheet = at(form(lang="ru"), B9="Total Energy (synthetic)")
    sheet.rows.insert(8, [None, "Итого", "630000000", None, None, None, 150000, *[None] * 8, None, 2])
    return sheet


def signed() -> Sheet:
    sheet = form()
    sheet.rows += [
        [],
        ["Ескертпе: деректер синтетикалық."],
        [None, "Басшы", None, "____________", None, "А. Синтетик"],
        ["Орындаушы", None, "Б. Синтетик", None, "тел. 8 (7172) 00-00-00", "қолы", "____"],
        [None, "2025 ж. 15 ақпан"],
    ]
    return sheet


def typed() -> Sheet:
    sheet = form(lang="ru")
    rows = [
        {
            6: f"150{NBSP}000",
            7: "10 %",
            8: "12,5%",
            9: "1",
            10: "8,67 %",
            11: "5 %",
            12: "0",
            13: "0,1",
            14: "0.1",
            16: " 2 ",
        },
        {6: "98 500,5", 7: "10,0 %", 8: f"2{NBSP}%", 11: "0,12", 16: "1,0"},
        {6: "1\u202f234\u2009567,00", 8: "+10 %", 16: "2"},
    ]
    for row, cells in zip(sheet.rows[7:10], rows, strict=True):
        for column, text in cells.items():
            row[column] = text
    return at(sheet, G11="1 483 067,5", Q11="5")


def percents() -> Sheet:
    sheet = form()
    return at(
        sheet,
        H8=Percent(0.1),
        I8="12.5 %",
        K8=Percent(0.0867),
        I9=Percent(0.02),
        L9="630 %",
        L8=Percent(6.3),
        O8=Percent(7.5, 3),
    )


def dashed() -> Sheet:
    sheet = form()
    marks = ["-", "–", "—", "x", "х", "н/д", "жоқ", "Х", "--", " - ", "нет данных"]
    places = ["H8", "I8", "J8", "K8", "L8", "M8", "H9", "I9", "J9", "K9", "L9"]
    at(sheet, **dict(zip(places, marks, strict=True)), E10="-", O10="жоқ", M9="н/д", G9="—")
    return sheet


def places(cells: list, *, lang: str = "kk") -> Sheet:
    """Measure 3, one row a spelling of the region."""
    sheet = form(3, lang=lang, total=False)
    row = sheet.rows[7]
    sheet.rows[7:] = [[n, f"{A} {n}", cell, *row[3:]] for n, cell in enumerate(cells, start=1)]
    return sheet


def beside() -> Sheet:
    """The code in one column, the name of the region in the next, under one heading."""
    sheet = form(lang="ru")
    sheet.merged = []
    names = {7: "Восточно-Казахстанская область", 8: "г. Астана", 9: "Алматинская область"}
    for at_, row in enumerate(sheet.rows):
        if at_ >= 4:
            row.insert(3, names.get(at_))
    sheet.merged = ["C5:D5"]
    at(sheet, C7="код", D7="название")
    return sheet


def words(column: int, cells: list) -> Sheet:
    sheet = form(3, lang="ru", total=False)
    row = sheet.rows[7]
    sheet.rows[7:] = [
        [n, f"{A} {n}", *row[2:column], cell, *row[column + 1 :]] for n, cell in enumerate(cells, start=1)
    ]
    return sheet


def others() -> dict[str, Sheet]:
    """Sheets that are no forms."""
    return {
        "параметры": Sheet(
            [["Критерий", "План", "Норма"], ["13.1", 0.1, "11-тармақ"], ["13.2", 0.0867, "11-тармақ"]]
        ),
        "о документе": Sheet([["Сведения"], ["effeval", "0.1.0"], ["Статус", "синтетические данные"]]),
        "контакты": Sheet([["Заявитель", "Регион", "Отрасль", "Телефон"], [A, "63", "24", "000"]]),
        "пусто": Sheet([]),
    }


def plain_scores() -> Sheet:
    """Neither scores nor their sum."""
    sheet = form(lang="ru", total=False)
    sheet.merged = []
    kept = [c for c in range(18) if c not in (9, 12, 15, 16)]
    sheet.rows = [
        row if at_ < 4 else [row[c] if c < len(row) else None for c in kept]
        for at_, row in enumerate(sheet.rows)
    ]
    return sheet


def paged() -> Sheet:
    sheet = form()
    sheet.rows[9:9] = [*headings("kk", 3), [1, 2, 3, 4, 5, 6, 7, *[8] * 9, 9, 10]]
    return sheet


def computed() -> Sheet:
    """Formulas with stored values, an empty text among them, and the hidden column of effeval's own forms."""
    sheet = at(
        form(), J8=Formula("IF(I8>=H8,1,0)", 1), Q8=Formula("J8+M8+P8", 2), P9=Formula('IF(O9="","",1)', "")
    )
    at(sheet, G11=Formula("SUM(G8:G10)", 1483067.5), A9=Formula("A8+1", 2))
    return at(sheet, S5="project_id", S8="SYN-0001", S9="SYN-0002", S10="SYN-0003")


def spread() -> Sheet:
    sheet = form(3, lang="ru", total=False)
    sheet.merged += ["C8:C9", "D8:D9"]
    return at(sheet, C9=None, D9=None)


def sections() -> Sheet:
    sheet = form()
    sheet.rows.insert(7, [None, "Шығыс Қазақстан облысы"])
    sheet.rows.insert(9, ["Қалған өңірлер"])
    sheet.merged.append("A10:R10")
    return sheet


def prenumbered() -> Sheet:
    sheet = form(total=False)
    sheet.rows += [[4], [5, None, "-", "-"], [6], [WORDS["kk"], *TOTALS[13][1:]]]
    return sheet


def extra() -> Sheet:
    """Columns that the order does not have: BIN and a remark."""
    sheet = form(lang="ru")
    sheet.merged = []
    for at_, row in enumerate(sheet.rows):
        if at_ >= 4:
            row.insert(2, {4: "БИН заявителя"}.get(at_, "050440001239" if 7 <= at_ <= 9 else None))
    return at(sheet, T5="Примечание", T8="без замечаний", T9=7)


def unnumbered() -> Sheet:
    sheet = form(lang="ru")
    sheet.merged, sheet.rows[5] = [], [None] * 7 + [None, None, "Балл"] * 3
    return sheet


def by_sheet() -> Sheet:
    sheet = form(year=None)
    sheet.rows[2] = []
    return sheet


def by_name() -> Sheet:
    sheet = form(year=None)
    sheet.rows[2] = ["Өнеркәсіптік гранттар беру (297-бұйрық, 27.05.2022)"]
    sheet.rows[3] = ["Есепті жыл", 2024]
    return sheet


def second_form() -> Sheet:
    sheet = form()
    sheet.rows += [[], ["6-шара: ішкі нарықта ынталандыру"], *headings("kk", 2), *copy.deepcopy(ROWS[6])]
    return sheet


def without_third() -> Sheet:
    sheet = form()
    sheet.merged = merges(2, first=5)
    sheet.rows = [row if at_ < 4 else row[:13] + row[16:] for at_, row in enumerate(sheet.rows)]
    return sheet


def lost() -> Sheet:
    sheet = form()
    sheet.rows[4:7], sheet.merged = [[], [], []], []
    return sheet


def corpus() -> dict[str, dict[str, Sheet]]:
    """Every file by name."""
    # fmt: off
    one = {
        "clean-kk": form(),
        "clean-ru": form(lang="ru"),
        "clean-en": form(lang="en"),
        "headings-with-full-path": repeated(),
        "headings-unmerged": unmerged(),
        "headings-by-leaf": crossed(),
        "headings-look-alikes": lookalikes(),
        "criteria-not-numbered": unnumbered(),
        "empty-rows-and-columns": gaps(),
        "columns-numbered-twice": numbered(),
        "columns-lettered": lettered(),
        "total-first": moved_total(to=7, word="Всего", column=1),
        "total-between": moved_total(to=9, word="ИТОГО по мере 13:", column=2),
        "subtotals": by_region(),
        "signatures-below": signed(),
        "numbers-as-text": typed(),
        "percents": percents(),
        "dashes": dashed(),
        "regions": places(
            [
                630000000, "63", "630000000 Шығыс Қазақстан облысы", "Шығыс Қазақстан облысы", "г. Астана", "Almaty Region",
                "Алматы қаласы", "ВКО", "Карагандинская обл.", "КАТО 632810000, г. Усть-Каменогорск", "East Kazakhstan Region (630000000)",
                "63 28 10 000", "область Абай", "ШЫҒЫС ҚАЗАҚСТАН ОБЛЫСЫ",
            ]
        ),
        "region-beside-code": beside(),
        "categories": words(5, ["шағын", "Субъект малого предпринимательства", "Medium", "средний", "ІРІ", "крупный бизнес", "large", "-"]),
        "statuses": words(14, ["іске асырылуда", "Проект реализуется", "Завершён", "completed", "Тоқтатыла тұрды", "приостановлен", "тоқтатылды", "Расторгнут", None]),
        "sectors": words(3, [24, "24 Металлургиялық өнеркәсіп", "24.10", "Manufacture of basic metals", "производство напитков", "ОКЭД 28999", None]),
        "one-criterion": form(6, lang="en"),
        "two-criteria": form(3, lang="ru"),
        "without-scores": plain_scores(),
        "headings-on-every-page": paged(),
        "formulas-with-values": computed(),
        "region-merged-over-rows": spread(),
        "sections": sections(),
        "numbered-empty-rows": prenumbered(),
        "extra-columns": extra(),
        "measure-by-name": by_name(),
        "refused-errors": at(form(), I8=Wrong("#DIV/0!"), C9=Wrong("#N/A"), Q11=Wrong("#REF!")),
        "refused-formulas-without-values": at(form(), J8=Formula("IF(I8>=H8,1,0)"), Q9=Formula("SUM(J9,M9,P9)"), G11=Formula("SUM(G8:G10)"), I11=Formula("SUM(I8:I10)")),
        "refused-bare-percents": at(form(), H8=10, I8=12.5, I9="20", L9=5.5, K10="8.67", N8=2, O8=2),
        "refused-percent-heading": at(form(), H7="Жоспар, %", I7="Нақты, %", H8="10 %", H9=Percent(0.1), I8=Percent(0.125)),
        "refused-no-measure": at(form(), A3=None),
        "refused-two-measures": at(form(), A3="13-шара, 6-шара"),
        "refused-unknown-measure": at(form(), A3="15-шара"),
        "refused-two-years": at(form(), A4="2023 және 2024 жылдар"),
        "refused-third-criterion-missing": without_third(),
        "refused-figures-of-no-criterion": at(form(6), K8=0.1, M9=1),
        "refused-numbers": at(form(3, lang="ru"), K8="1250,5", L8="12.500", K9="12 т", L9="1.2.3", G8="#DIV/0!", G9="10 %", O8=True, J9=date(2024, 5, 1)),
        "refused-thousands-or-decimals": at(form(3, lang="en"), K8="1,234"),
        "refused-point-before-three-digits": at(form(3, lang="ru"), K8="12.500", K9="0.125", L9="1,234"),
        "refused-thousands-by-points-in-english": at(form(3, lang="en"), K8="12.500", L8="10,5"),
        "refused-sign-alone": at(form(), H8="%"),
        "refused-infinite-volume": at(form(3), L8=INF, H9=INF),
        "refused-regions": places(["Алматы", "Марс", "630000000 Павлодар облысы", "6", "63-28", None, "6.3e8", date(2024, 1, 1), "10 %", "∞"]),
        "refused-words": words(5, ["малый и средний", "микро", 3]),
        "refused-statuses": words(14, ["не завершен", "неизвестно", "завершен частично"]),
        "refused-sectors": words(3, ["машины", "2", "24 Производство напитков"]),
        "refused-groups-unclear": uneven(),
        "refused-unit": at(form(lang="ru"), G5="Сумма фактически выделенных бюджетных средств, млн тенге"),
        "refused-no-headings": lost(),
        "refused-second-form": second_form(),
        "refused-second-column": at(form(), S5="Субъектінің санаты", S8="орта"),
        "refused-column-missing": at(form(lang="ru"), C5="Место", R5="Замечание"),
        "refused-figure-merged": Sheet(at(form(), G9=None).rows, [*merges(3, first=5), "G8:G9"]),
        "refused-name-like-signature": at(form(total=False), A11=4, B11="Head Steel (synthetic)", G11="150 000"),
        "refused-rows": at(form(total=False), B9=None, C9=None, B11="ЖШС «Синтетика-4»", G12=5, B13="ЖШС «Синтетика-5»", A14=5, B14="Y (synthetic)", C14="55", H14=0.1),
    }
    # fmt: on
    files = {
        f"{name}.xlsx": {"13" if "no-measure" not in name else "Лист1": sheet} for name, sheet in one.items()
    }
    files |= {
        f"{name}.xlsx": {"Форма": files[f"{name}.xlsx"]["13"]}
        for name in ("one-criterion", "two-criteria", "measure-by-name", "regions")
    }
    files["hidden-among-others.xlsx"] = others() | {"13-шара": Sheet(form().rows, form().merged, hidden=True)}
    files["several-measures.xlsx"] = {"13": form(), "Мера 6": form(6, lang="en"), "3": form(3, lang="ru")}
    files["measure-by-sheet-2024.xlsx"] = {"13 өнеркәсіптік гранттар": by_sheet()}
    files["refused-no-form.xlsx"] = others()
    return files


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, sheets in corpus().items():
        save(folder / name, sheets)


if __name__ == "__main__":
    main()
