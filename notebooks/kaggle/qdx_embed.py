"""Embeds the chunks of one attached dataset of qdx: one process for each GPU, one vectors file for each shard.

It may be stopped at any time: run again, with what it wrote before among its inputs, it goes on.
"""
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import qdx_files
import qdx_model
from qdx_files import Refused

# Elsewhere than on Kaggle variables name the folders, and how many vectors are made between two writes.
INPUT = Path(os.environ.get("QDX_INPUT", "/kaggle/input"))
OUTPUT = Path(os.environ.get("QDX_OUTPUT", "/kaggle/working"))
RECORDS_A_BLOCK = int(os.environ.get("QDX_RECORDS_A_BLOCK", "1024"))


def main():
    """Starts a process for each GPU and writes how it ended to qdx-result.json."""
    manifest, _ = qdx_files.find_manifest(INPUT)
    qdx_model.install_packages()
    gpus = count_gpus()
    print(f"qdx run {manifest['runId']}: {manifest['totalCount']} chunks, {gpus} GPUs", flush=True)
    if gpus == 0:
        print("qdx: there is no GPU: this runs on the processor, in fp32", flush=True)
    deadline = time.time() + manifest["stopAfterSeconds"]
    workers = [start_worker(index, gpus, manifest["shards"], deadline) for index in range(max(1, gpus))]
    codes = [worker.wait() for worker in workers if worker]
    begin, shards = manifest["key"], manifest["shards"]
    done = [shard for shard in range(1, shards + 1) if (OUTPUT / f"{begin}-{shard}-of-{shards}.jsonl").exists()]
    state = "failed" if any(codes) else "complete" if len(done) == shards else "partial"
    result = {key: manifest[key] for key in ("runId", "sending", "shards")}
    result.update(state=state, done=done, gpus=gpus)
    (OUTPUT / "qdx-result.json").write_text(json.dumps(result), "utf-8")
    print(f"qdx {state}: {len(done)} of {shards} files", flush=True)
    return 1 if state == "failed" else 0


def count_gpus():
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())


def start_worker(index, gpus, shards, deadline):
    """Of GPU `index`, with every shard that falls to it; None where there is none left for it."""
    mine = [str(shard) for shard in range(1, shards + 1) if (shard - 1) % max(1, gpus) == index]
    if not mine:
        return None
    environment = {**os.environ, **({"CUDA_VISIBLE_DEVICES": str(index)} if gpus else {})}
    device = "cuda" if gpus else "cpu"
    return subprocess.Popen([sys.executable, "-u", __file__, device, str(deadline), *mine], env=environment)


def work(device, deadline, shards):
    """Embeds these shards, one after the other."""
    manifest, folder = qdx_files.find_manifest(INPUT)
    chunks = folder / manifest["chunks"]
    header, counts = qdx_files.check_chunks(chunks, manifest)
    card = manifest["model"]
    place = qdx_model.find_model(INPUT, card, manifest["tokenizerSha256"])
    encoder = qdx_model.Encoder(place, card, device)
    lowest = qdx_model.check_known_texts(encoder.encode, manifest)
    print(f"qdx checked: {card['pooling']} pooling, {card['dimension']} numbers, cosine {lowest:.4f}", flush=True)
    for shard in shards:
        made = qdx_files.vectors_header(header, encoder.made_by, shard, manifest["shards"], counts.get(shard, 0))
        file = qdx_files.ShardFile(OUTPUT, INPUT, manifest["key"], made)
        embed_shard(chunks, file, encoder.encode, card, deadline)
        file.close()


def embed_shard(chunks, file, encode, card, deadline):
    """Goes on where the file ends; leaves it as it is once the time is over."""
    shard, shards, total = (file.header[name] for name in ("shard", "shards", "count"))
    if file.is_complete:
        return
    say = lambda: print(f"qdx shard {shard}/{shards}: {file.records}/{total}", flush=True)
    say()
    for block in in_blocks(qdx_files.read_shard(chunks, shard, shards, file.records)):
        if time.time() > deadline:
            return
        texts = [record.pop("text") for record in block]
        assert_documents(texts, card["queryPrefix"])
        vectors = [qdx_files.packed(vector) for vector in encode(texts)]
        file.append([{"id": r.pop("id"), "vectorB64": vector, **r} for r, vector in zip(block, vectors)])
        say()
    file.finish()


def in_blocks(records):
    block = []
    for record in records:
        block.append(record)
        if len(block) == RECORDS_A_BLOCK:
            yield block
            block = []
    if block:
        yield block


def assert_documents(texts, query_prefix):
    """Documents are embedded as documents: none of them may carry the prefix of a query."""
    if query_prefix and any(text.startswith(query_prefix) for text in texts):
        raise Refused("a chunk begins with the prefix of a query: it would be embedded as one")


if __name__ == "__main__":
    try:
        if len(sys.argv) > 1:
            work(sys.argv[1], float(sys.argv[2]), [int(shard) for shard in sys.argv[3:]])
        else:
            sys.exit(main())
    except Refused as reason:
        sys.exit(f"qdx refused: {reason}")
