#!/usr/bin/env python3
"""Opens the container vectors from docs/formats/container.md alone, without any code of the library.

Checks every container of container/manifest.json under each of its identities, that altered variants are refused,
and builds the reproducible containers anew. Needs the Python package "cryptography". Exits 0 if all is well,
77 ("skipped") without that package.
"""

import hashlib
import hmac
import json
import pathlib
import struct
import sys

try:
    from cryptography import x509
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
    from cryptography.hazmat.primitives.keywrap import (InvalidUnwrap, aes_key_unwrap_with_padding,
                                                        aes_key_wrap_with_padding)
except ImportError:
    print("skipped: the Python package 'cryptography' is not installed")
    sys.exit(77)

FOLDER = pathlib.Path(__file__).resolve().parent / "container"
SLOT, AREA, CHUNK, RANDOM, TAG, MAC = 8192, 16384, 65536, 8, 16, 32
TRAILER = RANDOM + TAG
AES_GCM, XCHACHA, PLAIN = 0, 1, 2


class Refused(Exception):
    """The container is damaged, or does not open with this identity."""


# --- primitives -----------------------------------------------------------------------------------------------

def hkdf(key, salt, info, size):
    """RFC 5869 with SHA-256."""
    prk = hmac.new(salt, key, hashlib.sha256).digest()
    out, block, counter = b"", b"", 1
    while len(out) < size:
        block = hmac.new(prk, block + info + bytes([counter]), hashlib.sha256).digest()
        out, counter = out + block, counter + 1
    return out[:size]


def hchacha20(key, nonce):
    """draft-irtf-cfrg-xchacha-03, section 2.2."""
    state = list(struct.unpack("<4I", b"expand 32-byte k") + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))

    def quarter(a, b, c, d):
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            word = state[z] ^ state[x]
            state[z] = ((word << turn) | (word >> (32 - turn))) & 0xFFFFFFFF

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for column in range(4):
            quarter(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4)
    return struct.pack("<8I", *(state[:4] + state[12:]))


class XChaCha20Poly1305:
    def __init__(self, key):
        self.key = key

    def _inner(self, nonce):
        return ChaCha20Poly1305(hchacha20(self.key, nonce[:16])), bytes(4) + nonce[16:]

    def encrypt(self, nonce, data, associated):
        cipher, short = self._inner(nonce)
        return cipher.encrypt(short, data, associated)

    def decrypt(self, nonce, data, associated):
        cipher, short = self._inner(nonce)
        return cipher.decrypt(short, data, associated)


class PlainWithMac:
    """The plain suite: the text as it is, then a MAC in the tag's place."""

    def __init__(self, key):
        self.key = key

    def encrypt(self, nonce, data, associated):
        return data + hmac.new(self.key, associated + nonce + data, hashlib.sha256).digest()[:TAG]

    def decrypt(self, nonce, data, associated):
        if not hmac.compare_digest(self.encrypt(nonce, data[:-TAG], associated), data):
            raise InvalidTag
        return data[:-TAG]


# --- keys and stanzas -----------------------------------------------------------------------------------------

class Keys:
    def __init__(self, file_key, salt, suite):
        def derive(label, size):
            return hkdf(file_key, salt, b"myqsec container v2 " + label + bytes([suite]), size)

        payload = derive(b"payload key", 32)
        self.cipher = {AES_GCM: AESGCM, XCHACHA: XChaCha20Poly1305, PLAIN: PlainWithMac}[suite](payload)
        self.zeros = bytes(0 if suite == AES_GCM else 12)
        self.mac = derive(b"header mac key", 32)
        self.commitment = derive(b"key commitment", 32)

    def nonce(self, random, index):
        return self.zeros + random + struct.pack(">I", index)


def unwrap(wrapping_key, wrapped):
    try:
        return aes_key_unwrap_with_padding(wrapping_key, wrapped)
    except (InvalidUnwrap, ValueError):
        return None


