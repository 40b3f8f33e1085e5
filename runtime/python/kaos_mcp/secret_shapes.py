"""What secrets look like, as runtime/contract/secret-shapes.ts says."""

import json
from pathlib import Path

SHAPES = json.loads(Path(__file__).with_name("secret-shapes.json").read_text(encoding="utf-8"))
