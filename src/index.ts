/**
 * The library: core verbs, their types, and the error class.
 */
export { exitCodes, isQdxError, QdxError, type ErrorKind, type Outcome } from './lib/errors.ts';
