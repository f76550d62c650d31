/** What a query may be at most: enough for any portal, too little for a bomb. */
export const limits = {
  /** Characters of one clause; geometries and long lists are what fills it. */
  clauseLength: 1_048_576,
  /** Characters of one text literal. */
  textLength: 32_768,
  depth: 64,
  nodes: 2_000,
  listValues: 10_000,
  groupKeys: 8,
  geometryVertices: 10_000,
  selectItems: 1_000,
  facets: 50,
  facetValues: 1_000,
  /** Words of one full-text search. */
  searchWords: 32,
} as const
