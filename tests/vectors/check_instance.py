#!/usr/bin/env python3
"""Opens the instance and the backup of instance/ from docs/formats alone, without any code of the library.

From the key file to the document: keystore.md, backup.md, database.md (pages and log), key-tree.md, container.md,
parts.md. Needs the Python package "cryptography". Exits 0 if all is well, 77 ("skipped") without that package.
"""

import base64
import hashlib
import hmac
import pathlib
import sqlite3
import struct
import sys
import tempfile

from check_container import AESGCM, InvalidTag, Refused, XChaCha20Poly1305, expect, hkdf, open_container
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

FOLDER = pathlib.Path(__file__).resolve().parent / "instance"
SLOT, PAGE, TRAILER = 4096, 4096, 40
FRAME, FRAME_HEAD = 4168, 72
MAIN_DATABASE, LOG_DATABASE, BLOB_NAMES, TREE_ROOT, BACKUP = 1, 2, 6, 9, 7


# --- keystore.md

def parse_keys(plaintext):
    """{(purpose, version): key}, of the list that ends with zeros."""
    keys, at = {}, 0
    while at < len(plaintext) and plaintext[at:at + 2] != b"\0\0":
        purpose, version, size = struct.unpack_from(">HIH", plaintext, at)
        keys[purpose, version] = plaintext[at + 8:at + 8 + size]
        at += 8 + size
    expect(not any(plaintext[at:]) and list(keys) == sorted(keys), "order and end of the keys")
    return keys


def open_slot(slot, key_file):
    """(instance id, keys). Raises Refused for a damaged slot, InvalidTag for a wrong key."""
    if hashlib.sha256(slot[:-32]).digest() != slot[-32:]:
        raise Refused("the slot is damaged")
    magic, version, _, opening, _, ident, origin, size = struct.unpack_from(">7sBQQ16s16sBH", slot)
    expect((magic, version, origin) == (b"MYQSECK", 4, 2) and opening <= 1, "head of the keystore")
    head = 59 + size
    blob, sealed = slot[59:head], slot[head:head + 2088]
    expect(len(blob) == 33 and blob[0] == 1 and not any(slot[head + 2088:-32]), "shape of the keystore")
    root = hkdf(key_file, blob[1:], b"myqsec root key from key file v1", 32)
    return ident, parse_keys(XChaCha20Poly1305(root).decrypt(sealed[:24], sealed[24:], slot[:head]))


def open_keystore(contents, key_file):
    """(instance id, keys with the root in force), of an instance whose last turn has ended."""
    expect(len(contents) == 4 * SLOT, "size of the keystore")
    pairs = [contents[:2 * SLOT], contents[2 * SLOT:]]
    expect(all(pair[:SLOT] == pair[SLOT:] for pair in pairs), "the two slots of a pair are the same")
    found = []
    for number, pair in enumerate(pairs):
        ident, keys = open_slot(pair[:SLOT], key_file)
        (root,) = [name for name in keys if name[0] == TREE_ROOT]
        expect(root[1] % 2 == number, "the pair of the root's epoch")
        found.append((root[1], ident, keys))
    (epoch, ident, keys), (after, same_ident, next_keys) = sorted(found, key=lambda pair: pair[0])
    expect((after, same_ident) == (epoch + 1, ident), "the pairs belong together")
    expect(next_keys.pop((TREE_ROOT, after)) != keys[TREE_ROOT, epoch], "the next root is another one")
    expect(next_keys.items() < keys.items() and len(next_keys) + 1 == len(keys), "both pairs hold the same other keys")
    return ident, keys


# --- backup.md

