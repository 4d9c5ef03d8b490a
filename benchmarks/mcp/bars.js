/** What `qdx mcp` must reach. */
export const bars = {
  /** Milliseconds from the client's call to its answer, without a reranking model. */
  p95Ms: 50,
};
