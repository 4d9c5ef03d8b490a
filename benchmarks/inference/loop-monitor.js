/**
 * Loaded into a process with --import: how late a timer of 5 ms fires in it. Written as JSON to the file named by
 * QDX_BENCH_LOOP when the process ends.
 */
import { writeFileSync } from 'node:fs';
import { watchLoop } from './watch-loop.js';

const stop = watchLoop();
process.on('exit', () => {
  if (process.env.QDX_BENCH_LOOP) writeFileSync(process.env.QDX_BENCH_LOOP, JSON.stringify(stop()));
});
