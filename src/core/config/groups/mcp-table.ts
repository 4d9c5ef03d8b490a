/**
 * Rows of the settings of `qdx mcp`.
 */
import type { SettingRow } from './setting-row.ts';

export const mcpTable = {
  'mcp.port': {
    flag: 'port',
    value: '<n>',
    type: 'number',
    env: ['QDX_PORT'],
    description: 'Port of --http on the loopback; 0 is any that is free',
  },
  'mcp.token': {
    type: 'text',
    env: ['QDX_MCP_TOKEN'],
    description: 'Bearer token that clients of --http send',
    absent: "made once, kept in the user's data folder",
    secret: true,
    userOnly: true,
  },
  'mcp.callsPerMinute': {
    flag: 'calls-per-minute',
    value: '<n>',
    type: 'number',
    env: ['QDX_CALLS_PER_MINUTE'],
    description: 'Requests of --http that are answered; a sixth of them may come at once',
  },
  'mcp.maxResults': {
    flag: 'max-results',
    value: '<n>',
    type: 'number',
    env: ['QDX_MAX_RESULTS'],
    description: 'Most hits of one search, whatever limit a client asks for',
  },
  'mcp.contentChars': {
    flag: 'content-chars',
    value: '<n>',
    type: 'number',
    env: ['QDX_CONTENT_CHARS'],
    description: 'Longest text of one hit, in characters',
  },
} satisfies Record<string, SettingRow>;
