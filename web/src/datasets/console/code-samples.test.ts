import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { addressOf, codeSamples } from './code-samples.ts'

const parameters = [
  ['where', 'name = "L\'Étoile $HOME `x`" & a > 1'],
  ['where', 'b = 2'],
  ['limit', '20'],
] as const

const asked: string[][][] = []
const server = createServer((request, response) => {
  asked.push([...new URL(request.url ?? '/', 'http://x').searchParams])
  response.end('{"total_count":1,"results":[{"a":1}]}')
})
beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())
const sample = () => ({
  origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  path: '/records',
  parameters,
})

it('is an address that says the same', () => {
  expect([...new URL(addressOf(sample())).searchParams]).toEqual(parameters.map((pair) => [...pair]))
})

it('runs in JavaScript and asks what was meant', async () => {
  const run = new Function(
    'fetch',
    'console',
    `return (async () => { ${codeSamples.javascript(sample())} })()`,
  )
  const said: unknown[] = []
  await run(fetch, { log: (...values: unknown[]) => said.push(...values) })
  expect(said).toEqual([1, [{ a: 1 }]])
  expect(asked.at(-1)).toEqual(parameters.map((pair) => [...pair]))
})

it('is one command for the shell, whatever quotes are in it', () => {
  const text = codeSamples.curl(sample()).replace(/^curl/, 'printf "%s\\n"')
  const words = execFileSync('sh', ['-c', text], { encoding: 'utf8' }).trimEnd().split('\n')
  expect(words.filter((word) => word !== '--data-urlencode').slice(2)).toEqual(
    parameters.map(([name, value]) => `${name}=${value}`),
  )
})

it('keeps every parameter in Python and R', () => {
  for (const language of ['python', 'r'] as const)
    for (const [, value] of parameters)
      expect(codeSamples[language](sample())).toContain(JSON.stringify(value))
})
