/** The official migration tool: found, or built as its users would. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const toolVersion = 'v0.6.5';

/** Path of the program. @throws with the reason where it cannot be had. */
export async function findOfficialTool(folder) {
  if (process.env.MIGRATION_BIN) {
    if (!existsSync(process.env.MIGRATION_BIN))
      throw new Error(`there is no ${process.env.MIGRATION_BIN} (MIGRATION_BIN)`);
    return process.env.MIGRATION_BIN;
  }
  const env = { ...process.env, GOBIN: folder };
  await run('go', ['install', `github.com/qdrant/migration@${toolVersion}`], { env, timeout: 900_000 }).catch(
    (error) => {
      const reason = error.code === 'ENOENT' ? 'there is no go' : (error.stderr || error.message).trim();
      throw new Error(`the official tool cannot be built: ${reason}`);
    },
  );
  return join(folder, 'migration');
}

/** Its defaults. */
export async function runOfficialTool(bin, from, to, name) {
  const source = ['--source.url', from.grpcUrl, '--source.collection', name];
  const target = ['--target.url', to.grpcUrl, '--target.collection', name];
  await run(bin, ['qdrant', ...source, ...target], { timeout: 600_000, maxBuffer: 64 * 2 ** 20 });
}
