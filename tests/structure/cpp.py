"""Just enough understanding of C++ text for the structure checks. It relies on clang-format's
habit of a blank before the brace of a block and none before the brace of an initialiser."""
import re
from collections.abc import Iterator

TOKEN = re.compile(r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | R"(?P<mark>[^\s()\\]{0,16})\((?P<raw>.*?)\)(?P=mark)"
  | "(?P<string>(?:[^"\\\n]|\\.)*)"
  | (?P<number>\b\d[\w']*)
  | '(?:[^'\\\n]|\\.)+'
""", re.VERBOSE | re.DOTALL)


def blank(text: str) -> str:
    """As many lines, no content."""
    return re.sub(r"[^\n]", " ", text)


def code_only(text: str) -> str:
    """The text without comments, preprocessor lines and the contents of literals."""
    def replace(token: re.Match[str]) -> str:
        if token["number"]:
            return token[0]
        return blank(token[0]) if token["comment"] else '""' + "\n" * token[0].count("\n")
    code = TOKEN.sub(replace, text)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda line: blank(line[0]), code, flags=re.MULTILINE)


def string_literals(text: str) -> Iterator[tuple[int, str]]:
    """Line and content of every string literal that is not the file of an #include."""
    for token in TOKEN.finditer(text):
        content = token["string"] if token["string"] is not None else token["raw"]
        if content is None:
            continue
        line = text.count("\n", 0, token.start()) + 1
        begin = text.rfind("\n", 0, token.start()) + 1
        if not re.match(r"\s*#\s*include", text[begin:token.start()]):
            yield line, content


def full_expressions(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of what stands between semicolons, and between braces of blocks."""
    code = code_only(text)
    blocks: list[bool] = []  # for every open brace: is it a block's?
    begin = 0
    for match in re.finditer(r"[;{}]", code):
        at, mark = match.start(), match[0]
        ends = mark == ";"
        if mark == "{":
            ends = opens_block(code[begin:at])
            blocks.append(ends)
        elif mark == "}":
            ends = blocks.pop() if blocks else True
        if ends:
            yield from statement(code, begin, at)
            begin = at + 1
    yield from statement(code, begin, len(code))


def opens_block(before: str) -> bool:
    if before and not before[-1].isspace():
        return False
    return re.search(r"([=,(]|\breturn|\bco_return|\bco_yield)\s*$", before) is None


def statement(code: str, begin: int, end: int) -> Iterator[tuple[int, str]]:
    text = code[begin:end]
    if text.strip():
        skipped = len(text) - len(text.lstrip())
        yield code.count("\n", 0, begin + skipped) + 1, text.strip()


def local_names(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, name and declaration of what stands in the anonymous namespaces of a source."""
    code = code_only(text)
    for opening in re.finditer(r"^namespace \{", code, re.MULTILINE):
        depth, begin = 0, opening.end()
        for mark in re.finditer(r"[;{}]", code[opening.end():]):
            at = opening.end() + mark.start()
            if depth == 0 and mark[0] != "}":
                for line, declaration in statement(code, begin, at):
                    if name := declared_name(declaration):
                        yield line, name, " ".join(declaration.split())
            if depth == 0 and mark[0] == "}":
                break
            depth += {"{": 1, "}": -1, ";": 0}[mark[0]]
            begin = at + 1


def declared_name(declaration: str) -> str:
    """The name that a declaration brings in; empty for an operator."""
    plain, before = declaration, ""
    while plain != before:
        plain, before = re.sub(r"<[^<>]*>|\[[^\[\]]*\]", " ", plain), plain
    word = r"\b([A-Za-z_]\w*)"
    for pattern in (rf"^(?:using|namespace) {word}\s*=", rf"^using (?:\w+::)*{word}$",
                    rf"^(?:template\s+)?(?:struct|class|enum class|enum) {word}",
                    rf"^[^=(]*?{word}\s*[=(]", rf"^[^=(]*{word}\s*$"):
        if found := re.search(pattern, plain):
            return found[1]
    return ""
