import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'

test.skipIf(process.platform === 'win32')('a process whose parent is killed stops by SIGTERM', async () => {
  const module = new URL('./parent.mjs', import.meta.url).href
  const code = `
    import { stopWithParent } from '${module}'
    process.on('SIGTERM', () => { console.log('stopped'); process.exit() })
    stopWithParent()
    setInterval(() => {}, 1000)
    console.log('ready')`
  // The shell stays in between, as it does under npm, because it has something left to do.
  const shell = spawn('sh', ['-c', '"$0" --input-type=module -e "$1"; true', process.execPath, code])
  let output = ''
  shell.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    if (text.includes('ready')) shell.kill('SIGKILL')
  })
  await once(shell, 'close')
  expect(output).toBe('ready\nstopped\n')
})
