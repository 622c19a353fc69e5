"""Where the files lie that come with the package.

``importlib.resources`` finds them too, in packages within archives as well, and imports for that what costs each start
some 15 ms: temporary files, archives and their compressions.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
METHODOLOGIES = PACKAGE / "methodologies"
RESOURCES = PACKAGE / "resources"
TEMPLATES = PACKAGE / "templates"
