"""Runs the code cells of a notebook in order, as Jupyter does: one namespace, `%%writefile NAME` writes the rest of its cell.

  python3 run-notebook.py notebook.ipynb [more.py]

What `more.py` holds is added to qdx_model.py.
"""
import json
import sys
from pathlib import Path

namespace = {"__name__": "__main__"}
for cell in json.loads(Path(sys.argv[1]).read_text("utf-8"))["cells"]:
    if cell["cell_type"] != "code":
        continue
    source = "".join(cell["source"])
    first, _, rest = source.partition("\n")
    if first.startswith("%%writefile "):
        name = first.split()[1]
        more = Path(sys.argv[2]).read_text("utf-8") if name == "qdx_model.py" and len(sys.argv) > 2 else ""
        Path(name).write_text(rest + more, "utf-8")
    else:
        exec(compile(source, cell.get("id", "cell"), "exec"), namespace)
