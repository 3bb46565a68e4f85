#!/usr/bin/env python3
"""The installed tree, shell completions, --version, and the end as process 1.

usage: test_delivery.py PROGRAM BUILD_FOLDER [TEST...]
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/peers"))
from processes import Process, wait_for_end  # noqa: E402

TOOL = pathlib.Path(sys.argv[1]).resolve()
BUILD = pathlib.Path(sys.argv[2]).resolve()
COMPLETE = """
source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_wsgauntlet "${COMP_WORDS[0]}" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Delivery(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="delivery-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def test_installs_under_a_prefix(self):
        subprocess.run(["cmake", "--install", str(BUILD), "--prefix", str(self.folder)], check=True,
                       capture_output=True, timeout=60)
        link = self.folder / "bin/wstest"
        self.assertEqual(os.readlink(link), "wsgauntlet")
        version = subprocess.run([link, "--version"], capture_output=True, text=True, check=True)
        self.assertTrue(version.stdout.startswith("wsgauntlet "))
        for path in ("share/bash-completion/completions/wstest", "share/doc/wsgauntlet/README.md",
                     "share/doc/wsgauntlet/docs/cases.md", "share/wsgauntlet/schema"):
            self.assertTrue((self.folder / path).exists(), path)

    def test_version_tells_the_facts_of_the_build(self):
        told = subprocess.run([TOOL, "--version"], capture_output=True, text=True, check=True).stdout
        self.assertRegex(told, r"\Awsgauntlet \d+\.\d+\.\d+\n"
                               r"commit +[0-9a-z-]+\nbuild +\S.*\nlibraries +.*zlib .*\n"
                               r"cases +\d+ autobahn, \d+ rfc\n\Z")

    def complete(self, *words: str) -> list[str]:
        script = ROOT / "scripts/completions/wsgauntlet.bash"
        run = subprocess.run(["bash", "-c", COMPLETE, "bash", script, TOOL, *words],
                             capture_output=True, text=True, check=True, timeout=60)
        return run.stdout.split()

    def test_bash_completes_commands_and_flags(self):
        self.assertEqual(self.complete("fuzzing"), ["fuzzingclient", "fuzzingserver"])
        self.assertEqual(self.complete("-m", "testees"), ["testeeserver"])
        self.assertEqual(self.complete("fuzzingclient", "--res"), ["--resume"])
        self.assertEqual(self.complete("cases", "exp"), ["export"])
        self.assertIn("5.19", self.complete("cases", "show", "5.1"))

    def test_bash_completes_policies(self):
        self.assertEqual(self.complete("fuzzingclient", "--fail-on", "non"), ["non-strict"])

    def action(self, step: str, **inputs: str) -> tuple[int, str, str]:
        """Runs a step of the GitHub Action: its status, its outputs, its summary."""
        output, summary = self.folder / "output", self.folder / "summary"
        env = {**os.environ, "WSGAUNTLET": str(TOOL), "GITHUB_OUTPUT": str(output),
               "GITHUB_STEP_SUMMARY": str(summary)}
        env |= {f"INPUT_{name.upper()}": value for name, value in inputs.items()}
        output.write_text("")
        summary.write_text("")
        ran = subprocess.run([ROOT / "scripts/action", step], env=env, cwd=self.folder, timeout=60,
                             capture_output=True)
        return ran.returncode, output.read_text(), summary.read_text()

    def test_action_passes_the_inputs_on(self):
        status, output, summary = self.action(
            "run", url="ws://127.0.0.1:0", start=f"{TOOL} testeeserver -w ws://127.0.0.1:{{port}}",
            cases="1.1.1,1.1.2", exclude="1.1.2", outdir="out", arguments="--jobs 2\n--junit j.xml")
        self.assertEqual((status, output), (0, "status=0\n"))
        self.assertRegex(summary, r"wsgauntlet/\d")
        self.assertTrue((self.folder / "out/index.json").exists())
        self.assertIn('tests="1"', (self.folder / "j.xml").read_text())

    def test_action_fails_with_the_status_of_the_program(self):
        self.assertEqual(self.action("run", cases="nonsense"), (2, "status=2\n", ""))

    def test_action_names_its_sources(self):
        status, output, _ = self.action("key")
        self.assertEqual(status, 0)
        self.assertRegex(output, r"\Asources=[0-9a-f]{64}\n\Z")

    def test_action_hands_over_each_input(self):
        action = (ROOT / ".github/actions/wsgauntlet/action.yml").read_text()
        script = (ROOT / "scripts/action").read_text()
        declared = re.findall(r"^  ([a-z-]+):$", action.split("\noutputs:")[0], re.MULTILINE)
        self.assertGreater(len(declared), 5)
        for name in declared:
            variable = "INPUT_" + name.upper().replace("-", "_")
            self.assertIn(f"{variable}: ${{{{ inputs.{name} }}}}", action)
            self.assertIn(f"${{{variable}:-", script)

    def test_ends_by_sigterm_as_process_1(self):
        """In a container the program is process 1, which no signal ends that it does not handle."""
        before = ["unshare", "--user", "--pid", "--fork", "--kill-child"]
        if subprocess.run([*before, "true"], capture_output=True).returncode != 0:
            self.skipTest("no process namespaces here")
        for mode in ("fuzzingserver", "testeeserver"):
            command = [*before, str(TOOL), mode, "-w", "ws://127.0.0.1:0"]
            with Process(command, self.folder / f"{mode}.log", self.folder) as process:
                process.wait_for_line(r".*Listening on .*")
                children = pathlib.Path(f"/proc/{process.child.pid}/task/{process.child.pid}/children")
                os.kill(int(children.read_text().split()[0]), signal.SIGTERM)
                self.assertEqual(wait_for_end(process, 20), 0, process.printed())


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
