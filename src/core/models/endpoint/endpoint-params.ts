/**
 * What is known of a service that makes vectors over HTTP: where it is, how it is asked, what its vectors mean.
 */

/** Text that is about to leave this machine: see core/config/text-trust.ts. */
interface LeavingText {
  /** `https://api.example.com` */
  readonly destination: string;
  readonly what: string;
}

export interface EndpointParams {
  /** Absent: nothing can be asked. */
  readonly url?: string;
  readonly apiKey?: string;
  /** How it is asked; `auto`: by the path of the URL. */
  readonly api: 'auto' | 'openai' | 'tei';
  /** Of its vectors; absent: asked for once. */
  readonly dimension?: number;
  /** Longest text that it takes, in tokens. */
  readonly maxTokens: number;
  readonly normalize: boolean;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  /** A model on this machine whose tokenizer counts for it; absent: the one of its own name, if that is here. */
  readonly tokenizer?: string;
  /** Of one request. */
  readonly batchSize: number;
  readonly batchTokens: number;
  /** Requests on their way at once. */
  readonly parallel: number;
  /** Of one request, from its start to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** From the first attempt of a request to the start of its last one. */
  readonly retryDeadlineMs: number;
  /** Absent: as fast as it answers, and as its answers ask for. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** Price of a million tokens; absent: nothing is billed. */
  readonly costPerMtok?: number;
  /** In the currency of the price: no request that could exceed it is sent. */
  readonly maxCost?: number;
  /** A key may go over plain http. */
  readonly insecure: boolean;
  /**
   * Asked before the first text goes to another machine.
   * @throws QdxError `refused`. Absent: nothing may go there.
   */
  readonly assertMayTravel?: (leaving: LeavingText) => Promise<void>;
  /** Ends the question for its dimension. */
  readonly signal?: AbortSignal;
}
