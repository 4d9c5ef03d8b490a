/**
 * The library: core verbs, their types, and the error class. Verbs take parameters, an AbortSignal and an event listener,
 * and return plain results; they never print, read the environment or exit.
 */
export { resolveSettings, type ResolvedSettings, type ResolveInput } from './core/config/resolve.ts';
export type { CollectionSettings, Settings } from './core/config/schema.ts';
export type { Chunk, ChunkingSettings, ChunkPayload } from './core/corpus/chunk.ts';
export { type CorpusReading, readCorpus, type ReadCorpusParams } from './core/corpus/read-corpus.ts';
export type { ModelCard, VectorSpace } from './core/models/cards/card.ts';
export type { EncodedText, EncodeOptions, Encoder } from './core/models/encoder.ts';
export { findLocalModel, findModel, type FindModelOptions } from './core/models/find-model.ts';
export type { EncoderModel, FoundModel } from './core/models/found-model.ts';
export { type EncoderOptions, openEncoder } from './core/models/open-encoder.ts';
export { openTokenizer } from './core/models/open-tokenizer.ts';
export { verifyModel } from './core/verify-model/verify-model.ts';
export { type AdoptInput, adoptCollection, type AdoptSummary } from './core/qdrant/adopt.ts';
export type { CollectionCard } from './core/qdrant/collection/collection-card.ts';
export { connect, type ConnectInput } from './core/qdrant/connection/connect.ts';
export type { Connection, ConnectionOptions } from './core/qdrant/connection/connection.ts';
export { closeAll, openConnection } from './core/qdrant/connection/registry.ts';
export { readStats, type Stats, type StatsInput } from './core/qdrant/stats.ts';
export { uploadFiles, type UploadFilesInput, type UploadFilesSummary } from './core/qdrant/upload-files.ts';
export type { Hit } from './core/retrieval/hits/hit.ts';
export type { SearchParams } from './core/retrieval/params.ts';
export type { SearchPlaces } from './core/retrieval/places.ts';
export type { SearchResponse } from './core/retrieval/response.ts';
export { createSearcher, type Searcher } from './core/retrieval/search.ts';
export { type BackupParams, type BackupSummary, backUp } from './core/transfer/backup.ts';
export { overwriteCollection, type OverwriteResult, type OverwriteSummary } from './core/transfer/overwrite.ts';
export type { OverwriteParams } from './core/transfer/overwrite/params.ts';
export { rollback, type RollbackParams, type RollbackSummary } from './core/transfer/rollback.ts';
export { restore, type RestoreParams, type RestoreSummary } from './core/transfer/restore.ts';
export { type EmbedParams, type EmbedSummary, embedCorpus } from './core/embed/embed.ts';
export type { VectorRecord, VectorsFileFooter, VectorsFileHeader } from './core/vectors/record.ts';
export { writeVectorsFile } from './core/vectors/write-file.ts';
export { type ErrorKind, exitCodes, isQdxError, type Outcome, QdxError } from './lib/errors.ts';
export type { OnEvent, QdxEvent, RunOptions } from './lib/events.ts';
