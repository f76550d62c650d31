import Type from 'typebox'
import { invalidInput } from '../../errors.ts'
import type { App } from '../../http/app.ts'
import type { RowPushes } from './row-pushes.ts'

const bodyBytes = 32 * 1024 * 1024

const Answer = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  rejects: Type.Array(
    Type.Object({
      row: Type.Integer({ description: 'Place in the body, from 1' }),
      field: Type.Union([Type.String(), Type.Null()]),
      rule: Type.String(),
      value: Type.String(),
    }),
    { description: 'The first 100' },
  ),
  receivedAt: Type.String({ description: '`at=` from this instant on shows the rows' }),
})

export function pushRoutes(app: App, pushes: RowPushes): void {
  app.register(async (rows: App) => {
    rows.removeAllContentTypeParsers()
    rows.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytes }, (_, body, done) =>
      done(null, body),
    )

    rows.post(
      '/api/v1/datasets/:id/rows',
      {
        bodyLimit: bodyBytes,
        config: { door: { account: 'steward', dataset: 'id' } },
        schema: {
          tags: ['streams'],
          summary: 'Append rows to a stream dataset',
          description:
            'The body is a JSON list of objects, or one object a line (NDJSON); at most 100,000 rows and 32 MB. Each row is checked against the fields and taken whole or not at all. With Idempotency-Key a push that is repeated within 7 days is answered and not done again.',
          params: Type.Object({ id: Type.String({ maxLength: 100 }) }),
          response: { 200: Answer },
        },
      },
      async (request, reply) => {
        if (!Buffer.isBuffer(request.body) || request.body.length === 0)
          throw invalidInput('The body is empty: send a JSON list of rows, or one row a line.')
        const key = request.headers['idempotency-key']
        const text = new TextDecoder().decode(request.body)
        const { answer, isRepeated } = await pushes.push(
          request.params.id,
          text,
          typeof key === 'string' ? key : undefined,
        )
        if (isRepeated) reply.header('idempotency-replayed', 'true')
        return answer
      },
    )
  })
}
