/** What a benchmark found. Every `*.bench.ts` exports `name` and `run(): Promise<BenchTable>`. */
export interface BenchTable {
  title: string
  columns: string[]
  /** Figures as numbers, in the unit their column names. */
  rows: (string | number)[][]
  /** What has to be known to read the figures: input, method, limits. */
  notes: string[]
}