def open_stanza(kind, body, identity, salt):
    """The file key, or None."""
    if kind == 1 and "wrapping_key" in identity and len(body) == 40:
        return unwrap(identity["wrapping_key"], body)
    if kind not in (2, 3) or "private_key" not in identity or body[:32] != identity["fingerprint"]:
        return None
    key, rest = identity["private_key"], body[32:]
    if kind == 2 and isinstance(key, rsa.RSAPrivateKey):
        sha256 = hashes.SHA256()
        try:
            return key.decrypt(rest, padding.OAEP(padding.MGF1(sha256), sha256, None))
        except ValueError:
            return None
    if kind == 3 and isinstance(key, ec.EllipticCurvePrivateKey):
        size = 65 if key.curve.name == "secp256r1" else 97
        if len(rest) != size + 40:
            return None
        try:
            ephemeral = ec.EllipticCurvePublicKey.from_encoded_point(key.curve, rest[:size])
        except ValueError:
            return None
        ours = key.public_key().public_bytes(serialization.Encoding.X962,
                                             serialization.PublicFormat.UncompressedPoint)
        info = b"myqsec container v2 ecdh wrapping key" + rest[:size] + ours + body[:32]
        return unwrap(hkdf(key.exchange(ec.ECDH(), ephemeral), salt, info, 32), rest[size:])
    return None


# --- reading --------------------------------------------------------------------------------------------------

def parse_slot(slot):
    """The fields of a readable slot, or None."""
    if slot[:9] != b"MYQSECJC\x02" or slot[9] not in (AES_GCM, XCHACHA, PLAIN) or slot[10:12] != b"\x10\x00":
        return None
    sequence, ident, salt, commitment, count, size = struct.unpack(">Q16s32s32sHH", slot[12:104])
    if 104 + size > SLOT - MAC:
        return None
    stanzas, rest = [], slot[104:104 + size]
    for _ in range(count):
        if len(rest) < 4:
            return None
        kind, length = struct.unpack(">HH", rest[:4])
        if len(rest) < 4 + length:
            return None
        stanzas.append((kind, rest[4:4 + length]))
        rest = rest[4 + length:]
    if rest:
        return None
    return {"suite": slot[9], "sequence": sequence, "id": ident, "salt": salt, "commitment": commitment,
            "stanzas": stanzas, "bytes": slot}


def authentic(slot, keys):
    mac = hmac.new(keys.mac, slot["bytes"][:-MAC], hashlib.sha256).digest()
    return hmac.compare_digest(mac, slot["bytes"][-MAC:]) and hmac.compare_digest(slot["commitment"], keys.commitment)


def open_header(area, identity):
    """The header that counts, its keys, and whether a slot is damaged."""
    slots = [slot for slot in (parse_slot(area[:SLOT]), parse_slot(area[SLOT:])) if slot]
    for slot in slots:
        for kind, body in slot["stanzas"]:
            file_key = open_stanza(kind, body, identity, slot["salt"])
            if file_key is None:
                continue
            keys = Keys(file_key, slot["salt"], slot["suite"])
            good = [one for one in slots if authentic(one, keys)]
            if good:
                return max(good, key=lambda one: one["sequence"]), keys, len(good) < 2
    raise Refused("no header slot opens")


