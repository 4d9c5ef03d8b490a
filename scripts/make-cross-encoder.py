#!/usr/bin/env python3
"""Writes fixtures/cross-encoder: a tiny cross-encoder of random weights, and what an independent implementation says of it.

The graph is a BERT with a pooler and a classifier, as exports of sequence classifiers have it, in 2 layers of 16 numbers;
`two-labels.onnx` is the same without token types and with two labels. `pairs.jsonl` holds pairs of query and text with the
tokens (by Hugging Face's Rust tokenizers) and the logits (by numpy, from the weights, not from the graph; onnxruntime for
Python must agree), in windows where a text is too long. Nothing of qdx is used here.

  python3 -m venv venv && venv/bin/pip install numpy onnx onnxruntime tokenizers
  venv/bin/python scripts/make-cross-encoder.py

Weights are seeded: two runs with the same versions write the same bytes.
"""
import json
import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

OUT = Path(__file__).parent.parent / "fixtures" / "cross-encoder"
HIDDEN, HEADS, LAYERS, INNER, POSITIONS = 16, 2, 2, 32, 32
WORDS = (
    "[PAD] [UNK] [CLS] [SEP] the a of to in is file line read write open close lock key token query vector "
    "index point search find collection server retry backoff limit memory disk cache hash model text code "
    "how do i and not ? . , ( ) = ##s ##ed ##ing ##er ##ly un re e n r t o s"
).split()


def tokenizer_json():
    special = [
        dict(id=i, content=w, special=True, single_word=False, lstrip=False, rstrip=False, normalized=False)
        for i, w in enumerate(WORDS[:4])
    ]
    cls, sep = ({"SpecialToken": {"id": s, "type_id": 0}} for s in ("[CLS]", "[SEP]"))
    side = lambda name, type_id: {"Sequence": {"id": name, "type_id": type_id}}
    end = {"SpecialToken": {"id": "[SEP]", "type_id": 1}}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True,
                       "strip_accents": None, "lowercase": True},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {
            "type": "TemplateProcessing", "single": [cls, side("A", 0), sep],
            "pair": [cls, side("A", 0), sep, side("B", 1), end],
            "special_tokens": {s: {"id": s, "ids": [WORDS.index(s)], "tokens": [s]} for s in ("[CLS]", "[SEP]")},
        },
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {w: i for i, w in enumerate(WORDS)}},
    }


def weights():
    rng = np.random.default_rng(20261122)
    draw = lambda *shape: rng.normal(0, 0.5, shape).astype(np.float32)
    w = {"words": draw(len(WORDS), HIDDEN), "positions": draw(POSITIONS, HIDDEN), "types": draw(2, HIDDEN)}
    for name in ["embeddings", *(f"{i}.{part}" for i in range(LAYERS) for part in ("attention", "output"))]:
        w[f"{name}.scale"], w[f"{name}.shift"] = 1 + draw(HIDDEN) / 5, draw(HIDDEN) / 5
    for i in range(LAYERS):
        for part, shape in dict(q=(HIDDEN, HIDDEN), k=(HIDDEN, HIDDEN), v=(HIDDEN, HIDDEN), o=(HIDDEN, HIDDEN),
                                up=(HIDDEN, INNER), down=(INNER, HIDDEN)).items():
            w[f"{i}.{part}"], w[f"{i}.{part}.bias"] = draw(*shape), draw(shape[1]) / 5
    for name, size in dict(pooler=HIDDEN, one=1, two=2).items():
        w[name], w[f"{name}.bias"] = draw(HIDDEN, size), draw(size)
    return w


def forward(w, ids, types, head):
    """Logits of one sequence, in float64, without the graph."""
    f = {k: v.astype(np.float64) for k, v in w.items()}

    def normed(x, name):
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * f[f"{name}.scale"] + f[f"{name}.shift"]

    dense = lambda x, name: x @ f[name] + f[f"{name}.bias"]
    gelu = lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
    x = f["words"][ids] + f["positions"][: len(ids)] + f["types"][types]
    x = normed(x, "embeddings")
    for i in range(LAYERS):
        split = lambda y: y.reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
        q, k, v = (split(dense(x, f"{i}.{part}")) for part in "qkv")
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(HIDDEN / HEADS)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        mixed = (shares @ v).transpose(1, 0, 2).reshape(len(ids), HIDDEN)
        x = normed(x + dense(mixed, f"{i}.o"), f"{i}.attention")
        x = normed(x + dense(gelu(dense(x, f"{i}.up")), f"{i}.down"), f"{i}.output")
    return dense(np.tanh(dense(x[0], "pooler")), head)


