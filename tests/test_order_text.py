"""The edition order-35 against the order's own text, and the questions that it leaves open."""

import copy
import json
import re
import unicodedata
from pathlib import Path

import jsonschema
import pytest
import yaml

HERE = Path(__file__).parent
EDITIONS = HERE.parent / "effeval" / "methodologies"
POINT_11 = (HERE / "data" / "order-35-point-11.txt").read_text(encoding="utf-8")
# Headings of annex 1 that a question quotes, with the spaces and line breaks of the printed form.
ANNEX_1 = "Н а қ т ы\nбөлінген\nбюджет\nқаражатының\nсомасы, мың\nтеңге\nБалл"
ANNEX_1_TRANSLATED = {
    "ru": "Сумма фактически выделенных бюджетных средств, Балл",
    "en": "Budget funds actually allocated, Score",
}
LANGUAGES = ("kk", "ru", "en")
CRITERIA_OF = {1: 2, 2: 3, 3: 2, 4: 3, 5: 2, 6: 1, 7: 1, 8: 1, 9: 1, 10: 1, 11: 2, 12: 1, 13: 3}
# What the order says in words; every other parameter is a reading and needs a question.
STATED_BY_THE_ORDER = {"indicator", "reference", "start", "end", "years", "at_least", "multiple"}

RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюя"  # ё is not used, as in the acts of the republic
KAZAKH = "абвгғдежзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяә"
MARKS = set(" 0123456789.,:;?()/%-–…«»№")
LATIN_WORDS = {"support_paid"}  # names of columns, the only Latin words that Cyrillic texts may have


def read_edition() -> dict:
    document = yaml.safe_load((EDITIONS / "order-35.yaml").read_text(encoding="utf-8"))
    return json.loads(json.dumps(document, default=lambda date: date.isoformat()))


