/**
 * Makes text from payloads, paths and servers inert on a terminal.
 */

// C0 but tab and newline, DEL, C1, bidi controls and marks; escape sequences lose their ESC and so stay visible as text.
// eslint-disable-next-line no-control-regex -- control characters are what this removes
const acting = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

export const sanitizeForTerminal = (text: string): string => text.replaceAll(acting, '');

/** JSON escapes C0 itself; these act on some terminal or reorder its line, and are legal in JSON as they stand. */
// eslint-disable-next-line no-control-regex -- control characters are what this escapes
const actingInJson = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/** Writes acting characters of ready JSON text as \uXXXX: the same document, inert on a terminal. */
export const escapeActingInJson = (json: string): string =>
  json.replaceAll(actingInJson, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

// eslint-disable-next-line no-control-regex -- control characters are what this escapes
const control = /[\u0000-\u001F\u007F-\u009F\u2028\u2029]/g;

/** One line of text that acts on nothing and is never two: for names and titles, also into a pipe. */
export const escapeControl = (text: string): string =>
  text.replaceAll(control, (character) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return short ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
