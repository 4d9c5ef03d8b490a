/**
 * Every command: its line in `qdx --help` and where its module is. Modules load on use, so that help stays fast.
 * The order is the order of the help.
 */
import type { CommandEntry } from './command.ts';

export const commands: Readonly<Record<string, CommandEntry>> = {
  upload: {
    summary: 'Vectors files, or plain lines, into a collection',
    load: async () => (await import('./upload.ts')).upload,
  },
  stats: {
    summary: 'Points, vectors, memory, settings and warnings of collections',
    load: async () => (await import('./stats.ts')).stats,
  },
  collections: {
    summary: 'List, rename and delete collections; adopt those that qdx did not make',
    load: async () => (await import('./collections/list.ts')).collectionsList,
    members: {
      adopt: {
        summary: 'Write the card of a collection that qdx did not make',
        load: async () => (await import('./collections/adopt.ts')).collectionsAdopt,
      },
      rename: {
        summary: 'Another public name; nothing is embedded again',
        load: async () => (await import('./collections/rename.ts')).collectionsRename,
      },
      delete: {
        summary: 'A collection for good; its name is typed once more',
        load: async () => (await import('./collections/delete.ts')).collectionsDelete,
      },
    },
  },
  alias: {
    summary: 'Which name leads to which collection; set and remove names',
    load: async () => (await import('./alias/list.ts')).aliasList,
    members: {
      set: {
        summary: 'Lead a name to a collection, in one step',
        load: async () => (await import('./alias/set.ts')).aliasSet,
      },
      remove: {
        summary: 'Take a name away; its collection stays',
        load: async () => (await import('./alias/remove.ts')).aliasRemove,
      },
    },
  },
  rollback: {
    summary: 'Lead a name back to the version before, compared first',
    load: async () => (await import('./rollback.ts')).rollback,
  },
  gc: {
    summary: 'What runs left behind, and versions that were replaced; deletes by name',
    load: async () => (await import('./gc.ts')).gc,
  },
  embed: {
    summary: 'Embed folders of documents or code into a collection or a file',
    load: async () => (await import('./embed.ts')).embed,
  },
  watch: {
    summary: 'Keep a collection up to date with its files until Ctrl-C',
    load: async () => (await import('./watch.ts')).watch,
  },
  search: {
    summary: 'Find passages by meaning and by words',
    load: async () => (await import('./search.ts')).search,
  },
  rerank: {
    summary: 'Put candidates, as JSON lines, into a better order',
    load: async () => (await import('./rerank.ts')).rerank,
  },
  bench: {
    summary: 'Measure search on your own collections and queries; its verdicts stop a CI run',
    members: {
      search: {
        summary: 'Quality and latency of search, with gates',
        load: async () => (await import('./bench/search.ts')).benchSearch,
      },
      reranking: {
        summary: 'Whether reranking is worth its time here, against what is configured',
        load: async () => (await import('./bench/reranking.ts')).benchReranking,
      },
      quantization: {
        summary: 'How far the vectors of a collection can be compressed, on a copy of them',
        load: async () => (await import('./bench/tuning.ts')).benchQuantization,
      },
      hnsw: {
        summary: 'How many links and how wide a search the graph of a collection needs, on a copy',
        load: async () => (await import('./bench/tuning.ts')).benchHnsw,
      },
      migration: {
        summary: 'An old collection against a new one, the same queries',
        load: async () => (await import('./bench/migration.ts')).benchMigration,
      },
      parity: {
        summary: 'Two models or files: cosine, and whether they see the same neighbours',
        load: async () => (await import('./bench/parity.ts')).benchParity,
      },
      load: {
        summary: 'Users at once: latency, queries a second, sockets, CPU and memory',
        load: async () => (await import('./bench/load.ts')).benchLoad,
      },
      embed: {
        summary: 'How fast this machine encodes texts; time and money against an endpoint',
        load: async () => (await import('./bench/embed.ts')).benchEmbed,
      },
      upload: {
        summary: 'How fast points get into this server',
        load: async () => (await import('./bench/upload.ts')).benchUpload,
      },
      judge: {
        summary: 'Write a file of passages to be judged by hand',
        load: async () => (await import('./bench/judge.ts')).benchJudge,
      },
    },
  },
  mcp: {
    summary: 'Serve search to agents, over the Model Context Protocol',
    load: async () => (await import('./mcp.ts')).mcp,
    members: {
      config: {
        summary: 'What to write into the settings of an agent or editor',
        load: async () => (await import('./mcp/config.ts')).mcpConfig,
      },
    },
  },
  backup: {
    summary: 'Collections into a folder that travels, point by point, with hashes',
    load: async () => (await import('./backup.ts')).backup,
  },
  restore: {
    summary: 'A backup into staging collections, proven, then switched in',
    load: async () => (await import('./restore.ts')).restore,
  },
  migrate: {
    summary: 'A collection to another name, layout or server, proven, then switched in',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  verify: {
    summary: 'Is a backup what was written; is a collection equal to a backup or another',
    load: async () => (await import('./verify.ts')).verify,
  },
  config: {
    summary: 'Show, check and write settings',
    members: {
      show: {
        summary: 'Every setting with its value and origin',
        load: async () => (await import('./config/show.ts')).configShow,
      },
      schema: {
        summary: 'JSON Schema of settings files',
        load: async () => (await import('./config/schema.ts')).configSchema,
      },
      init: {
        summary: 'Write a first qdx.config.json here',
        load: async () => (await import('./config/init.ts')).configInit,
      },
    },
  },
  server: {
    summary: 'Start, stop and look at the local Qdrant',
    members: {
      start: {
        summary: 'Start the local Qdrant, or find it running',
        load: async () => (await import('./server/start.ts')).serverStart,
      },
      stop: {
        summary: 'Stop the local Qdrant; its data stays',
        load: async () => (await import('./server/stop.ts')).serverStop,
      },
      status: {
        summary: 'Whether it runs, where, and which binary it is',
        load: async () => (await import('./server/status.ts')).serverStatus,
      },
    },
  },
  models: {
    summary: 'Download, list and describe embedding models',
    members: {
      download: {
        summary: 'Get a model from the hub and lock its hashes',
        load: async () => (await import('./models/download.ts')).modelsDownload,
      },
      list: {
        summary: 'Models that are built in, downloaded, or known',
        load: async () => (await import('./models/list.ts')).modelsList,
      },
      card: {
        summary: 'All that decides what the vectors of a model mean',
        load: async () => (await import('./models/card.ts')).modelsCard,
      },
    },
  },
  'verify-model': {
    summary: 'Check that a model gives the vectors that its card promises',
    load: async () => (await import('./verify-model.ts')).verifyModel,
  },
  doctor: {
    summary: 'What is wrong with this installation, and what to do about it',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  completion: {
    summary: 'Teach a shell to complete commands, flags, files and names',
    load: async () => (await import('./completion.ts')).completion,
  },
};