def open_container(container, identity):
    """(header, document, whether the header is damaged). Raises Refused."""
    if len(container) < AREA + TRAILER:
        raise Refused("too short")
    header, keys, damaged = open_header(container[:AREA], identity)
    associated = b"myqsec container v2 chunk" + header["id"]
    payload, document = container[AREA:], b""
    chunks = -(-len(payload) // (CHUNK + TRAILER))
    for index in range(chunks):
        sealed = payload[index * (CHUNK + TRAILER):(index + 1) * (CHUNK + TRAILER)]
        last = index + 1 == chunks
        if len(sealed) < TRAILER or (index > 0 and len(sealed) == TRAILER):
            raise Refused("impossible size")
        text, random, tag = sealed[:-TRAILER], sealed[-TRAILER:-TAG], sealed[-TAG:]
        try:
            document += keys.cipher.decrypt(keys.nonce(random, index), text + tag, associated + bytes([last]))
        except InvalidTag:
            raise Refused("chunk %d" % index) from None
    return header, document, damaged


# --- writing --------------------------------------------------------------------------------------------------

def seal_chunk(keys, ident, random, index, last, text):
    associated = b"myqsec container v2 chunk" + ident + bytes([last])
    sealed = keys.cipher.encrypt(keys.nonce(random, index), text, associated)
    return sealed[:-TAG] + random + sealed[-TAG:]


def build_container(document, suite, file_key, salt, ident, wrapping_key, chunk_random):
    keys = Keys(file_key, salt, suite)
    stanza = struct.pack(">HH", 1, 40) + aes_key_wrap_with_padding(wrapping_key, file_key)
    slot = b"MYQSECJC" + bytes([2, suite, 16, 0])
    slot += struct.pack(">Q16s32s32sHH", 1, ident, salt, keys.commitment, 1, len(stanza)) + stanza
    slot = slot.ljust(SLOT - MAC, b"\0")
    slot += hmac.new(keys.mac, slot, hashlib.sha256).digest()
    pieces = [document[i:i + CHUNK] for i in range(0, len(document), CHUNK)] or [b""]
    return 2 * slot + b"".join(seal_chunk(keys, ident, chunk_random[i], i, i + 1 == len(pieces), piece)
                               for i, piece in enumerate(pieces))


# --- the checks -----------------------------------------------------------------------------------------------

def document_of(size):
    out, state = bytearray(), 12345
    for _ in range(size):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(state >> 24)
    return bytes(out)


def load_identity(entry):
    if "wrapping_key" in entry:
        return {"wrapping_key": bytes.fromhex(entry["wrapping_key"])}
    certificate = x509.load_pem_x509_certificate((FOLDER / entry["certificate"]).read_bytes())
    key = serialization.load_pem_private_key((FOLDER / entry["private_key"]).read_bytes(), None)
    return {"private_key": key, "fingerprint": certificate.fingerprint(hashes.SHA256())}


def expect(condition, what):
    if not condition:
        sys.exit("FAILED: " + what)


def check_vector(vector):
    container = (FOLDER / vector["file"]).read_bytes()
    document = document_of(vector["size"])
    expect(hashlib.sha256(document).hexdigest() == vector["document_sha256"], vector["file"] + ": document")
    for entry in vector["identities"]:
        header, text, damaged = open_container(container, load_identity(entry))
        expect(text == document, vector["file"] + ": text")
        expect(header["suite"] == vector["suite"] and header["id"].hex() == vector["id"] and
               header["sequence"] == vector["sequence"], vector["file"] + ": header")
        expect(damaged == vector["header_damaged"], vector["file"] + ": damage")


def check_altered(vector):
    """A changed byte, a cut or an extension must never give another document."""
    container = (FOLDER / vector["file"]).read_bytes()
    identity = load_identity(vector["identities"][0])
    places = list(range(0, AREA, 61)) + list(range(AREA, len(container)))
    variants = [container[:at] + bytes([container[at] ^ 1]) + container[at + 1:] for at in places]
    for at, variant in zip(places, variants):
        try:
            _, text, damaged = open_container(variant, identity)
            expect(at < AREA and damaged and text == document_of(vector["size"]), "%s: byte %d" % (vector["file"], at))
        except Refused:
            expect(at >= AREA or vector["header_damaged"] or vector["sequence"] > 1,
                   "%s: byte %d was not healed" % (vector["file"], at))
    for variant in [container[:size] for size in range(AREA - 1, len(container))] + [container + b"\0"]:
        try:
            open_container(variant, identity)
        except Refused:
            continue
        sys.exit("FAILED: %s opens with another length" % vector["file"])
    stranger = {"wrapping_key": bytes(32)}
    try:
        open_container(container, stranger)
    except Refused:
        return
    sys.exit("FAILED: %s opens with a wrong key" % vector["file"])


def check_reproducible(entry):
    fields = [bytes.fromhex(entry[name]) for name in ("file_key", "salt", "id", "wrapping_key")]
    random = [bytes.fromhex(each) for each in entry["chunk_random"]]
    container = build_container(document_of(entry["size"]), entry["suite"], *fields, random)
    digest = hashlib.sha256(container).hexdigest()
    expect(digest == entry["container_sha256"], "reproducible container, suite %d: %s" % (entry["suite"], digest))
    _, text, _ = open_container(container, {"wrapping_key": fields[3]})
    expect(text == document_of(entry["size"]), "reproducible container does not open")


def main():
    # draft-irtf-cfrg-xchacha-03, section 2.2.1: HChaCha20 is written here, so it is checked here.
    subkey = hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927"))
    expect(subkey.hex() == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc", "HChaCha20")
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    for vector in manifest["containers"]:
        check_vector(vector)
        check_altered(vector)
    for entry in manifest["reproducible"]:
        check_reproducible(entry)
    print("%d containers and %d reproducible ones are as they should be" %
          (len(manifest["containers"]), len(manifest["reproducible"])))


if __name__ == "__main__":
    main()
