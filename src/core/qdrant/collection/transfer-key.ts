/**
 * Key in a collection's metadata under which a transfer notes that it made it (see src/core/transfer/journal/transfer-mark.ts): a
 * staging collection is nobody else's, even while it is empty.
 */
export const transferKey = 'qdx_transfer';
