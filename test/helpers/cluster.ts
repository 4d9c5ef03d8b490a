/**
 * A real Qdrant cluster on loopback: `count` peers, each with folder and ports of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './ports.ts';
import { type QdrantOptions, type RunningQdrant, startQdrant } from './qdrant.ts';

export interface RunningCluster {
  /** In the order they were started; the first one bootstrapped the others. */
  readonly peers: readonly RunningQdrant[];
  /** Of the first peer. */
  readonly url: string;
  /** SIGKILLs all peers. */
  stop(): Promise<void>;
}

/** Kill and restart single peers by `peers[i].kill()` and `.restart()`. */
export async function startCluster(count = 3, options: QdrantOptions = {}): Promise<RunningCluster> {
  const consensusPorts = await freePorts(count);
  const uri = (peer: number) => `http://127.0.0.1:${consensusPorts[peer]}`;
  const peers: RunningQdrant[] = [];
  for (const [peer, port] of consensusPorts.entries()) {
    const join = peer === 0 ? [] : ['--bootstrap', uri(0)];
    const config = { ...options.config, cluster: { enabled: true, p2p: { port }, ...options.config?.['cluster'] } };
    peers.push(await startQdrant({ ...options, config, args: [...join, '--uri', uri(peer)] }));
  }
  await waitForPeers(peers, count);
  return {
    peers,
    url: peers[0]!.url,
    stop: async () => {
      await Promise.all(peers.map(async (peer) => peer.kill()));
    },
  };
}

/** Until each of these peers knows `count` of them and a leader. */
export async function waitForPeers(peers: readonly RunningQdrant[], count: number): Promise<void> {
  for (let attempt = 0; attempt < 1200; attempt++) {
    const views = await Promise.all(peers.map(readCluster));
    if (views.every((view) => view && Object.keys(view.peers).length === count && view.raft_info.leader !== null))
      return;
    await sleep(50);
  }
  throw new Error(`the cluster did not come to ${count} peers in a minute`);
}

interface ClusterView {
  readonly peers: Record<string, unknown>;
  readonly raft_info: { readonly leader: number | null };
}

async function readCluster({ url, apiKey }: RunningQdrant): Promise<ClusterView | undefined> {
  try {
    const answer = await fetch(`${url}/cluster`, { headers: apiKey ? { 'api-key': apiKey } : {} });
    return ((await answer.json()) as { result: ClusterView }).result;
  } catch {
    return undefined;
  }
}
