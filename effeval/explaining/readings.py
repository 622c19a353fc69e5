"""Which reading of the open questions a verdict took, and which parameters differ from the edition."""

from effeval.edition import editions
from effeval.explaining.cards import Reading
from effeval.labels import phrase
from effeval.law import Criterion, Question, Value
from effeval.methodology import Methodology

Change = tuple[str, Value, Value]
_OF_ALL = ("scale", "missing")


def changes(methodology: Methodology, criterion: Criterion) -> tuple[Change, ...]:
    """Parameters that bear on a criterion and differ from the edition as packaged: path, value, value there.

    Of an edition of the user's own nothing is known to compare with: its own values are its defaults.

    Examples
    --------
    >>> softer = Methodology.load().replace({"13.1.at_least": 0.08, "6.1.multiple": 3})
    >>> changes(softer, softer.criterion("13.1"))
    (('13.1.at_least', 0.08, 0.1),)
    """
    if methodology.id not in editions():
        return ()
    edition, own = Methodology.load(methodology.id).settings, _paths(criterion)
    moved = methodology.changes()
    return tuple((path, moved[path], edition.get(path, "")) for path in own if path in moved)


def readings(
    methodology: Methodology, criterion: Criterion, *, changed: tuple[Change, ...], missing: bool, lang: str
) -> tuple[Reading, ...]:
    """Questions of the methodology that bear on a criterion, with the reading taken.

    Parameters
    ----------
    methodology : Methodology
    criterion : Criterion
    changed : tuple
        From :func:`changes`.
    missing : bool
        A figure is missing, so that the reading of that question matters.
    lang : str
        kk, ru or en.

    Returns
    -------
    tuple of Reading
        Those that decide a parameter of the criterion; that of the scale only where it is not the edition's.
    """
    found = []
    for question in methodology.questions:
        paths = [path for path in _paths(criterion) if path in question.parameters]
        moved = tuple(change for change in changed if change[0] in paths)
        alternatives = _taken(question, methodology, paths, moved)
        general = all(path in _OF_ALL for path in paths)
        if not paths or (general and not alternatives and not moved and not (missing and "missing" in paths)):
            continue
        told = [alternative.reading[lang] for alternative in alternatives]
        covered = {path for alternative in alternatives for path, _ in alternative.settings}
        if any(path not in covered for path, _, _ in moved):
            told.append(phrase("explain.own_value", lang=lang))
        taken = " ".join(told) or question.default[lang]
        settings = tuple((path, methodology.settings[path]) for path in paths)
        found.append(Reading(question.question[lang], taken, settings, moved))
    return tuple(found)


def _taken(question: Question, methodology: Methodology, paths: list[str], moved: tuple[Change, ...]) -> list:
    """Alternatives that hold, as far as they touch this criterion; several may hold at once."""
    packaged = methodology.id in editions()
    taken = []
    for alternative in question.alternatives:
        wanted = {path: value for path, value in alternative.settings if path in paths}
        holds = all(methodology.settings[path] == value for path, value in wanted.items())
        if wanted and holds and (not packaged or any(path in wanted for path, _, _ in moved)):
            taken.append(alternative)
    return taken


def _paths(criterion: Criterion) -> list[str]:
    return [*(f"{criterion.id}.{name}" for name, _ in criterion.settings), *_OF_ALL]
