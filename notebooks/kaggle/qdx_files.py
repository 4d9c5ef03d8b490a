"""What the notebook reads and writes: the manifest, the chunks, and vectors files that go on where they stopped.

The format is docs/vectors-file.md of qdx. Needs Python's own library alone. Everything that comes from the corpus is read as
JSON, and none of it is ever run.
"""
import base64
import hashlib
import json
import os
import shutil
import struct
from pathlib import Path

MANIFEST = "qdx-manifest.json"


class Refused(Exception):
    """A sentence for the log: why nothing was embedded."""


def find_manifest(folder):
    """The manifest and the folder that it lies in. By its name: where Kaggle mounts a dataset has changed before."""
    found = sorted(Path(folder).rglob(MANIFEST))
    if len(found) != 1:
        where = ", ".join(map(str, found)) or "none"
        raise Refused(f"exactly one {MANIFEST} must lie below {folder}; found: {where}. Attach one dataset of qdx.")
    manifest = json.loads(found[0].read_text("utf-8"))
    if manifest.get("format") != "qdx-kaggle" or manifest.get("version") != 1:
        raise Refused(f"{found[0]} is no manifest that this notebook knows: make notebook and dataset with one qdx")
    return manifest, found[0].parent


def shard_of(point_id, shards):
    """From 1; depends on the id alone."""
    return 1 + int.from_bytes(hashlib.sha256(str(point_id).encode()).digest()[:4], "big") % shards


def check_chunks(path, manifest):
    """Reads the chunks once: the header, and how many records each shard has. Refuses a file that is not whole."""
    digest, header, footer, counts = hashlib.sha256(), None, None, {}
    for number, line in enumerate(_lines(path)):
        value = json.loads(line)
        if number == 0:
            header = value
        elif value.get("footer") is True:
            footer = value
            continue
        else:
            shard = shard_of(value["id"], manifest["shards"])
            counts[shard] = counts.get(shard, 0) + 1
        digest.update(line)
    total = sum(counts.values())
    if not header or not footer or footer["sha256"] != digest.hexdigest() or footer["count"] != total:
        raise Refused(f"{path} is not whole: its footer does not fit what it holds")
    if header["runId"] != manifest["runId"] or header["inputHash"] != manifest["inputHash"]:
        raise Refused(f"{path} is of run {header['runId']}, the manifest of run {manifest['runId']}")
    return header, counts


def read_shard(path, shard, shards, skip):
    """The records of one shard, in order, without the first `skip`."""
    for number, line in enumerate(_lines(path)):
        if number == 0:
            continue
        record = json.loads(line)
        if record.get("footer") is True or shard_of(record["id"], shards) != shard:
            continue
        if skip > 0:
            skip -= 1
        else:
            yield record


def _lines(path):
    with open(path, "rb") as file:
        yield from file


def packed(vector):
    """Base64 of little-endian float32."""
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode("ascii")


def unpacked(text):
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{len(data) // 4}f", data))


def vectors_header(chunks_header, made_by, shard, shards, count):
    """Of one shard. `made_by` names the weights that really ran: another file of the same vector space."""
    model = {**chunks_header["model"], **made_by}
    model.pop("fileSource", None)
    return {**chunks_header, "kind": "vectors", "model": model, "shard": shard, "shards": shards, "count": count}


class ShardFile:
    """The vectors file of one shard. What was written stays, whenever the notebook is stopped: beside the growing file lies
    how far it is certain to be whole, and from there the next run goes on. It gets its name with its footer."""

    def __init__(self, folder, earlier, run_key, header):
        self.path = Path(folder) / f"{run_key}-{header['shard']}-of-{header['shards']}.jsonl"
        self.partial = self.path.with_name(f"{self.path.name}.partial")
        self.progress = self.path.with_name(f"{self.path.name}.progress.json")
        self.header = header
        self.records = 0
        self._line = _json_line(header)
        self._digest = hashlib.sha256()
        self._file = None
        self._bring(earlier)
        self.is_complete = self._is_whole(self.path)
        if not self.is_complete:
            self._open()

    def append(self, records):
        data = b"".join(_json_line(record) for record in records)
        self._write(data, len(records))

    def finish(self):
        if self.records != self.header["count"]:
            raise Refused(f"{self.path.name}: {self.records} records where {self.header['count']} were to come")
        footer = {"footer": True, "count": self.records, "sha256": self._digest.hexdigest()}
        self._file.write(_json_line(footer))
        self._flush()
        self.close()
        os.replace(self.partial, self.path)
        self.progress.unlink(missing_ok=True)
        self.is_complete = True

    def close(self):
        if self._file:
            self._file.close()
            self._file = None

    def _bring(self, earlier):
        """Copies what an earlier run of this notebook left, where it is attached as input."""
        for name in (self.path.name, self.partial.name, self.progress.name):
            target = self.path.with_name(name)
            found = [] if target.exists() or self.path.exists() else sorted(Path(earlier).rglob(name))
            if found:
                shutil.copyfile(found[0], target)

    def _is_whole(self, path):
        if not path.exists():
            return False
        digest, footer, count = hashlib.sha256(), None, -1
        for line in _lines(path):
            value = json.loads(line) if line.startswith(b'{"footer"') else None
            if value:
                footer = value
            else:
                if count == -1 and line != self._line:
                    return False
                digest.update(line)
                count += 1
        return footer is not None and footer["count"] == count and footer["sha256"] == digest.hexdigest()

    def _open(self):
        known = self._known()
        if known:
            self._file = open(self.partial, "r+b")
            self._file.truncate(known["bytes"])
            self._file.seek(0, os.SEEK_END)
            self.records = known["records"]
        else:
            self.progress.unlink(missing_ok=True)
            self._digest = hashlib.sha256()
            self._file = open(self.partial, "wb")
            self._write(self._line, 0)

    def _known(self):
        """How far the partial file is whole, of this very header; None where it must begin anew."""
        try:
            known = json.loads(self.progress.read_text("utf-8"))
            with open(self.partial, "rb") as file:
                if file.readline() != self._line:
                    return None
                file.seek(0)
                left = known["bytes"]
                while left > 0 and (piece := file.read(min(left, 1 << 20))):
                    self._digest.update(piece)
                    left -= len(piece)
            return known if left == 0 and self._digest.hexdigest() == known["sha256"] else None
        except (OSError, ValueError, KeyError):
            return None

    def _write(self, data, records):
        self._file.write(data)
        self._flush()
        self._digest.update(data)
        self.records += records
        state = {"bytes": self._file.tell(), "records": self.records, "sha256": self._digest.hexdigest()}
        beside = self.progress.with_name(f"{self.progress.name}.new")
        beside.write_text(json.dumps(state), "utf-8")
        os.replace(beside, self.progress)

    def _flush(self):
        self._file.flush()
        os.fsync(self._file.fileno())


def _json_line(value):
    # ASCII: a lone surrogate, which JSON can hold and UTF-8 cannot, stays what it was.
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"
