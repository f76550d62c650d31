import fc from 'fast-check'

/** What can happen to a dataset: a load of these values, a rollback, a purge of old versions, a restart. */
type Step =
  | { do: 'load'; rows: number[] }
  | { do: 'rollback'; to: number }
  | { do: 'prune' }
  | { do: 'restart' }

export const versionStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('load' as const),
      rows: fc.array(fc.nat(9), { maxLength: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('rollback' as const), to: fc.integer({ min: 1, max: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)
