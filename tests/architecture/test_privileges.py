"""Who may hold the key that signs grants, and who opens what is sealed. A new place has to be argued for here."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")

SIGNS = {"services/register/grants.py", "consent_intake/app.py"}
"""Where the class is, and the one stage that makes one."""

NAMES_THE_PRIVATE_KEY = {
    "consent_intake/app.py",
    "consent_intake/settings.py",
    "services/cli/doctor.py",  # whether the file is there
    "services/register/commands.py",  # makes it
}

OPENS = {
    "services/register/gate.py": "the grant, to check it",
    "services/portal/snapshot_pages.py": "a page, behind the gate",
    "services/portal/consent_shelf.py": "the claim, for those who typed it, and the why-card, for reviewers",
    "services/portal/routes/reviews.py": "the form's picture, for a reviewer, under the consent's lock",
    "services/vault/retention.py": "nothing: it tries that what was erased opens no more",
    "consent_intake/stage.py": "the form",
    "consent_intake/form_records.py": "claim, reading, why-card and picture: for the stage, and audited for operators",
    "snapshot_renderer/stage.py": "the case copy, behind the gate",
    "snapshot_renderer/rule_commands/explaining.py": "facts behind the steps, for the agency's operators, audited",
}

BEHIND_THE_GATE = ("CASE_COPY", "PAGE_EN", "PAGE_ES", "TWIN_EN", "TWIN_ES")


def sources() -> Iterator[tuple[str, ast.AST]]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def names(tree: ast.AST) -> set[str]:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def asks_for_the_key(tree: ast.AST) -> bool:
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return any("grant_private" in word for word in names(tree) | texts)


def opens_the_vault(tree: ast.AST) -> bool:
    """Whether anything calls ``vault.open``, ``self._vault.open`` or the like."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "open"
        and ast.unparse(node.func.value).rpartition(".")[2].endswith("vault")
        for node in ast.walk(tree)
    )


def test_only_consent_intake_signs_grants() -> None:
    assert {place for place, tree in sources() if "GrantSigner" in names(tree)} <= SIGNS


def test_only_consent_intake_is_told_where_the_private_key_is() -> None:
    assert {place for place, tree in sources() if asks_for_the_key(tree)} == NAMES_THE_PRIVATE_KEY


def test_what_is_sealed_is_opened_in_these_places_only() -> None:
    assert {place for place, tree in sources() if opens_the_vault(tree)} == set(OPENS)


def test_whoever_opens_case_data_asks_the_gate() -> None:
    for place, tree in sources():
        if place in OPENS and names(tree) & set(BEHIND_THE_GATE):
            assert "decide" in names(tree), place
