/**
 * A point of the source that cannot be one of the target. Before the switch it ends the transfer; of a late write it is left
 * out and counted, since names lead to the target by then.
 */
import { QdxError } from '../../../lib/errors.ts';

export class NotMadeError extends QdxError {}