EDITION = read_edition()
SCHEMA = json.loads((EDITIONS / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CRITERIA = [criterion for measure in EDITION["measures"] for criterion in measure["criteria"]]
SETTINGS = {f"{c['id']}.{name}": value for c in CRITERIA for name, value in c["parameters"].items()}
SETTINGS |= EDITION["settings"]
QUESTIONS = {question["id"]: question for question in EDITION["questions"]}
DECIDED = {path for question in EDITION["questions"] for path in question["parameters"]}
ALTERNATIVES = [
    pytest.param(question, alternative, id=f"{question['id']}-{alternative['id']}")
    for question in EDITION["questions"]
    for alternative in question["alternatives"]
]


def texts(node, place=""):
    """Every trilingual text below a node, with its place."""
    if isinstance(node, dict) and set(node) == set(LANGUAGES):
        yield place, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from texts(child, f"{place}.{key}")
    elif isinstance(node, list):
        for number, child in enumerate(node):
            yield from texts(child, f"{place}[{number}]")


def without_spaces(text: str) -> str:
    return re.sub(r"\s+", "", text)


def errors(document: dict) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]


def applied(settings: dict) -> dict:
    document = copy.deepcopy(EDITION)
    by_id = {c["id"]: c for measure in document["measures"] for c in measure["criteria"]}
    for path, value in settings.items():
        criterion, _, name = path.rpartition(".")
        (by_id[criterion]["parameters"] if criterion else document["settings"])[name] = value
    return document


# The order's words


def test_kazakh_texts_are_the_orders_words_in_the_orders_order():
    ours = "".join(
        f"{measure['id']}){measure['name']['kk']}" + "".join(c["text"]["kk"] for c in measure["criteria"])
        for measure in EDITION["measures"]
    )
    subpoints = POINT_11[re.search(r"^\s+1\)", POINT_11, re.MULTILINE).start() :]
    assert without_spaces(ours) == re.sub(r"[:;.]", "", without_spaces(subpoints))


def test_words_are_parted_as_in_the_order():
    mended = re.sub(r"/\s+", "/", POINT_11)  # the page broke "және/немесе" in two
    paragraphs = [" ".join(p.split()).rstrip(":;.") for p in re.split(r"\n {6}(?=\S)", mended)[1:]]
    ours = []
    for measure in EDITION["measures"]:
        ours.append(f"{measure['id']}) {measure['name']['kk']}")
        ours += [criterion["text"]["kk"] for criterion in measure["criteria"]]
    assert ours == paragraphs


def test_thirteen_measures_and_twenty_three_criteria_in_order():
    assert [measure["id"] for measure in EDITION["measures"]] == list(range(1, 14))
    assert {measure["id"]: len(measure["criteria"]) for measure in EDITION["measures"]} == CRITERIA_OF
    assert [c["id"] for c in CRITERIA] == [
        f"{m}.{n}" for m, count in CRITERIA_OF.items() for n in range(1, count + 1)
    ]
    assert len(CRITERIA) == 23


def test_citations_name_the_subpoint_and_the_paragraph():
    paragraphs = {
        "kk": ("екінші абзацы", "үшінші абзацы", "төртінші абзацы"),
        "ru": ("абзац второй", "абзац третий", "абзац четвертый"),
        "en": ("second paragraph", "third paragraph", "fourth paragraph"),
    }
    for measure in EDITION["measures"]:
        for lang in LANGUAGES:
            assert re.search(rf"(?<!\d){measure['id']}\)", measure["citation"][lang])
            assert "11" in measure["citation"][lang]
            # the heading of the subpoint is its first paragraph
            for criterion, paragraph in zip(measure["criteria"], paragraphs[lang], strict=False):
                assert re.search(rf"(?<!\d){measure['id']}\)", criterion["citation"][lang]), criterion["id"]
                assert paragraph in criterion["citation"][lang], criterion["id"]


@pytest.mark.parametrize("key", ["text.ru", "text.en", "name.kk", "name.ru", "name.en"])
def test_equal_words_have_equal_translations_and_labels(key):
    part, lang = key.split(".")
    pairs = {(criterion["text"]["kk"], criterion[part][lang]) for criterion in CRITERIA}
    assert len(pairs) == len({kk for kk, _ in pairs}) == len({other for _, other in pairs}) == 10


def test_equal_words_have_the_same_rule_and_parameters():
    readings = {(c["text"]["kk"], c["rule"], json.dumps(c["parameters"])) for c in CRITERIA}
    assert len(readings) == len({kk for kk, _, _ in readings}) == len({reading[1:] for reading in readings})
    labels = {(c["name"]["en"], c["rule"], c["parameters"]["indicator"]) for c in CRITERIA}
    assert len(labels) == len({name for name, _, _ in labels}) == len({label[1:] for label in labels})


@pytest.mark.parametrize(
    ("name", "scale", "pattern"),
    [
        ("at_least", 100, {"kk": r"(\d+)%-ға", "ru": r"на (\d+) %", "en": r"by (?:at least )?(\d+) %"}),
        (
            "multiple",
            1,
            {"kk": r"(\d+) \(екі\) есе", "ru": r"в (\d+) \(два\) раза", "en": r"(\d+) \(two\) times"},
        ),
        ("years", 1, {"kk": r"(\d+) \(екі\) жыл", "ru": r"(\d+) \(двух\) лет", "en": r"(\d+) \(two\) years"}),
    ],
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_those_of_the_words(name, scale, pattern, lang):
    found = {c["id"]: re.findall(pattern[lang], c["text"][lang]) for c in CRITERIA}
    stated = {id: float(numbers[0]) for id, numbers in found.items() if numbers}
    ours = {c["id"]: c["parameters"][name] * scale for c in CRITERIA if name in c["parameters"]}
    if name == "multiple":  # exports: "not less than the support", once and without a figure
        assert ours.pop("8.1") == ours.pop("9.1") == 1
    assert stated == pytest.approx(ours)


def test_at_least_stands_in_the_translation_where_the_order_has_it():
    for criterion in CRITERIA:
        text = criterion["text"]
        at_least, not_less = "кемінде" in text["kk"], "кем емес" in text["kk"]
        assert ("at least" in text["en"]) == at_least, criterion["id"]
        assert ("not less than" in text["en"]) == not_less, criterion["id"]
        assert ("не менее" in text["ru"]) == (at_least or not_less), criterion["id"]


def test_third_reporting_year_is_the_second_after_the_first():
    third = {c["id"] for c in CRITERIA if "үшінші есепті жыл" in c["text"]["kk"]}
    assert third == {"1.2", "3.2", "5.2", "12.1"}
    assert {SETTINGS[f"{id}.after"] for id in third} == {2}
    assert {SETTINGS[f"{c['id']}.after"] for c in CRITERIA if "есепті жылы" in c["text"]["kk"]} == {0}


# Letters


def test_texts_are_composed_and_of_one_alphabet():
    alphabets = {"kk": KAZAKH, "ru": RUSSIAN}
    seen = set()
    for place, text in texts(EDITION):
        for lang, alphabet in alphabets.items():
            assert unicodedata.is_normalized("NFC", text[lang]), f"{place}.{lang}"
            plain = re.sub("|".join(LATIN_WORDS), "", text[lang])
            strange = set(plain) - set(alphabet) - set(alphabet.upper()) - MARKS
            assert not strange, f"{place}.{lang}: {[f'{c} U+{ord(c):04X}' for c in sorted(strange)]}"
        seen |= set(text["kk"].lower())
        assert not re.search("[\u0400-\u04ff]", text["en"]), f"{place}.en"
    assert set("әғқңөұүі") <= seen  # һ is in no word of the order


def test_kazakh_alphabet_of_this_test_is_the_kazakh_one():
    own = {
        "ә": 0x4D9,
        "ғ": 0x493,
        "қ": 0x49B,
        "ң": 0x4A3,
        "ө": 0x4E9,
        "ұ": 0x4B1,
        "ү": 0x4AF,
        "һ": 0x4BB,
        "і": 0x456,
    }
    assert set(KAZAKH) - set(RUSSIAN) == {chr(code) for code in own.values()}
    assert {letter: ord(letter) for letter in own} == own


def test_keys_ids_and_values_are_ascii():
    def bare(node):
        if isinstance(node, dict) and set(node) == set(LANGUAGES):
            return
        if isinstance(node, dict):
            yield from node
            for child in node.values():
                yield from bare(child)
        elif isinstance(node, list):
            for child in node:
                yield from bare(child)
        elif isinstance(node, str):
            yield node

    words = list(bare(EDITION))
    assert len(words) > 500
    assert [word for word in words if not word.isascii()] == []


def test_texts_have_no_stray_spaces_or_final_marks():
    for place, text in texts(EDITION["measures"]):
        for lang in LANGUAGES:
            assert not text[lang].endswith((";", ":", ".")), f"{place}.{lang}"
    for place, text in texts(EDITION):
        for lang in LANGUAGES:
            assert text[lang] == " ".join(text[lang].split()), f"{place}.{lang}"
            assert not re.search(r"\s[,;:.)]|[(/]\s|\s/", text[lang]), f"{place}.{lang}"


def test_edition_passes_the_schema():
    assert errors(EDITION) == []


# The questions


def test_questions_are_those_of_the_order_in_order():
    assert list(QUESTIONS) == [
        "first_reporting_year",
        "after_commissioning",
        "increase_according_to_plan",
        "base_of_growth",
        "by_ten_percent",
        "twice_the_sum",
        "exports_against_support",
        "cluster_export_volume",
        "growth_of_wages",
        "sum_of_support",
        "equality",
        "score_scale",
        "missing_figure",
        "verdict",
        "term_of_loan",
    ]


def test_questions_name_paths_that_exist():
    assert DECIDED <= set(SETTINGS), DECIDED - set(SETTINGS)


def test_every_reading_has_its_question():
    readings = {path for path in SETTINGS if path.rpartition(".")[2] not in STATED_BY_THE_ORDER}
    names = {path.rpartition(".")[2] for path in readings}
    assert names == {"after", "base_shift", "judge", "measure_as", "period", "until", "scale", "missing"}
    assert readings <= DECIDED, readings - DECIDED
    # the order counts from commissioning in words, from the year of support only as we read it
    assert {path for path, value in SETTINGS.items() if value == "support_year"} <= DECIDED
    assert {"13.1.at_least", "13.3.at_least", "11.2.indicator", "4.3.end"} <= DECIDED


@pytest.mark.parametrize(("question", "alternative"), ALTERNATIVES)
def test_alternative_can_be_applied(question, alternative):
    settings = alternative["set"]
    assert set(settings) <= set(question["parameters"])
    assert errors(applied(settings)) == []
    assert [path for path, value in settings.items() if SETTINGS[path] == value] == []
    # a reading holds for every criterion with the same words
    names = {path.rpartition(".")[2] for path in settings}
    assert set(settings) == {path for path in question["parameters"] if path.rpartition(".")[2] in names}


def test_alternatives_are_told_apart():
    for question in EDITION["questions"]:
        ids = [alternative["id"] for alternative in question["alternatives"]]
        assert len(ids) == len(set(ids)), question["id"]
    readings = [json.dumps(a["set"], sort_keys=True) for q in EDITION["questions"] for a in q["alternatives"]]
    assert len(readings) == len(set(readings))
    # real wages are a matter of the figures supplied: the one reading without a parameter
    assert [q["id"] for q in EDITION["questions"] if any(a["set"] == {} for a in q["alternatives"])] == [
        "growth_of_wages"
    ]


@pytest.mark.parametrize(
    "question", [pytest.param(q, id=q["id"]) for q in EDITION["questions"] if "phrase" in q]
)
def test_open_phrases_are_quoted_word_for_word(question):
    quoted = question["phrase"]["kk"].split(" … ")
    source = without_spaces(POINT_11) + "\n" + without_spaces(ANNEX_1)
    assert [words for words in quoted if without_spaces(words) not in source] == []
    for lang, annex in ANNEX_1_TRANSLATED.items():
        translated = [criterion["text"][lang] for criterion in CRITERIA] + [annex]
        for words in question["phrase"][lang].split(" … "):
            assert any(words in text for text in translated), f"{lang}: {words}"


def test_only_questions_without_words_in_the_order_quote_none():
    assert [q["id"] for q in EDITION["questions"] if "phrase" not in q] == ["missing_figure", "verdict"]
