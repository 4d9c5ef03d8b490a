/**
 * Where the HTTP server is, behind its host and port.
 */
export const mcpPath = '/mcp';
