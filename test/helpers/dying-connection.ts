/**
 * A connection that falls silent at a named step: from then on nothing of the run reaches the server any more, and nothing
 * comes back. That is what a process that is killed there is to the server, at a fraction of the cost of one.
 */
import type { Connection } from '../../src/core/qdrant/connection/connection.ts';
import type { QdxEvent, RunOptions } from '../../src/lib/events.ts';

/** Ends with `work`, or at the step: `late.point-carried`, or `late.point-carried#3` for its third time. */
export async function untilStep<T>(
  connection: Connection,
  step: string,
  work: (connection: Connection, run: RunOptions) => Promise<T>,
): Promise<'died' | T> {
  const [name, count = '1'] = step.split('#');
  let left = Number(count);
  let isDead = false;
  let die = (): void => {};
  const death = new Promise<'died'>((resolve) => {
    die = () => {
      isDead = true;
      resolve('died');
    };
  });
  const never = new Promise<never>(() => {});
  const silent: Connection = {
    ...connection,
    request: async (method, path, options) => {
      const answer = isDead ? await never : await connection.request(method, path, options);
      return (isDead ? await never : answer) as never;
    },
    requestRaw: async (...request) => (isDead ? never : connection.requestRaw(...request)),
  };
  const onEvent = (event: QdxEvent): void => {
    if (event.type === 'step' && event.name === name && --left === 0) die();
  };
  return Promise.race([death, work(silent, { onEvent })]);
}
