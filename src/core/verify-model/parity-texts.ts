/**
 * Texts for comparing two files of one model: prose and code, short and long; English, as the built-in model is.
 * Written for qdx.
 */
export const parityTexts: readonly string[] = [
  'retry a failed request',
  'What does the vacuum threshold of a collection do?',
  'The index is built in the background once a segment holds more vectors than the indexing threshold; until then searches scan it.',
  'function clamp(value, low, high) {\n  return Math.min(high, Math.max(low, value));\n}',
  'SELECT name, count(*) FROM orders GROUP BY name HAVING count(*) > 3 ORDER BY 2 DESC;',
  'class Cache:\n    def __init__(self, size):\n        self.size = size\n        self.items = OrderedDict()\n\n    def get(self, key):\n        if key not in self.items:\n            return None\n        self.items.move_to_end(key)\n        return self.items[key]\n\n    def put(self, key, value):\n        self.items[key] = value\n        if len(self.items) > self.size:\n            self.items.popitem(last=False)',
  'Backups are taken every night. A backup holds a snapshot of each shard and a manifest that names them; it is complete only when the manifest is there, because the manifest is written last. To restore, stop writers, upload every snapshot to a fresh collection, compare the counts with the manifest, and switch the alias. Nothing is deleted from the old collection until the new one has answered a search. If any step fails, the alias still points to the old collection and the half-restored one can be dropped.',
  "fn parse_header(line: &str) -> Option<(&str, &str)> {\n    let (name, value) = line.split_once(':')?;\n    Some((name.trim(), value.trim()))\n}",
  'TLS is required between the client and the server when an API key is used, since the key would otherwise travel in the clear.',
  'Names such as Müller, García and Åström must be found with and without their accents.',
  'func (s *Server) Shutdown(ctx context.Context) error {\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tfor c := range s.conns {\n\t\tc.Close()\n\t}\n\treturn ctx.Err()\n}',
  'memory usage grows without bound while importing a large file',
  'To add a payload index, name the field and its type. Indexes make filters fast, cost memory, and are best created before the data is uploaded, since the graph is then built with the filter in mind.',
  'export interface Point {\n  readonly id: string;\n  readonly vector: Float32Array;\n  readonly payload?: Record<string, unknown>;\n}',
  'The quick brown fox jumps over the lazy dog.',
  '#!/bin/sh\nset -eu\nfor file in "$@"; do\n  gzip --keep "$file"\n  echo "$file: $(stat -c %s "$file.gz") bytes"\ndone',
  'How can I find out which process listens on a port?',
  'Quantization keeps one byte for each number of a vector instead of four. Recall drops by about one percent, which rescoring with the original vectors wins back; memory falls to a quarter.',
  'error: cannot borrow `items` as mutable because it is also borrowed as immutable',
  'const debounce = (run, waitMs) => {\n  let timer;\n  return (...args) => {\n    clearTimeout(timer);\n    timer = setTimeout(() => run(...args), waitMs);\n  };\n};',
  'A release is cut from the main branch on the first Monday of the month. The change notes since the last release are collected, the version is raised according to what they say, and the tag is signed.',
  'import numpy as np\n\ndef cosine(a, b):\n    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))',
  'Which settings does the scheduler read at start, and which can be changed while it runs?',
  'The parser reads one line at a time. A line that is longer than the limit is an error that names the line; an empty line is skipped; anything else must be a JSON object with an id and a text. Ids may be strings or whole numbers. Unknown fields are kept and passed on. At the end of the file the parser reports how many lines it read, how many it skipped and how many were wrong, and fails if any was wrong unless it was told to go on. The same file read twice gives the same result, whatever the size of the buffer, which a test shows by reading it byte by byte.',
];
