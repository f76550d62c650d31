#!/usr/bin/env node
// Each running query of the column store holds a thread of libuv's pool; four would starve fsync. The pool takes
// its size when first used, which the loader of ECMAScript modules does: hence this CommonJS entry.
process.env.UV_THREADPOOL_SIZE ??= '16'

import('../dist/src/cli.js').then(async ({ runCli }) => {
  const { stdin, stdout, stderr } = process
  process.exitCode = await runCli(process.argv.slice(2), { stdin, stdout, stderr })
})
