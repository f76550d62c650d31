import { describe, expect, test } from 'vitest'
import { postgresMissing, startPostgres } from '../../../tests/servers/postgres.ts'
import { freePort } from '../../../tests/servers/server.ts'
import { controlSuite } from './control.suite.ts'
import { openControl } from './control.ts'

const log = { warn() {} }

describe.skipIf(postgresMissing)(
  `control store on PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ''}`,
  () => {
    controlSuite(async () => {
      const server = await startPostgres()
      const url = await server.createDatabase('suite')
      return {
        open: () => openControl({ url, log }),
        crash: () => server.crashAndRestart(),
        stop: () => server.stop(),
        isShared: true,
      }
    })
  },
)

test('a PostgreSQL that does not answer is refused with one sentence that keeps the password', async () => {
  const port = await freePort()
  const attempt = openControl({ url: `postgres://someone:secret@127.0.0.1:${port}/x`, log })
  await expect(attempt).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`127.0.0.1:${port}/x`),
  })
  await expect(attempt).rejects.not.toThrow('secret')
})
