#!/usr/bin/env python3
"""Reads a stick without Letopis: opens its newest base, and proves its strand from there on.

    check_stick.py STICK IDENTITY KEY      IDENTITY: the owner's key file, as `age -d key.age` writes it; KEY: his "ssh-ed25519 AAAA…"
"""
import base64, hashlib, json, pathlib, sqlite3, struct, subprocess, sys, tempfile, zlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

stick, identity, author = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def age(sealed):
    return subprocess.run(["age", "-d", "-i", identity], input=sealed, stdout=subprocess.PIPE, check=True).stdout

def raw(line):                       # "ssh-ed25519 AAAA…" -> 32 bytes
    return base64.b64decode(line.split()[1])[-32:]

def fingerprint(line):
    blob = base64.b64decode(line.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")

def signed(domain, plain, keys):     # -> the JSON, and what follows it
    text, second, rest = plain.split(b"\n", 2)
    by, signature = second.decode().split(" ")
    key = next(line for line in keys or json.loads(text)["may_prepare"] if fingerprint(line) == by)
    Ed25519PublicKey.from_public_bytes(raw(key)).verify(bytes.fromhex(signature), domain + text)
    return json.loads(text), rest

card = json.loads((stick / "letopis-stick.json").read_bytes())
pins, _ = signed(b"letopis-pins-v1", age((stick / "pins.age").read_bytes()), None)
assert pins["key"] == fingerprint(author) and pins["strand"] == card["strand"]

bases = []
for name in ("base-0.age", "base-1.age"):
    if (stick / name).stat().st_size:
        header, tables = signed(b"letopis-base-v1", age((stick / name).read_bytes()), pins["may_prepare"])
        assert len(tables) == header["bytes"] and hashlib.sha256(tables).hexdigest() == header["sha256"]
        bases.append((header["generation"], header, zlib.decompress(tables, -15)))
_, base, tables = max(bases, key=lambda one: one[0])
if tables.startswith(b"SQLite format 3\0") and len(tables) % 512 == 0:
    with tempfile.NamedTemporaryFile(suffix=".sqlite") as file:
        file.write(tables)
        file.flush()
        names = sqlite3.connect(file.name).execute("select name from sqlite_master where type = 'table'").fetchall()
        print("tables", *(name for name, in names))

strands = []
for name in ("strand-0", "strand-1"):
    bytes_ = (stick / name).read_bytes()
    if bytes_[:16] == b"LETOPIS-STRAND-1" and zlib.crc32(bytes_[:80]) == struct.unpack("<I", bytes_[80:84])[0]:
        strands.append((struct.unpack("<Q", bytes_[32:40])[0], bytes_))
generation, strand = max(strands)
number, at, crc = struct.unpack("<Q", strand[40:48])[0], 512, zlib.crc32(strand[:80])
assert strand[16:32].hex() == card["strand"]
head, taken = bytes.fromhex(base["taken"]["head"]), base["taken"]["number"]
while strand[at:at + 4] == b"LSF1":
    length, of, this, sum_ = struct.unpack("<IQQI", strand[at + 4:at + 28])
    content = strand[at + 28:at + 28 + length]
    if (of, this) != (generation, number) or zlib.crc32(struct.pack("<I", crc) + strand[at:at + 24] + content) != sum_:
        break
    if number > taken:
        entry = json.loads(age(content))
        message = b"".join([b"letopis-strand-v1", bytes.fromhex(card["journal"]), bytes.fromhex(card["strand"]), struct.pack(">QQ", number, entry["base"]["length"]),
                            bytes.fromhex(entry["base"]["head"]), head, entry["payload"].encode()])
        Ed25519PublicKey.from_public_bytes(raw(author)).verify(bytes.fromhex(entry["signature"]), message)
        head = hashlib.sha256(message + bytes.fromhex(entry["signature"])).digest()
    number, at, crc = number + 1, at + -(-(28 + length) // 512) * 512, sum_
print("taken ", taken, "\nlast  ", number - 1, "\nhead  ", head.hex())