def open_backup(folder, text):
    """(instance id, keys): and the files are those that the record lists."""
    magic, ident, version, expires, key = text.strip().split(".")
    expect(magic == "myqsec-backup-key-1", "the backup key's line")
    record = (folder / "backup").read_bytes()
    clear = struct.pack(">7sB16sI", b"MYQSECB", 1, bytes.fromhex(ident), int(version))
    expect(record[:28] == clear and struct.unpack_from(">Q", record, 36) == (int(expires),), "head of the backup")
    (length,) = struct.unpack_from(">I", record, 44)
    expect(len(record) == 48 + length, "length of the backup's record")
    plaintext = XChaCha20Poly1305(base64.b64decode(key)).decrypt(record[48:72], record[72:], record[:44])
    (count,), at = struct.unpack_from(">H", plaintext), 2
    names = []
    for _ in range(count):
        (size,) = struct.unpack_from(">I", plaintext, at)
        name = plaintext[at + 4:at + 4 + size].decode()
        at += 4 + size
        contents = (folder / name).read_bytes()
        expect(struct.unpack_from(">Q", plaintext, at) == (len(contents),), name + ": size")
        expect(plaintext[at + 8:at + 40] == hashlib.sha256(contents).digest(), name + ": digest")
        at += 40
        names.append(name)
    expect(names == ["main.db", "main.db-wal", "log.db", "log.db-wal"], "the files that a backup lists")
    return bytes.fromhex(ident), parse_keys(plaintext[at:])


# --- database.md

class Xaes256Gcm:
    """C2SP XAES-256-GCM."""

    def __init__(self, key):
        self.block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        subkey = int.from_bytes(self.block.update(bytes(16)), "big") << 1
        self.mask = (subkey & ((1 << 128) - 1) ^ (0x87 if subkey >> 128 else 0)).to_bytes(16, "big")

    def decrypt(self, nonce, data, associated):
        halves = (bytes([0, number, 0x58, 0]) + nonce[:12] for number in (1, 2))
        key = b"".join(self.block.update(bytes(a ^ b for a, b in zip(half, self.mask))) for half in halves)
        return AESGCM(key).decrypt(nonce[12:], data, associated)


def cipher_of(tag, magic, key):
    expect(tag[:7] == magic and tag[7] >> 4 == 3, "format tag")
    return {0: Xaes256Gcm, 1: XChaCha20Poly1305}[tag[7] & 15](key)


def unseal(cipher, page, associated):
    body, nonce, mac = page[:-TRAILER], page[-TRAILER:-16], page[-16:]
    return cipher.decrypt(nonce, body + mac, associated) + bytes(TRAILER)


