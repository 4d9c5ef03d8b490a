/**
 * The failure of one text: native code ends on it, in a fresh process too, or an endpoint has no vector for it. Whoever has more
 * texts leaves this one out.
 */
import { QdxError } from '../../lib/errors.ts';

export class TextCrashError extends QdxError {
  constructor(message: string) {
    super('failed', message, { hint: 'leave the text out, or cut it smaller (--chunk-tokens)' });
  }
}
