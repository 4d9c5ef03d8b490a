/**
 * The tools of a server, in the order in which clients see them.
 */
import type { Tool } from './tool.ts';
import { get } from './tools/get.ts';
import { listCollections } from './tools/list-collections.ts';
import { search } from './tools/search.ts';
import { stats } from './tools/stats.ts';
import { store } from './tools/store.ts';

const all: readonly Tool[] = [search, get, listCollections, stats, store];

export const toolsOf = ({ allowWrite }: { readonly allowWrite: boolean }): readonly Tool[] =>
  all.filter(({ writes }) => allowWrite || !writes);
