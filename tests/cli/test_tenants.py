from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.conftest import Run, runner

CREDENTIAL = {"credential_id": "sql", "title": "SQL basics", "outcomes": ["SQL"]}


def test_a_tenant_is_counted_then_forgotten_with_its_keys_and_the_others_stay(sample_run: Run, tmp_path: Path) -> None:
    file = tmp_path / "catalogue.jsonl"
    file.write_text(json.dumps(CREDENTIAL))
    assert sample_run("import", "catalogue", file, "--tenant", "northfield").code == 0
    assert sample_run("keys", "create", "--tenant", "northfield").code == 0
    assert sample_run("tenants", "list", "--json").document == {"tenants": ["default", "northfield"]}
    asked = sample_run("tenants", "forget", "northfield", "--json")
    assert (asked.code, asked.document["where"]) == (2, "--yes")
    assert "1 api_key" in asked.document["what"]
    done = sample_run("tenants", "forget", "northfield", "--yes", "--json").document
    assert (done["removed"]["credential"], done["removed"]["api_key"]) == (1, 1)
    assert done["still_in_bundles"] == []
    assert sample_run("tenants", "list", "--json").document == {"tenants": ["default"]}
    assert sample_run("doctor", "--json").document["health"]["credentials"] > 100
    again = sample_run("tenants", "forget", "northfield", "--yes", "--json")
    assert (again.code, again.document["error"]) == (1, "not-found")


def test_it_says_which_bundles_still_hold_the_tenant_and_how_they_go(sample_home: Path, tmp_path: Path) -> None:
    home = shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    done = runner(home, home / "models")("tenants", "forget", "default", "--yes")
    assert done.code == 0
    version = (home / "models" / "CURRENT").read_text().strip()
    assert version in done.out
    assert "python -m training.bundle" in done.out


def test_the_owner_of_what_all_may_use_is_no_tenant_to_forget(sample_run: Run) -> None:
    done = sample_run("tenants", "forget", "public", "--yes", "--json")
    assert (done.code, done.document["where"]) == (2, "tenant")
