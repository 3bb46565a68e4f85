"""How far back a deflate stream refers: an inflater that keeps no output (RFC 1951).

zlib cannot tell: it accepts a distance beyond the window as long as the octets are still in its
output buffer.
"""
EXTRA_OF_LENGTH = [0] * 8 + [1] * 4 + [2] * 4 + [3] * 4 + [4] * 4 + [5] * 4 + [0]
EXTRA_OF_DISTANCE = [0] * 4 + [bits for bits in range(1, 14) for _ in range(2)]
ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
FIXED_LENGTHS = ([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8, [5] * 30)


def bases(first: int, extra: list[int]) -> list[int]:
    out = []
    for bits in extra:
        out.append(first)
        first += 1 << bits
    return out


BASE_OF_DISTANCE = bases(1, EXTRA_OF_DISTANCE)


Codes = tuple[int, list[tuple[int, int]]]  # bits to look at; symbol and length by these bits


def huffman(lengths: list[int]) -> Codes:
    width = max(lengths)
    table = [(0, 0)] * (1 << width)
    code = 0
    for length in range(1, width + 1):
        for symbol, own in enumerate(lengths):
            if own == length:
                first = int(f"{code:0{length}b}"[::-1], 2)
                table[first::1 << length] = [(symbol, length)] * (1 << (width - length))
                code += 1
        code <<= 1
    return width, table


FIXED = tuple(huffman(lengths) for lengths in FIXED_LENGTHS)


class Walker:
    """Walks through a stream that ends at an octet boundary."""

    def __init__(self, octets: bytes) -> None:
        self.value, self.count, self.octets, self.at = 0, 0, octets, 0
        self.blocks: list[int] = []  # type of each block
        self.furthest = 0

    def bits(self, count: int) -> int:
        while self.count < count:
            self.value |= self.octets[self.at] << self.count
            self.at += 1
            self.count += 8
        out = self.value & (1 << count) - 1
        self.value >>= count
        self.count -= count
        return out

    def symbol(self, codes: Codes) -> int:
        width, table = codes
        while self.count < width and self.at < len(self.octets):
            self.value |= self.octets[self.at] << self.count
            self.at += 1
            self.count += 8
        symbol, length = table[self.value & (1 << width) - 1]
        if not 0 < length <= self.count:
            raise ValueError("no such code")
        self.value >>= length
        self.count -= length
        return symbol

    def stored(self) -> None:
        self.at -= self.count // 8  # octets that were looked at and not used
        self.value = self.count = 0
        size = int.from_bytes(self.octets[self.at:self.at + 2], "little")
        self.at += 4 + size

    def dynamic(self) -> tuple[Codes, Codes]:
        literals, distances, codes = self.bits(5) + 257, self.bits(5) + 1, self.bits(4) + 4
        lengths = [0] * 19
        for place in ORDER[:codes]:
            lengths[place] = self.bits(3)
        table, out = huffman(lengths), []
        while len(out) < literals + distances:
            symbol = self.symbol(table)
            if symbol < 16:
                out.append(symbol)
            elif symbol == 16:
                out += [out[-1]] * (3 + self.bits(2))
            else:
                out += [0] * (3 + self.bits(3) if symbol == 17 else 11 + self.bits(7))
        return huffman(out[:literals]), huffman(out[literals:] if any(out[literals:]) else [1])

    def compressed(self, codes: Codes, far: Codes) -> None:
        while (symbol := self.symbol(codes)) != 256:
            if symbol > 256:
                self.bits(EXTRA_OF_LENGTH[symbol - 257])
                place = self.symbol(far)
                distance = BASE_OF_DISTANCE[place] + self.bits(EXTRA_OF_DISTANCE[place])
                self.furthest = max(self.furthest, distance)

    def walk(self) -> "Walker":
        while self.at < len(self.octets) or self.count >= 8:
            self.bits(1)
            kind = self.bits(2)
            self.blocks.append(kind)
            if kind == 0:
                self.stored()
            else:
                self.compressed(*(FIXED if kind == 1 else self.dynamic()))
        return self


def furthest(octets: bytes) -> int:
    """The greatest distance in a stream of whole blocks, the last of them stored."""
    return Walker(octets).walk().furthest