def graph(w, head, with_types):
    nodes, inits = [], {}

    def const(array):
        name = f"c{len(inits)}"
        inits[name] = np.asarray(array)
        return name

    def op(kind, *inputs, **attributes):
        name = f"n{len(nodes)}"
        nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    ints = lambda *values: const(np.array(values, np.int64))
    number = lambda value: const(np.array(value, np.float32))
    dense = lambda x, name: op("Add", op("MatMul", x, const(w[name])), const(w[f"{name}.bias"]))
    normed = lambda x, name: op("LayerNormalization", x, const(w[f"{name}.scale"]), const(w[f"{name}.shift"]),
                                axis=-1, epsilon=1e-12)
    shape = op("Shape", "input_ids")
    length = op("Gather", shape, ints(1), axis=0)
    positions = op("Slice", const(w["positions"]), ints(0), length, ints(0))
    x = op("Add", op("Gather", const(w["words"]), "input_ids"), positions)
    x = op("Add", x, op("Gather", const(w["types"]), "token_type_ids") if with_types else const(w["types"][0]))
    x = normed(x, "embeddings")
    mask = op("Unsqueeze", op("Cast", "attention_mask", to=TensorProto.FLOAT), ints(1, 2))
    mask = op("Mul", op("Sub", number(1), mask), number(-1e9))
    heads = ints(0, 0, HEADS, HIDDEN // HEADS)
    for i in range(LAYERS):
        q, k, v = (op("Transpose", op("Reshape", dense(x, f"{i}.{part}"), heads), perm=[0, 2, 1, 3]) for part in "qkv")
        scores = op("Div", op("MatMul", q, op("Transpose", k, perm=[0, 1, 3, 2])), number(math.sqrt(HIDDEN / HEADS)))
        mixed = op("MatMul", op("Softmax", op("Add", scores, mask), axis=-1), v)
        mixed = op("Reshape", op("Transpose", mixed, perm=[0, 2, 1, 3]), ints(0, 0, HIDDEN))
        x = normed(op("Add", x, dense(mixed, f"{i}.o")), f"{i}.attention")
        up = dense(x, f"{i}.up")
        half = op("Mul", op("Mul", up, number(0.5)), op("Add", op("Erf", op("Div", up, number(math.sqrt(2)))), number(1)))
        x = normed(op("Add", x, dense(half, f"{i}.down")), f"{i}.output")
    first = op("Gather", x, const(np.array(0, np.int64)), axis=1)
    logits = dense(op("Tanh", dense(first, "pooler")), head)
    nodes.append(helper.make_node("Identity", [logits], ["logits"]))
    names = ["input_ids", "attention_mask", *(["token_type_ids"] if with_types else [])]
    value = lambda name, kind, dims: helper.make_tensor_value_info(name, kind, dims)
    made = helper.make_graph(
        nodes, "cross-encoder", [value(n, TensorProto.INT64, ["batch", "sequence"]) for n in names],
        [value("logits", TensorProto.FLOAT, ["batch", w[head].shape[1]])],
        [numpy_helper.from_array(a, n) for n, a in inits.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], producer_name="qdx fixture")
    model.ir_version = 8
    onnx.checker.check_model(model)
    return model.SerializeToString()


PAIRS = [
    ("how do i read a file ?", "open the file and read the lines"),
    ("how do i read a file ?", "the server retries to find the collection"),
    ("how do i read a file ?", "read"),
    ("retry with backoff", "search is limited by memory"),
    ("retry with backoff", "the retry limit is reached, and the server is closed ; disk memory cache hash model text code "
     "index points in collections and find vectors near the query vector ; close the file, write the lock key to disk"),
    ("find the vector index of a collection", "index(points) = hashing of keys . " * 6),
    ("unknown words zebra quartz", "tokens Ünïcode and CASED Words"),
    ("the lock key " * 12, "a query longer than half of what the model reads leaves room for the text"),
]


def windows(query, text, room):
    """As few windows as cover the text, spread evenly; of a long query no more than half of the room."""
    query = query[: room // 2]
    width = room - len(query)
    count = max(1, math.ceil(len(text) / width))
    starts = [0 if count == 1 else math.floor(i * (len(text) - width) / (count - 1) + 0.5) for i in range(count)]
    return [(query, text[s : s + width]) for s in starts]


def main():
    (OUT / "onnx").mkdir(parents=True, exist_ok=True)
    w = weights()
    files = {"model": ("one", True), "two-labels": ("two", False)}
    for name, (head, with_types) in files.items():
        (OUT / "onnx" / f"{name}.onnx").write_bytes(graph(w, head, with_types))
    (OUT / "tokenizer.json").write_text(json.dumps(tokenizer_json()) + "\n")
    tokenizer = Tokenizer.from_file(str(OUT / "tokenizer.json"))
    sessions = {n: onnxruntime.InferenceSession(str(OUT / "onnx" / f"{n}.onnx")) for n in files}
    lines = []
    for query, text in PAIRS:
        sides = [tokenizer.encode(side, add_special_tokens=False).ids for side in (query, text)]
        cls, sep = WORDS.index("[CLS]"), WORDS.index("[SEP]")
        made = []
        for q, t in windows(*sides, POSITIONS - 3):
            ids, types = [cls, *q, sep, *t, sep], [0] * (len(q) + 2) + [1] * (len(t) + 1)
            one = forward(w, np.array(ids), np.array(types), "one")[0]
            no, yes = forward(w, np.array(ids), np.zeros(len(ids), int), "two")
            feeds = {"input_ids": [ids], "attention_mask": [[1] * len(ids)], "token_type_ids": [types]}
            for name, expected in (("model", [one]), ("two-labels", [no, yes])):
                session = sessions[name]
                given = {i.name: np.array(feeds[i.name], np.int64) for i in session.get_inputs()}
                assert np.allclose(session.run(None, given)[0][0], expected, atol=1e-5), (name, query)
            made.append(dict(ids=ids, types=types, logit=one, logitOfTwo=yes - no))
        if len(made) == 1:
            whole = tokenizer.encode(query, text)
            if len(sides[0]) <= (POSITIONS - 3) // 2:
                assert (whole.ids, whole.type_ids) == (made[0]["ids"], made[0]["types"]), query
        best = {key: max(m[key] for m in made) for key in ("logit", "logitOfTwo")}
        lines.append(json.dumps({"query": query, "text": text, **best, "windows": made}))
    (OUT / "pairs.jsonl").write_text("\n".join(lines) + "\n")


main()
