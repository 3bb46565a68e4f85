#!/usr/bin/env python3
"""Every structure check on a small tree: silent on what is right, and able to fail."""
import json
import pathlib
import tempfile
import unittest

import checks
import cpp


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("tests/conformance/case-facts.json", json.dumps([{"id": "1.1.1"}, {"id": "2.10"}]))

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def findings(self, check: str, path: str, text: str) -> list[int]:
        """The lines that the check finds in a tree that also holds this file."""
        self.write(path, text)
        return [line for found, line, _ in checks.CHECKS[check](self.root) if found == self.root / path]


class Checks(Tree):
    def test_layers(self):
        for path, include, bad in [
                ("src/websocket/a.cpp", "base/hex.hpp", False),
                ("src/websocket/a.cpp", "websocket/b.hpp", False),
                ("src/websocket/a.cpp", "suite/model.hpp", True),
                ("src/base/a.hpp", "websocket/b.hpp", True),
                ("src/play/a.cpp", "net/driver.hpp", True),
                ("src/report/a.cpp", "play/result.hpp", False),
                ("src/report/a.cpp", "play/session.hpp", True),
                ("src/report/pages/a.cpp", "report/store/b.hpp", True),
                ("src/report/store/a.cpp", "report/pages/b.hpp", False),
                ("src/report/a.cpp", "report/pages/b.hpp", True),
                ("src/roles/a.cpp", "cli/options.hpp", True),
                ("src/cli/a.cpp", "roles/client.hpp", False),
                ("src/cli/a.cpp", "neighbour.hpp", True)]:
            with self.subTest(path=path, include=include):
                self.assertEqual(self.findings("layers", path, f'\n#include "{include}"\n'), [2] * bad)

    def test_every_folder_of_the_source_is_a_layer(self):
        here = pathlib.Path(__file__).resolve().parents[2] / "src"
        self.assertEqual({p.name for p in here.iterdir() if p.is_dir()}, set(checks.LAYERS))

    def test_asio(self):
        include, use = "#include <asio/ip/tcp.hpp>\n", "asio::io_context io;\n"
        self.assertEqual(self.findings("asio", "src/net/a.cpp", include + use), [])
        self.assertEqual(self.findings("asio", "src/roles/a.cpp", use), [])
        self.assertEqual(self.findings("asio", "src/roles/a.cpp", include), [1])
        self.assertEqual(self.findings("asio", "src/play/a.cpp", use), [1])
        self.assertEqual(self.findings("asio", "src/play/a.cpp", '#include "asio.hpp"\n'), [1])

    def test_case_ids(self):
        for text, bad in [('f("1.1.1");', True), ('f("9.*,12.*");', True), ('f("10.1.*");', True),
                          ('f(R"(2.10)");', True), ("// case 1.1.1", False), ('f("HTTP/1.1");', False),
                          ('f("1.1");', False), ('f("like 1.1.1 or 2.*");', False), ('f("*");', False),
                          ('f("");', False), ('f("14.*");', False), ("double d = 2.10;", False)]:
            with self.subTest(text=text):
                self.assertEqual(self.findings("case_ids", "src/play/a.cpp", f"\n{text}\n"), [2] * bad)

    def test_file_length(self):
        self.assertEqual(self.findings("file_length", "src/base/a.cpp", "\n" * 450), [])
        self.assertEqual(self.findings("file_length", "src/base/a.cpp", "\n" * 451), [451])
        self.assertEqual(self.findings("file_length", "scripts/run", "\n" * 451), [451])
        self.assertEqual(self.findings("file_length", "cases/a.json", "\n" * 451), [])
        self.assertEqual(self.findings("file_length", "build/release/a.cpp", "\n" * 451), [])

    def test_file_names(self):
        self.write("src/base/a.cpp", "namespace x {\nnamespace {\n\nusing std::pair;\nint two(int n) {\n  int one;\n"
                                     "}\nstruct Four {\n  int five;\n};\n\n}  // namespace\nint six() {\n}\n}\n")
        for declaration, bad in [("int one = 1;", False), ("void two(char);", True), ("const int two[] = {1};", True),
                                 ("template <class T>\nvoid two() {\n}", True), ("class Four;", True),
                                 ("using Four = int;", True), ("int five;", False), ("int six;", False),
                                 ("using std::pair;", False), ("using other::pair;", True)]:
            with self.subTest(declaration=declaration):
                text = f"namespace {{\n{declaration}\n}}  // namespace\n"
                self.assertEqual(self.findings("file_names", "src/base/b.cpp", text), [2] * bad)
                self.assertEqual(self.findings("file_names", "src/net/c.cpp", text), [])

    def test_leftovers(self):
        word = "TO" + "DO"
        self.assertEqual(self.findings("leftovers", "docs/a.md", f"x\n{word}: y\n"), [2])
        self.assertEqual(self.findings("leftovers", "src/base/a.cpp", "mktemp " + 6 * "X" + "\n"), [])
        self.assertEqual(self.findings("leftovers", "scripts/run", "cd /ho" + "me/me/x\n"), [1])
        self.assertEqual(self.findings("leftovers", "scripts/run", "cd $out/work/x\n"), [])

    def test_tidy_text(self):
        for text, bad in [("a\nb\n", []), ("a\nb", [2]), ("a \n", [1]), ("a\n\tb\n", [2]), ("a\r\n", [1])]:
            with self.subTest(text=text):
                self.assertEqual(self.findings("tidy_text", "src/base/a.cpp", text), bad)


