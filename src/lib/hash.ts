/**
 * SHA-256 of text and bytes.
 */
import { hash } from 'node:crypto';

/** Lower-case hex; text is hashed as UTF-8. */
export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data);
