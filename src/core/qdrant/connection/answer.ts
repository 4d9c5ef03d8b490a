/**
 * Reads an answer of the server: its `result`, or a FailedRequest for everything that is none.
 */
import type { HttpAnswer } from '../../../lib/http.ts';
import { parseJson } from '../../../lib/json.ts';
import { errorText, FailedRequest, statusFailure } from './failure.ts';

export interface ServerAnswer {
  /** True for 202: the work goes on. */
  readonly accepted: boolean;
  /** The whole document. */
  readonly document: unknown;
}

/** @throws FailedRequest for other statuses, for what is no JSON (a proxy's page), and for a 200 that says error. */
export function readAnswer(answer: HttpAnswer): ServerAnswer {
  const contentType = answer.headers['content-type'] ?? 'no content type';
  const fail = (text: string) =>
    new FailedRequest(statusFailure(answer.status, text, contentType, answer.headers['retry-after']));
  const isJson = /[/+]json\b/.test(contentType);
  const succeeded = answer.status === 200 || answer.status === 201 || answer.status === 202;
  if (!isJson) throw fail(answer.body.toString('utf8', 0, 2_000));
  let document: unknown;
  try {
    document = parseJson(answer.body);
  } catch {
    throw fail('the answer is not complete JSON');
  }
  if (!succeeded || errorText(document) !== '') throw fail(errorText(document) || JSON.stringify(document));
  return { accepted: answer.status === 202, document };
}

/**
 * Hands the bytes of a successful answer to `read`, unparsed; a SyntaxError of it means that the answer is not what it
 * should be. @throws FailedRequest, as readAnswer does.
 */
export function readRawAnswer<T>(answer: HttpAnswer, read: (body: Buffer) => T): T {
  if (answer.status === 200 && /[/+]json\b/.test(answer.headers['content-type'] ?? '')) {
    try {
      return read(answer.body);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  readAnswer(answer);
  throw new FailedRequest(
    statusFailure(answer.status, 'the answer has another shape than expected', 'application/json'),
  );
}

/** For a download that was answered with something else. */
export function noDownload(answer: HttpAnswer): unknown {
  try {
    readAnswer(answer);
  } catch (error) {
    return error;
  }
  const text = 'the answer is no file, or not the rest of one';
  return new FailedRequest(statusFailure(answer.status, text, answer.headers['content-type'] ?? 'no content type'));
}

export const resultOf = (document: unknown): unknown => (document as { result?: unknown } | null)?.result;
