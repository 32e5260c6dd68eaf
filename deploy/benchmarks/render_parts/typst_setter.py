"""Sets pages with Typst, in an environment of its own: facts as JSON on a line in, PDF and CPU seconds out."""

import json
import sys
import time
from base64 import b64encode
from pathlib import Path

import typst

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Answer every line; the compiler is kept, and so are the fonts."""
    compiler = typst.Compiler(root=str(HERE), font_paths=[sys.argv[1]])
    for line in sys.stdin:
        asked = json.loads(line)
        before = time.process_time()
        pdf = compiler.compile(
            input=str(HERE / "page.typ"),
            format="pdf",
            sys_inputs={"page": asked["form"]},
            pdf_standards=["a-3a", "ua-1"],
        )
        taken = time.process_time() - before
        print(json.dumps({"cpu": taken, "pdf": b64encode(pdf).decode()}), flush=True)


if __name__ == "__main__":
    main()
