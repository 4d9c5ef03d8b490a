/**
 * The notebook: three programs that it writes down, and one line that runs them. It is the same for every run, to the byte:
 * what a run is lies in the dataset and is read there as JSON, so that nothing of a corpus can become code.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../lib/package-root.ts';

export const notebookFile = 'qdx-embed.ipynb';

/** In the order of what needs what. */
const programs = ['qdx_files.py', 'qdx_model.py', 'qdx_embed.py'] as const;

const introduction = `# Vectors for qdx

This notebook embeds the chunks of one attached dataset that \`qdx embed --on kaggle\` made, and writes the vectors file that
\`qdx upload\` reads. Accelerator: **GPU T4 x2**. Internet: **on** (packages, and the model where the dataset does not bring it).
Its text is the same for every run.`;

/** Lines of a child process reach the log of a notebook only where a cell prints them. */
const runCell = `import subprocess, sys

run = subprocess.Popen([sys.executable, "-u", "qdx_embed.py"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
for line in run.stdout:
    print(line, end="")
if run.wait() != 0:
    raise RuntimeError("qdx: nothing that is not whole was written; the lines above say why")
`;

/** JSON of a notebook, format 4.5. */
export async function createNotebook(): Promise<string> {
  const sources: [string, string][] = [];
  for (const name of programs)
    sources.push([name, await readFile(join(packageRoot, 'notebooks', 'kaggle', name), 'utf8')]);
  const cells = [
    { cell_type: 'markdown', id: 'about', metadata: {}, source: lines(introduction) },
    ...sources.map(([name, text]) => codeCell(name.replace(/\.py$/, ''), `%%writefile ${name}\n${text}`)),
    codeCell('run', runCell),
  ];
  const metadata = {
    kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
    language_info: { name: 'python' },
  };
  return `${JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1)}\n`;
}

const codeCell = (id: string, text: string) => ({
  cell_type: 'code',
  execution_count: null,
  id,
  metadata: {},
  outputs: [],
  source: lines(text),
});

/** As notebooks hold text: every line with its end. */
const lines = (text: string): string[] => text.split(/(?<=\n)/u);
