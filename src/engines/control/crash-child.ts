import { openControl } from './control.ts'
import { defineMigrations } from './migrations.ts'

type Tables = { entry: { id: string } }

/** Run by the crash test in a process of its own: commits one entry after the other and prints each, until it is killed. */
const control = await openControl({ file: process.argv[2], log: { warn() {} } })
await control.migrate([
  defineMigrations('crash', [
    { name: 'entry', up: (schema) => schema.table('entry', { id: { kind: 'text', primary: true } }) },
  ]),
])
for (let i = 0; ; i++) {
  const id = `${process.pid}-${i}`
  await control.transaction<Tables, unknown>((trx) => trx.insertInto('entry').values({ id }).execute())
  process.stdout.write(`${id}\n`)
  // Lets what was printed out before the next commit keeps the thread.
  await new Promise((resolve) => setImmediate(resolve))
}
