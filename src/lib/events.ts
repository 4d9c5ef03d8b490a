/**
 * What a running core verb says of itself. Core announces; the command line draws, or writes lines, or stays silent.
 */
export type QdxEvent =
  /** A stage begins: `reading`, `embedding`, `uploading`, ... */
  | { readonly type: 'phase'; readonly name: string; readonly detail?: string }
  /** `done` of `total` (absent while unknown) `unit`s of a stage; `tokens` is the running total, for tokens/s. */
  | {
      readonly type: 'progress';
      readonly stage: string;
      readonly done: number;
      readonly total?: number;
      readonly unit: string;
      readonly tokens?: number;
    }
  /** A moment between two durable writes, by name: what a crash at that place leaves is tested by name too. */
  | { readonly type: 'step'; readonly name: string }
  /** Something the user should know that does not stop the run. */
  | { readonly type: 'warning'; readonly message: string }
  /** Something worth a line unless `--quiet`. */
  | { readonly type: 'note'; readonly message: string }
  /** Shown with `--verbose` only: a request, a timing, a retry. */
  | { readonly type: 'trace'; readonly message: string };

export type OnEvent = (event: QdxEvent) => void;

/** What every long-running core verb takes besides its parameters. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onEvent?: OnEvent;
}
