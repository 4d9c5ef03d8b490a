"""The model: found by the hash of its tokenizer, run as its card says, and checked against vectors that were made at home.

fp16 on a GPU, fp32 on a processor. Code of a model's repository is never run.
"""
import hashlib
import importlib.metadata
import json
import math
import subprocess
import sys
from pathlib import Path

from qdx_files import Refused, unpacked

# torch is the one that Kaggle's image brings for its own driver; everything above it is pinned.
PACKAGES = {"transformers": "5.23.0", "tokenizers": "0.23.3", "safetensors": "0.8.0", "huggingface_hub": "2.4.0"}
# What a card needs, and nothing that can run.
MODEL_FILES = ["config.json", "tokenizer.json", "modules.json", "1_Pooling/config.json", "*.safetensors", "*.safetensors.index.json"]
TOKENS_A_BATCH = 16_384


def install_packages():
    wrong = [f"{name}=={version}" for name, version in PACKAGES.items() if _installed(name) != version]
    if wrong:
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *wrong], check=True)


def _installed(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def find_model(folder, card, tokenizer_sha256):
    """A folder of the input that holds this model, or a download of its repository at its commit."""
    for config in sorted(Path(folder).rglob("config.json")):
        tokenizer = config.parent / "tokenizer.json"
        if list(config.parent.glob("*.safetensors")) and _fits(tokenizer, tokenizer_sha256):
            return config.parent
    from huggingface_hub import snapshot_download

    place = Path(snapshot_download(card["repository"], revision=card["revision"], allow_patterns=MODEL_FILES))
    if not _fits(place / "tokenizer.json", tokenizer_sha256):
        raise Refused(f"the tokenizer of {card['repository']} is not the one of the card")
    return place


def _fits(tokenizer, expected):
    return tokenizer.exists() and _sha256(tokenizer) == expected


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Encoder:
    def __init__(self, folder, card, device):
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModel
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        self.card, self.device, self.torch = card, device, torch
        if device == "cuda":
            _assert_usable(torch)
        self.dtype = "fp16" if device == "cuda" else "fp32"
        _assert_pooling(folder, card)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(card["maxTokens"])
        self.tokenizer.no_padding()
        self.model, loaded = AutoModel.from_pretrained(
            folder,
            dtype=torch.float16 if device == "cuda" else torch.float32,
            trust_remote_code=False,
            use_safetensors=True,
            output_loading_info=True,
        )
        # The pooler of a BERT is used by nobody here; any other gap would be filled with random numbers.
        missing = [name for name in loaded["missing_keys"] if not name.startswith("pooler.")]
        if missing:
            raise Refused(f"the weights lack {len(missing)} tensors of the model, {missing[0]} among them")
        self.model.to(device).eval()
        weights = sorted(folder.glob("*.safetensors"))
        # Several files have no one hash.
        self.made_by = {
            "file": weights[0].name,
            "sha256": _sha256(weights[0]) if len(weights) == 1 else None,
            "dtype": self.dtype,
        }

    def encode(self, texts):
        """Vectors of documents, in the order of the texts: lists of `dimension` floats."""
        encoded = self.tokenizer.encode_batch([self.card["documentPrefix"] + text for text in texts])
        rows = [row.ids for row in encoded]
        vectors = [None] * len(rows)
        for batch in _batches(rows):
            for index, vector in zip(batch, self._run([rows[index] for index in batch])):
                vectors[index] = vector
        return vectors

    def _run(self, rows):
        try:
            return self._vectors(rows)
        except self.torch.cuda.OutOfMemoryError:
            if len(rows) == 1:
                raise
        self.torch.cuda.empty_cache()
        half = len(rows) // 2
        return self._run(rows[:half]) + self._run(rows[half:])

    def _vectors(self, rows):
        torch = self.torch
        longest = max(map(len, rows))
        ids = torch.zeros((len(rows), longest), dtype=torch.long)
        mask = torch.zeros((len(rows), longest), dtype=torch.long)
        for index, row in enumerate(rows):
            ids[index, : len(row)] = torch.tensor(row)
            mask[index, : len(row)] = 1
        ids, mask = ids.to(self.device), mask.to(self.device)
        with torch.inference_mode():
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            vectors = _pool(hidden, mask, self.card["pooling"])
            norms = torch.linalg.vector_norm(vectors, dim=1, keepdim=True)
            if not bool(torch.isfinite(vectors).all()) or bool((norms == 0).any()):
                raise Refused(f"the model gave a vector that is no direction (in {self.dtype})")
            if self.card["normalize"]:
                vectors = vectors / norms
        if vectors.shape[1] != self.card["dimension"]:
            raise Refused(f"vectors have {vectors.shape[1]} numbers, the card says {self.card['dimension']}")
        return vectors.cpu().tolist()


def _pool(hidden, mask, pooling):
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        return hidden[range(len(hidden)), mask.sum(1) - 1]
    weights = mask.unsqueeze(-1).float()
    return (hidden * weights).sum(1) / weights.sum(1)


def _batches(rows):
    """Indices by length, padded to at most TOKENS_A_BATCH tokens a batch."""
    batch = []
    for index in sorted(range(len(rows)), key=lambda index: len(rows[index])):
        if batch and (len(batch) + 1) * len(rows[index]) > TOKENS_A_BATCH:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _assert_usable(torch):
    if not torch.cuda.is_available():
        raise Refused("there is a GPU, and the torch of this image cannot use it")
    capability = torch.cuda.get_device_capability()
    if capability < (7, 0):
        name = torch.cuda.get_device_name()
        raise Refused(f"{name} is older than this torch serves: choose the accelerator GPU T4 x2")


def _assert_pooling(folder, card):
    """Where the repository says how it pools, the card must say the same."""
    path = folder / "1_Pooling" / "config.json"
    if not path.exists():
        return
    modes = json.loads(path.read_text("utf-8"))
    names = {"cls": "pooling_mode_cls_token", "mean": "pooling_mode_mean_tokens", "last": "pooling_mode_lasttoken"}
    if modes.get("pooling_mode", card["pooling"]) != card["pooling"] or not modes.get(names[card["pooling"]], True):
        raise Refused(f"the repository pools otherwise than the card says: {card['pooling']}")


def check_known_texts(encode, manifest):
    """Texts whose vectors were made at home: another model, pooling or prefix shows here, before anything is embedded.
    Returns the lowest cosine."""
    known = manifest["knownTexts"]
    dimension = manifest["model"]["dimension"]
    lowest = 1.0
    for entry, vector in zip(known, encode([entry["text"] for entry in known])):
        if len(vector) != dimension:
            raise Refused(f"vectors have {len(vector)} numbers, the card says {dimension}")
        length = math.sqrt(sum(number * number for number in vector))
        if manifest["model"]["normalize"] and abs(length - 1) > 1e-3:
            raise Refused(f"a vector has the length {length:.4f}, the card says 1")
        lowest = min(lowest, _cosine(vector, unpacked(entry["vectorB64"])))
    floor = manifest["model"]["parityFloor"]
    if lowest < floor:
        raise Refused(f"this model gives other vectors than at home: cosine {lowest:.4f}, the floor is {floor}")
    return lowest


def _cosine(a, b):
    dot = sum(x * y for x, y in zip(a, b))
    return dot / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
