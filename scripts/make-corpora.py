#!/usr/bin/env python3
"""Writes cases/data: the files that the compression cases (12.*, 13.*) cut their messages from.

Five kinds that deflate shrinks about as much as files of their kind: JSON, HTML, German prose, a
grey-scale bitmap and a PDF. All is made up here from one fixed seed with integer arithmetic only,
so that every run on every machine writes the same octets, and nothing is owned by anyone else.

    make-corpora.py            writes the files
    make-corpora.py --check    writes nothing; fails when a file is not what would be written
"""

import pathlib
import struct
import sys
import zlib

DATA = pathlib.Path(__file__).resolve().parent.parent / "cases" / "data"


class Random:
    """xorshift64*: Python's own generator may choose differently from version to version."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        x = self.state
        x ^= x >> 12
        x = (x ^ (x << 25)) & 0xFFFFFFFFFFFFFFFF
        x ^= x >> 27
        self.state = x
        return ((x * 0x2545F4914F6CDD1D) & 0xFFFFFFFFFFFFFFFF) >> 32

    def below(self, n):
        return self.next() % n

    def pick(self, items):
        return items[self.below(len(items))]

    def pick_common(self, items):
        """Prefers the first items, as languages prefer some words."""
        return items[min(self.below(len(items)), self.below(len(items)))]


# ---- JSON ----------------------------------------------------------------------------------------

GIVEN = ["Aïcha", "Björn", "Chiara", "Dörte", "Émile", "Fatma", "Grzegorz", "Hanna", "Ilse", "João",
         "Kateřina", "Lars", "Małgorzata", "Ngọc", "Øystein", "Petra", "Quentin", "Rosalía", "Søren",
         "Tomáš", "Ursula", "Věra", "Wiebke", "Xenia", "Yıldız", "Zoë", "明", "さくら", "Ольга"]
FAMILY = ["Ångström", "Bäcker", "Côté", "Dvořák", "Eßer", "Fernández", "Güneş", "Håkansson", "Iłowska",
          "Jørgensen", "Kowalczyk", "Löwe", "Müller", "Nuñez", "Öztürk", "Příhoda", "Quist", "Rößler",
          "Šimek", "Țepeș", "Übel", "Vogel", "Weiß", "Yamamoto", "Zając", "Иванова", "田中"]
TOWNS = [("Köln", 50938, 6957), ("Łódź", 51759, 19456), ("Århus", 56162, 10203),
         ("Genève", 46204, 6143), ("Málaga", 36721, -4421), ("Brașov", 45657, 25601), ("Tromsø", 69649, 18956),
         ("Plzeň", 49747, 13377), ("İzmir", 38423, 27142), ("Győr", 47687, 17650),
         ("São Tomé", 336, 6731), ("Reykjavík", 64146, -21942), ("京都", 35011, 135768)]
TAGS = ["new", "loyal", "trade", "late payer", "gift", "abroad", "pick-up", "returns", "café", "beta"]
NOTES = ["null", '"calls back after 5 p. m."', '"prefers e-mail – no phone"', '"VAT-free €"']
ITEMS = ["kettle", "lamp", "notebook", "bicycle bell", "garden hose", "clock", "mirror", "teapot",
         "rucksack", "fountain pen", "door mat", "thermometer", "picture frame", "tin opener"]


def degrees(r, thousandths):
    sign = "-" if thousandths < 0 else ""
    return "%s%d.%03d%02d" % (sign, *divmod(abs(thousandths), 1000), r.below(100))


def make_json():
    r = Random(0x6A736F6E)
    records = []
    while sum(map(len, records)) < 196000:
        town, lat, lon = r.pick(TOWNS)
        orders = ", ".join(
            '{"item": "%s", "count": %d, "price": %d.%02d, "sku": "%08x"}'
            % (r.pick(ITEMS), 1 + r.below(9), r.below(300), r.below(100), r.next())
            for _ in range(1 + r.below(4)))
        tags = ", ".join('"%s"' % r.pick(TAGS) for _ in range(r.below(4)))
        records.append(
            '  {"id": %d, "token": "%08x%08x", "name": {"given": "%s", "family": "%s"}, "active": %s, '
            '"born": "%d-%02d-%02d", "home": {"town": "%s", "lat": %s, "lon": %s}, '
            '"balance": %d.%02d, "tags": [%s], "orders": [%s], "note": %s}'
            % (10000 + len(records), r.next(), r.next(), r.pick(GIVEN), r.pick(FAMILY),
               r.pick(["true", "false"]), 1930 + r.below(80), 1 + r.below(12), 1 + r.below(28), town,
               degrees(r, lat), degrees(r, lon),
               r.below(9000) - 900, r.below(100), tags, orders,
               r.pick(NOTES)))
    return ("[\n" + ",\n".join(records) + "\n]\n").encode()


# ---- names ---------------------------------------------------------------------------------------

SYLLABLES = ("br|kl|schw|t|m|l|gr|st|r|f|w|n|h|b|d|k", "a|ä|e|i|o|ö|u|ü|au|ei|eu",
             "nd|rg|ch|l|m|ß|tz|ck|st|r|n")


def german_name(r):
    parts = [s.split("|") for s in SYLLABLES]
    endings = ["en", "el", "er", "heim", "ow", "bach", "ingen", "ü"]
    name = "".join(r.pick(p) for p in parts) + r.pick(endings)
    return name[0].upper() + name[1:]


# ---- HTML ----------------------------------------------------------------------------------------

SUBJECTS = ["the harbour", "a lighthouse", "the old ferry", "the river", "a pilot", "the council",
            "the observatory", "the winter market", "an engineer", "the library", "a clockmaker",
            "the north quay", "the tide", "the botanical garden", "a cartographer", "the railway"]
VERBS = ["kept", "surveyed", "rebuilt", "described", "served", "divided", "outlived", "supplied",
         "recorded", "closed", "measured", "replaced", "crossed", "lent its name to", "opened"]
OBJECTS = ["the western islands", "a catalogue of storms", "three bridges", "the café on the pier",
           "an archive of charts", "the summer timetable", "the town’s first telegraph",
           "a school for navigators", "the price of salt", "seven dry docks", "the naïve maps of 1702",
           "the Ålesund line", "two hundred lanterns", "the weather office"]
TAILS = ["in spite of the ice", "until the great flood", "by order of the mayor", "at little cost",
         "for almost forty years", "without much notice", "as letters of the time attest",
         "— a decision that was disputed", "long before the war", "when the dam broke"]


def sentence(r):
    subject = german_name(r) if r.below(3) == 0 else r.pick_common(SUBJECTS)
    text = "%s %s %s" % (subject, r.pick_common(VERBS), r.pick_common(OBJECTS))
    if r.below(2):
        text += " near %s and %s" % (german_name(r), german_name(r))
    if r.below(3) == 0:
        text += " " + r.pick(TAILS)
    if r.below(4) == 0:
        text += ", and in %d %s %s %s" % (1600 + r.below(400), r.pick(SUBJECTS), r.pick(VERBS),
                                          r.pick(OBJECTS))
    return text[0].upper() + text[1:] + "."


def paragraph(r):
    out = []
    for _ in range(3 + r.below(5)):
        text = sentence(r)
        if r.below(4) == 0:
            word = r.pick(OBJECTS)
            text += (' See <a href="/wiki/%s" title="%s">%s</a><sup id="ref-%d">'
                     '<a href="#note-%08x">[%d]</a></sup>.'
                     % (word.replace(" ", "_"), word, word, r.below(400), r.next(), r.below(400)))
        out.append(text)
    return '<p data-node="%08x">' % r.next() + " ".join(out) + "</p>\n"


def make_html():
    r = Random(0x68746D6C)
    out = ['<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
           '<title>A chronicle of a harbour town – “Nørrehavn”</title>\n'
           '<link rel="stylesheet" href="/static/site.css">\n</head>\n<body>\n<h1>Nørrehavn</h1>\n']
    chapter = 0
    while sum(map(len, out)) < 176000:
        chapter += 1
        heading = r.pick(OBJECTS)
        out.append('<h2 id="chapter-%d"><span class="headline">%d. %s</span>'
                   '<span class="edit">[<a href="/edit?chapter=%d">edit</a>]</span></h2>\n'
                   % (chapter, chapter, heading[0].upper() + heading[1:], chapter))
        out.extend(paragraph(r) for _ in range(2 + r.below(4)))
        if r.below(2):
            units = ["°C", "½ ell", "m³", "km²", "–"]
            rows = "".join('<tr><td>%d</td><td>%s</td><td class="number">%d.%d</td><td>%s</td></tr>\n'
                           % (1700 + r.below(300), r.pick(SUBJECTS), r.below(90), r.below(10),
                              r.pick(units)) for _ in range(4 + r.below(12)))
            out.append('<table class="figures">\n<tr><th>Year</th><th>Place</th><th>Value</th>'
                       '<th>Unit</th></tr>\n' + rows + "</table>\n")
        else:
            subjects = [r.pick(SUBJECTS) for _ in range(3 + r.below(6))]
            out.append("<ul>\n" + "".join('<li><a href="/wiki/%s">%s</a> – %s</li>\n'
                                          % (s.replace(" ", "_"), s, r.pick(TAILS))
                                          for s in subjects) + "</ul>\n")
    out.append("</body>\n</html>\n")
    return "".join(out).encode()


# ---- German prose --------------------------------------------------------------------------------

# Gender, singular. The first words come most often.
NOUNS = [w.split() for w in (
    "m Wind|f Straße|n Haus|m Garten|f Brücke|n Fenster|m Müller|f Tür|n Mädchen|m Schlüssel|f Mühle|"
    "n Gewölbe|m König|f Küche|n Gerücht|m Vogel|f Höhle|n Öl|m Fährmann|f Gasse|n Schloß|m Nebel|"
    "f Übung|n Geräusch|m Bäcker|f Wäsche|n Gemälde|m Käfer|f Größe|n Kästchen|m Strömling|f Röhre|"
    "n Gebäude|m Gürtel|f Hütte|n Gefühl|m Löffel|f Blüte|n Rätsel|m Türmer|f Nähe|n Märchen|m Zöllner|"
    "f Kälte|n Glück|m Schüler|f Wärme|n Gespräch|m Jäger|f Schönheit|n Vermögen|m Köhler|f Dämmerung|"
    "n Bündel|m Gärtner|f Prüfung|n Geländer|m Lügner|f Wüste|n Frühstück|m Schäfer|f Lücke|n Knäuel|"
    "m Abend|f Uhr|n Licht|m Brief|f Reise|n Wasser|m Stein|f Stimme|n Dorf|m Wald|f Nacht|n Feld").split("|")]
ADJECTIVES = ("alt|grau|müd|fröhlich|süß|spät|früh|kühl|dünn|grün|schön|höflich|töricht|mächtig|öde|"
              "träge|zärtlich|übermütig|gewöhnlich|ängstlich|nüchtern|düster|köstlich|ungestüm|läßlich|"
              "still|weit|fern|klar|blaß|hell|schmal|fest|leer|warm|fremd|rund|stumm|karg|weich").split("|")
VERBS_DE = ("hörte|spürte|verließ|grüßte|öffnete|suchte|fürchtete|vergaß|löste|küßte|störte|schüttelte|"
            "prüfte|überquerte|fand|trug|verkaufte|bewunderte|entdeckte|beschrieb|versteckte|begrüßte|"
            "sah|hielt|brachte|verlor|kannte|nannte|malte|hütete|zählte|trübte|bestürmte").split("|")
WHEN = ("am frühen Morgen|gegen Abend|vor langer Zeit|während der Dämmerung|über Nacht|im März|"
        "zur Unzeit|nach dem großen Regen|in jenem kühlen Frühjahr|später|plötzlich|beinahe täglich|"
        "zuweilen|ohne Mühe|mit äußerster Vorsicht|aus purem Übermut|für gewöhnlich").split("|")
JOINTS = ("denn|aber|und|doch|während|obwohl|sobald|weil|als ob|bis").split("|")
ARTICLES = {"nom": {"m": "der", "f": "die", "n": "das"}, "acc": {"m": "den", "f": "die", "n": "das"}}
ENDINGS = {"nom": {"m": "e", "f": "e", "n": "e"}, "acc": {"m": "en", "f": "e", "n": "e"}}


def german_noun(r, case):
    gender, noun = r.pick_common(NOUNS)
    if r.below(3) == 0:  # compounds keep the gender of their last part
        noun = r.pick([german_name(r), german_name(r), r.pick(NOUNS)[1]]) + noun.lower()
    adjective = ""
    if r.below(2):
        stem = r.pick_common(ADJECTIVES)
        ending = ENDINGS[case][gender]
        adjective = stem + (ending[1:] if stem.endswith("e") else ending) + " "
    return ARTICLES[case][gender] + " " + adjective + noun


def german_clause(r):
    subject = german_name(r) if r.below(3) == 0 else german_noun(r, "nom")
    when = " " + r.pick_common(WHEN) if r.below(2) else ""
    return "%s %s%s %s" % (subject, r.pick_common(VERBS_DE), when, german_noun(r, "acc"))


def german_sentence(r):
    text = german_clause(r)
    for _ in range(r.below(3)):
        text += ", " + r.pick_common(JOINTS) + " " + german_clause(r)
    text = text[0].upper() + text[1:]
    if r.below(6) == 0:
        return "»" + text + r.pick(["!«", "?«", ".«"]) + " sagte " + german_name(r) + "."
    return text + r.pick([".", ".", ".", "!", "; " + german_clause(r) + "."])


def make_german():
    r = Random(0x70726F73)
    out = []
    chapter = 0
    while sum(map(len, out)) < 205000:
        chapter += 1
        out.append("%d. Kapitel: %s\n\n" % (chapter, german_name(r)))
        for _ in range(6 + r.below(8)):
            words = " ".join(german_sentence(r) for _ in range(4 + r.below(7))).split(" ")
            line = ""
            for word in words:
                if len(line) + len(word) > 78:
                    out.append(line + "\n")
                    line = word
                else:
                    line = (line + " " + word).lstrip()
            out.append(line + "\n\n")
    return "".join(out).encode()


# ---- bitmap --------------------------------------------------------------------------------------


def lattice_noise(r, size, step):
    """Grey values 0..255 on a lattice, interpolated between its points."""
    points = size // step + 2
    grid = [[r.below(256) for _ in range(points)] for _ in range(points)]
    rows = []
    for y in range(size):
        gy, fy = divmod(y, step)
        a, b = grid[gy], grid[gy + 1]
        column = [(a[i] * (step - fy) + b[i] * fy) for i in range(points)]
        rows.append([(column[x // step] * (step - x % step) + column[x // step + 1] * (x % step))
                     // (step * step) for x in range(size)])
    return rows


def make_bitmap():
    """512 x 512 with 8 bits: clouds over hills, with the grain of a photograph."""
    r = Random(0x626D7000)
    size = 512
    steps_and_weights = ((128, 8), (32, 4), (8, 2), (4, 1))
    layers = [(lattice_noise(r, size, step), weight) for step, weight in steps_and_weights]
    ridge = lattice_noise(r, size, 64)[0]
    pixels = bytearray()
    for y in range(size - 1, -1, -1):  # rows go from the bottom up
        for x in range(size):
            value = sum(layer[y][x] * weight for layer, weight in layers) // 15
            if y > 300 + ridge[x] // 2:
                value = value // 3 + 20
            grain = (r.next() & 15) - (r.next() & 15) if y % 2 else (r.next() & 7) - 4
            pixels.append(max(0, min(255, value + grain)))
    palette = b"".join(bytes((i, i, i, 0)) for i in range(256))
    offset = 14 + 40 + len(palette)
    header = struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset)
    info = struct.pack("<IiiHHIIiiII", 40, size, size, 1, 8, 0, len(pixels), 2835, 2835, 256, 256)
    return header + info + palette + bytes(pixels)


# ---- PDF -----------------------------------------------------------------------------------------


def stored_zlib(data):
    """A zlib stream of stored blocks: what a compressor writes would depend on its version."""
    out = b"\x78\x01"
    for at in range(0, len(data), 65535):
        block = data[at:at + 65535]
        last = at + 65535 >= len(data)
        out += struct.pack("<BHH", last, len(block), len(block) ^ 0xFFFF) + block
    return out + struct.pack(">I", zlib.adler32(data))


def make_pdf():
    """Pages of text, and photographs with so much grain that they hardly shrink, as in most PDFs."""
    r = Random(0x50444600)
    objects = {}
    pages = []
    number = 4
    for page in range(7):
        width = height = 160
        grain = bytes((r.next() >> 3) & 0xFF if r.below(8) else 128 for _ in range(width * height))
        image, content, this = number, number + 1, number + 2
        number += 3
        stream = stored_zlib(grain)
        objects[image] = (b"<< /Type /XObject /Subtype /Image /Width %d /Height %d "
                          b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
                          % (width, height, len(stream), stream))
        lines = ["BT /F1 10 Tf 14 TL 60 760 Td"]
        for _ in range(16):
            line = sentence(r).encode("latin-1", "replace").decode("latin-1")
            lines.append("(%s) Tj T*" % line.replace("(", "\\(").replace(")", "\\)"))
        lines.append("ET q 320 0 0 320 130 120 cm /Im%d Do Q" % page)
        text = "\n".join(lines).encode("latin-1")
        objects[content] = b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)
        objects[this] = (b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
                         b"/Resources << /Font << /F1 3 0 R >> /XObject << /Im%d %d 0 R >> >> >>"
                         % (content, page, image))
        pages.append(this)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(pages), b" ".join(b"%d 0 R" % p for p in pages))
    objects[3] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>"
    out = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for n in sorted(objects):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, objects[n])
    table = b"".join(b"%010d 00000 n \n" % p for p in places)
    count = len(places) + 1
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
                  b"startxref\n%d\n%%%%EOF\n" % (count, table, count, len(out)))


FILES = {
    "json.json": make_json,
    "html.html": make_html,
    "german.txt": make_german,
    "bitmap.bmp": make_bitmap,
    "pdf.pdf": make_pdf,
}


def main():
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    stale = []
    for name, make in FILES.items():
        octets = make()
        path = DATA / name
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(octets)
            print("%-11s %7d octets, deflated to %2d %%"
                  % (name, len(octets), 100 * len(zlib.compress(octets)) // len(octets)))
        elif not path.is_file() or path.read_bytes() != octets:
            stale.append(str(path))
    if stale:
        sys.exit("not what make-corpora.py writes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