def read_pages(contents, key):
    """The database file: {page number: as SQLite sees it}."""
    tag = contents[:16]
    cipher = cipher_of(tag, b"MYQSEDB", key)
    expect(len(contents) % PAGE == 0, "size of the database")
    pages = {}
    for number in range(1, len(contents) // PAGE + 1):
        head = tag if number == 1 else b""
        page = contents[(number - 1) * PAGE + len(head):number * PAGE]
        pages[number] = (b"SQLite format 3\0" if head else b"") + unseal(cipher, page, tag + struct.pack(">I", number))
    return pages


def newest_slot(log, key):
    """(format tag, generation, tag of the slot), of the slots that open."""
    found = []
    for slot in (log[:137], log[SLOT:SLOT + 137]):
        try:
            XChaCha20Poly1305(key).decrypt(slot[28:52], slot[52:], slot[:28])
        except InvalidTag:
            continue
        found.append((struct.unpack_from(">Q", slot, 16)[0], slot))
    generation, slot = max(found)
    return slot[:16], generation, slot[-16:]


def apply_log(log, key, pages):
    """What the log's transactions change of the pages. Returns their number."""
    tag, generation, chain = newest_slot(log, key)
    cipher, done, waiting, linked = cipher_of(tag, b"MYQSWAL", key), 0, [], chain
    for index, at in enumerate(range(2 * SLOT, len(log) - FRAME + 1, FRAME), 1):
        frame = log[at:at + FRAME]
        number, size, transaction, of_generation = struct.unpack_from(">IIQQ", frame)
        if (transaction, of_generation) != (done + 1, generation):
            break
        waiting.append((number, unseal(cipher, frame[FRAME_HEAD:], tag + frame[:FRAME_HEAD] + struct.pack(">Q", index))))
        if size:
            expect(frame[32:48] == hashlib.sha256(linked).digest()[:16], "chain of transaction %d" % transaction)
            linked, done = frame[32:48], transaction
            pages.update(waiting)
            waiting.clear()
            for beyond in [number for number in pages if number > size]:
                del pages[beyond]
        linked += frame[-16:]
    return done


def open_database(folder, name, key):
    """A connection to it, as it was when it was backed up."""
    pages = read_pages((folder / name).read_bytes(), key)
    expect(apply_log((folder / (name + "-wal")).read_bytes(), key, pages) > 0, name + ": transactions in the log")
    expect(sorted(pages) == list(range(1, len(pages) + 1)), name + ": pages")
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / name
        file.write_bytes(b"".join(pages[number] for number in sorted(pages)))
        plain = sqlite3.connect("file:%s?immutable=1" % file, uri=True)
        database = sqlite3.connect(":memory:")
        expect(plain.execute("PRAGMA integrity_check").fetchone() == ("ok",), name + ": SQLite's integrity check")
        plain.backup(database)
        plain.close()
    return database


# --- key-tree.md

def leaf_key(database, leaf, roots):
    node, slot = database.execute("SELECT node, slot FROM key_leaf WHERE id = ?", (leaf,)).fetchone()
    return node_keys(database, node, roots)[slot]


def node_keys(database, node, roots):
    level, parent, slot, sealed = database.execute("SELECT level, parent, slot, sealed FROM key_node WHERE id = ?",
                                                   (node,)).fetchone()
    if parent == 0:
        (epoch,) = database.execute("SELECT epoch FROM key_epoch").fetchone()
        key = roots[epoch]
    else:
        key = node_keys(database, parent, roots)[slot]
    associated = b"key-node" + struct.pack(">BQ", level, node)
    plain = XChaCha20Poly1305(key).decrypt(sealed[:24], sealed[24:], associated)
    return [plain[at:at + 32] for at in range(0, len(plain), 32)]


def documents(folder, database, keys):
    roots = {version: key for (purpose, version), key in keys.items() if purpose == TREE_ROOT}
    for leaf, document in database.execute("SELECT leaf, blob FROM job").fetchall():
        wrapping_key = leaf_key(database, leaf, roots)
        yield open_container((folder / "jobs" / document.hex()).read_bytes(), {"wrapping_key": wrapping_key})[1]


def check_refused(contents, key_file):
    """A slot with a changed byte does not open, nor does any with another key file."""
    for at in range(SLOT):
        slot = contents[:at] + bytes([contents[at] ^ 1]) + contents[at + 1:SLOT]
        try:
            open_slot(slot, key_file)
        except Refused:
            continue
        sys.exit("FAILED: the keystore opens with byte %d changed" % at)
    try:
        open_slot(contents[:SLOT], key_file + b"x")
    except InvalidTag:
        return
    sys.exit("FAILED: the keystore opens with another key file")


# --- parts.md

def check_mark(mark, key):
    magic, version, number = struct.unpack_from(">7sBQ", mark)
    expect((magic, version, number) == (b"MYQSDMK", 2, 1), "head of the mark")
    folder_key = hkdf(key, b"", b"jobs", 32)
    expect(mark[32:] == hmac.new(folder_key, mark[:32], hashlib.sha256).digest(), "the mark's MAC")


def main():
    key_file = (FOLDER / "root.key").read_bytes()
    keystore = (FOLDER / "keystore").read_bytes()
    ident, keys = open_keystore(keystore, key_file)
    check_refused(keystore, key_file)
    check_mark((FOLDER / "mark").read_bytes(), keys[BLOB_NAMES, 1])
    found, backed_up = open_backup(FOLDER / "backup", (FOLDER / "backup.key").read_text("ascii"))
    expect(found == ident, "whose backup it is")
    expect(backed_up == {name: key for name, key in keys.items() if name[0] != BACKUP}, "the keys in the backup")
    database = open_database(FOLDER / "backup", "main.db", backed_up[MAIN_DATABASE, 1])
    held = list(documents(FOLDER / "backup", database, backed_up))
    expect(held == [(FOLDER / "document").read_bytes()], "the document")
    open_database(FOLDER / "backup", "log.db", backed_up[LOG_DATABASE, 1])
    print("keystore, mark, backup, databases, key tree and document are as they should be")


if __name__ == "__main__":
    main()
