"""Reads PNG pictures and writes small ones of 256 colours. As a command:

png.py colours FILE       prints how many colours the picture holds
png.py shrink FILE OUT    writes it with the 256 colours that stand for it best
"""

import struct
import sys
import zlib
from collections import Counter


def chunks(data):
    at = 8
    while at < len(data):
        length, name = struct.unpack(">I4s", data[at:at + 8])
        yield name, data[at + 8:at + 8 + length]
        at += 12 + length


def unfilter(method, line, before, size):
    for x in range(len(line) if method else 0):
        left = line[x - size] if x >= size else 0
        up, corner = before[x], before[x - size] if x >= size else 0
        if method == 4:
            p = left + up - corner
            guess = min((abs(p - left), 0, left), (abs(p - up), 1, up),
                        (abs(p - corner), 2, corner))[2]
        else:
            guess = (0, left, up, (left + up) // 2)[method]
        line[x] = line[x] + guess & 255


def read(path):
    """Rows of (r, g, b) of a PNG of 8-bit RGB or RGBA; transparency is left out."""
    with open(path, "rb") as file:
        data = file.read()
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    if depth != 8 or kind not in (2, 6):
        raise ValueError(f"{path} is no 8-bit RGB or RGBA picture")
    size = 3 if kind == 2 else 4
    raw = zlib.decompress(b"".join(body for name, body in chunks(data) if name == b"IDAT"))
    before, rows = bytearray(width * size), []
    for y in range(height):
        start = y * (width * size + 1)
        line = bytearray(raw[start + 1:start + 1 + width * size])
        unfilter(raw[start], line, before, size)
        rows.append([tuple(line[x:x + 3]) for x in range(0, len(line), size)])
        before = line
    return rows


def palette(count, most=256):
    """For each colour the one that stands for it: the most frequent stand for themselves, each
    other for the nearest of them."""
    kept = {c: c for c, _ in count.most_common(most)}
    return {c: kept.get(c) or min(kept, key=lambda k: sum((a - b) ** 2 for a, b in zip(c, k)))
            for c in count}


def chunk(name, body):
    return (struct.pack(">I", len(body)) + name + body
            + struct.pack(">I", zlib.crc32(name + body)))


def write(path, rows):
    count = Counter(c for row in rows for c in row)
    stands = palette(count)
    colours = sorted(set(stands.values()))
    number = {c: colours.index(s) for c, s in stands.items()}
    raw = b"".join(b"\0" + bytes(number[c] for c in row) for row in rows)
    with open(path, "wb") as out:
        out.write(b"\x89PNG\r\n\x1a\n"
                  + chunk(b"IHDR", struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0))
                  + chunk(b"PLTE", b"".join(map(bytes, colours)))
                  + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b""))


if __name__ == "__main__":
    if sys.argv[1:2] == ["colours"] and len(sys.argv) == 3:
        print(len({colour for row in read(sys.argv[2]) for colour in row}))
    elif sys.argv[1:2] == ["shrink"] and len(sys.argv) == 4:
        write(sys.argv[3], read(sys.argv[2]))
    else:
        sys.exit(__doc__)