class CoAwait(Tree):
    def check(self, code: str) -> list[int]:
        return self.findings("co_await", "src/net/a.cpp", code)

    def test_hazards_are_found(self):
        for code in ["co_await co_spawn(ex, [v = 1] { return v; }, use);",
                     "co_await f([&](int x) { return x; });",
                     "co_await f(Options{a, b});",
                     "co_await f({a, b});",
                     "co_await f(a, {b});",
                     "co_await f(\n    a,\n    Options{b});",
                     "g(Options{a}, co_await f());",
                     "co_await f(a ? b : c);",
                     "if (co_await f(Options{a})) {\n}",
                     "auto x = std::vector<int>{co_await f()};"]:
            with self.subTest(code=code):
                self.assertEqual(self.check(f"task g() {{\n  {code}\n}}\n"), [2])

    def test_safe_statements_are_not(self):
        for code in ["auto [error, size] = co_await f();",
                     "const auto& [error, size] = co_await f();",
                     "if (auto v = co_await f()) {\n    g(Options{a});\n  }",
                     "auto t = f(Options{a});\n  co_await std::move(t);",
                     "co_await f(std::move(a), b[0], c[i]);",
                     "co_await f(\"?{[x]}\");  // a ? b : c",
                     "while (co_await f()) g({a, b});".replace("g({a, b})", "h()"),
                     "co_await (a() || b());",
                     "co_await f([] { return 1; });",
                     "auto g = [x](int a) -> task { co_return co_await f(a); };"]:
            with self.subTest(code=code):
                self.assertEqual(self.check(f"asio::awaitable<void> g() {{\n  {code}\n}}\n"), [])


class Cpp(unittest.TestCase):
    def test_code_only_keeps_lines_and_drops_content(self):
        text = 'a("x // y"); // z\n/* 1\n2 */ b(\'"\');\n#define X \\\n  {\nint n = 1\'000;\n'
        code = cpp.code_only(text)
        self.assertEqual(code.count("\n"), text.count("\n"))
        for word in ["x", "y", "z", "{"]:
            self.assertNotIn(word, code)
        self.assertIn("1'000", code)

    def test_raw_strings(self):
        self.assertEqual(list(cpp.string_literals('\nR"js({"a": 1})js" "b"')), [(2, '{"a": 1}'), (2, "b")])


if __name__ == "__main__":
    unittest.main()
