/**
 * What the tables of settings hold for each setting.
 */
export interface SettingRow {
  /** Long flag without dashes; absent: the setting has no flag. */
  readonly flag?: string;
  readonly short?: string;
  /** What the help shows for its value: `<n>`. Switches have none. */
  readonly value?: string;
  /** How text from a flag or variable is read. */
  readonly type: 'text' | 'number' | 'numberOrAuto' | 'switch' | 'list';
  /** qdx's own variable first, then the names that users already have. */
  readonly env: readonly string[];
  readonly description: string;
  /** Shows `--no-flag` in the help, with this text, instead of the flag: for switches that are on by default. */
  readonly off?: string;
  /** What happens while it is not set, for settings without a default. */
  readonly absent?: string;
  /** Never shown. */
  readonly secret?: true;
  /** Only from flags, the environment and the user's own file: a project file that came with a clone must not set it. */
  readonly userOnly?: true;
  /** A path: relative ones count from the file that sets it, or from the working folder. */
  readonly isPath?: true;
}
