"""Run the notebooks and store their outputs in place.

Run: make notebooks

Outputs of cells tagged ``not-stored`` (searchable lists carry a megabyte of script) are left out of the file.
"""

from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


def main() -> None:
    for path in sorted(FOLDER.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        options = {"timeout": 120, "record_timing": False, "store_widget_state": False}
        NotebookClient(notebook, resources={"metadata": {"path": str(FOLDER)}}, **options).execute()
        for cell in notebook.cells:
            if "not-stored" in cell.metadata.get("tags", []):
                cell.outputs = []
        nbformat.write(notebook, path)
        print(path.name)


if __name__ == "__main__":
    main()
