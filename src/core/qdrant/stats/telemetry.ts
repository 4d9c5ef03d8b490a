/**
 * Sizes as the server reports them (`GET /telemetry`). Before 1.18 it knows no memory of one collection, and its
 * `ram_usage_bytes` and `disk_usage_bytes` are always 0: what is left are logical sizes of vectors and payloads, and the
 * memory of the whole process.
 */
import type { Connection } from '../connection/connection.ts';
import { isQdxError } from '../../../lib/errors.ts';

export interface ReportedSizes {
  readonly vectorBytes: number;
  readonly payloadBytes: number;
}

export interface ServerTelemetry {
  /** Resident memory that the server's allocator holds, all collections together; null where it does not say. */
  readonly residentBytes: number | null;
  readonly cores: number | null;
  readonly ramBytes: number | null;
  readonly diskBytes: number | null;
  /** By physical name; of the shards of the peer that was asked. */
  readonly collections: Readonly<Record<string, ReportedSizes>>;
}

interface RawTelemetry {
  readonly app?: {
    readonly system?: { readonly cores?: number; readonly ram_size?: number; readonly disk_size?: number };
  };
  readonly memory?: { readonly resident_bytes?: number };
  readonly collections?: {
    readonly collections?: readonly {
      readonly id: string;
      readonly shards?: readonly {
        readonly local?: { readonly vectors_size_bytes?: number; readonly payloads_size_bytes?: number } | null;
      }[];
    }[];
  };
}

/** Nothing but nulls where the key may not read it. */
export async function readTelemetry(connection: Connection, signal?: AbortSignal): Promise<ServerTelemetry> {
  const raw = await readRaw(connection, signal);
  const system = raw.app?.system;
  return {
    residentBytes: raw.memory?.resident_bytes ?? null,
    cores: system?.cores ?? null,
    // Both in kilobytes.
    ramBytes: system?.ram_size === undefined ? null : system.ram_size * 1024,
    diskBytes: system?.disk_size === undefined ? null : system.disk_size * 1024,
    collections: Object.fromEntries(
      (raw.collections?.collections ?? []).map(({ id, shards }) => [
        id,
        {
          vectorBytes: sum((shards ?? []).map(({ local }) => local?.vectors_size_bytes)),
          payloadBytes: sum((shards ?? []).map(({ local }) => local?.payloads_size_bytes)),
        },
      ]),
    ),
  };
}

async function readRaw(connection: Connection, signal?: AbortSignal): Promise<RawTelemetry> {
  try {
    const query = { details_level: 4 };
    return await connection.request<RawTelemetry>('GET', '/telemetry', { query, ...(signal && { signal }) });
  } catch (error) {
    if (isQdxError(error) && error.kind === 'denied') return {};
    throw error;
  }
}

const sum = (values: readonly (number | undefined)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0);
