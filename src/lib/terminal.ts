/**
 * Makes text from payloads, paths and servers inert on a terminal.
 */

// C0 but tab and newline, DEL, C1, bidi controls; escape sequences lose their ESC and so stay visible as text.
// eslint-disable-next-line no-control-regex -- control characters are what this removes
const acting = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

export const sanitizeForTerminal = (text: string): string => text.replaceAll(acting, '');
