"""Peers whose name is an attack: on file names, pages, terminals, or memory."""
from tricks import BOTH, Trick, TRICKS

NAMES = {
    "agent-parent-folder": ("walks up the folders", "../../../../tmp/hostile"),
    "agent-absolute-path": ("is an absolute path", "/etc/hostile"),
    "agent-backslashes": ("walks up the folders of another system", "..\\..\\hostile"),
    "agent-only-separators": ("is nothing but path separators", "///..///..//"),
    "agent-markup": ("is markup", "<hostile onload=alert(1)>'\"&</script><script>"),
    "agent-terminal": ("commands the terminal", "\x1b[2J\x1b]0;hostile\x07"),
    "agent-not-utf-8": ("is no UTF-8", "\xff\xfe\xc3\x28"),
    "agent-long": ("is 30,000 octets long", "a" * 30000),
    "agent-percent": ("is full of percent signs", "%s%n%00%2e%2e%2f{}{0}"),
    "agent-blank": ("is nothing but blanks", "   "),
}


def behave(link) -> None:
    link.open()
    link.behave()


for name, (what, agent) in NAMES.items():
    TRICKS[name] = Trick(name, f"has a name that {what}", behave, BOTH, "^OK / OK", True,
                         ("1.1.2",), False, agent)
