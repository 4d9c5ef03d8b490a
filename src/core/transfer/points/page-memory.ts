/**
 * Memory that pages are read into, taken again and again by scans that are done with a page before they ask for the next one.
 * New memory for each page of some megabytes costs a third of the time that a scan takes of the processor.
 */

/** Gives memory of at least so many bytes: the same as before, where it is large enough. */
export type PageMemory = (sizeBytes: number) => Buffer;

export interface PagePool {
  /** For one scan; given back when it ends. */
  take(): PageMemory;
  give(memory: PageMemory): void;
}

export function createPagePool(): PagePool {
  const idle: PageMemory[] = [];
  return {
    take: () => idle.pop() ?? createPageMemory(),
    give: (memory) => idle.push(memory),
  };
}

/** Pages differ in size by a little. */
const roomToGrow = 1.25;

function createPageMemory(): PageMemory {
  let memory = Buffer.alloc(0);
  return (sizeBytes) => {
    if (memory.length < sizeBytes) memory = Buffer.allocUnsafeSlow(Math.ceil(sizeBytes * roomToGrow));
    return memory;
  };
}
