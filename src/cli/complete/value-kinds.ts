/**
 * What can be offered for the value of an option or for an argument: told by its setting, else by what the help calls it.
 */
import type { Argument, Option } from 'commander';
import { SettingOption } from '../../commands/setting-options.ts';

/** Several where either will do. */
export type ValueKind = 'collection' | 'model' | 'reranker' | 'files' | 'folders';

const kindsOfSetting: Readonly<Record<string, readonly ValueKind[]>> = {
  'embed.model': ['model', 'folders'],
  'search.crossModel': ['reranker'],
};

/** By long flag, where the help's word for the value says too little. */
const kindsOfFlag: Readonly<Record<string, readonly ValueKind[]>> = {
  '--collection': ['collection'],
  '--confirm': ['collection'],
  '--queries': ['files'],
};

/** By the word in the angle brackets of the help. */
const kindsOfWord: Readonly<Record<string, readonly ValueKind[]>> = {
  collection: ['collection'],
  alias: ['collection'],
  source: ['collection'],
  target: ['collection'],
  model: ['model', 'folders'],
  file: ['files'],
  path: ['files'],
  paths: ['files'],
  folder: ['folders'],
  backup: ['folders'],
  what: ['collection', 'folders'],
  other: ['collection', 'files'],
};

export const kindsOfOption = (option: Option): readonly ValueKind[] =>
  (option instanceof SettingOption ? kindsOfSetting[option.settingPath] : undefined) ??
  kindsOfFlag[option.long ?? ''] ??
  kindsOfWord[valueWord(option.flags)] ??
  [];

/** `[name...]` of `qdx gc` is a collection; the value `<name>` of an option may be anything. */
export const kindsOfArgument = (argument: Argument): readonly ValueKind[] =>
  argument.name() === 'name' ? ['collection'] : (kindsOfWord[argument.name()] ?? []);

const valueWord = (flags: string): string => /[<[]([^>\].]+)/.exec(flags)?.[1] ?? '';
