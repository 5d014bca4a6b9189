"""Holds a list of what a program is made of against the schema of CycloneDX. Needs cyclonedx-python-lib[json-validation]."""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

text = Path(sys.argv[1]).read_text(encoding="utf-8")
fault = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if fault:
    sys.exit(f"{sys.argv[1]}: {fault}")
listed = {component["name"] for component in json.loads(text)["components"]}
missing = {"age", "rusqlite", "krilla", "rustix", "windows-permissions", "object_store", "parquet"} - listed
if missing:
    sys.exit(f"{sys.argv[1]}: not listed: {sorted(missing)}")
print(f"{len(listed)} libraries listed")
