import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { literalsOf } from '../datasets/said/literals.suite.ts'
import { inFrench } from '../datasets/said/say.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Descriptions of the API, the command line, what stops a start, and SQL: no page says them. */
const unspoken = /(\.test|\.suite|routes|command|schema|tables|public-exposure|providers|logout-token)\.ts$/
const files = ['src/accounts', 'src/organisations', 'src/mail'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !unspoken.test(name))
    .map((name) => `${folder}/${name}`),
)
const isSentence = (text: string) =>
  /^[A-Z“{].*[a-z”}/0-9].*\.$/s.test(text.trim()) && /[a-z]+ [a-z“{]/i.test(text) && !text.includes('\n')
/** What a programmer reads when the product itself is wrong. */
const isForProgrammers = (line: string) => /new Error\(/.test(line)

it.each(files)('every sentence of %s has French words', (path) => {
  const source = readFileSync(join(root, path), 'utf8')
  const told = literalsOf(
    source
      .split('\n')
      .filter((line) => !isForProgrammers(line))
      .join('\n'),
  )
  expect(told.filter(isSentence).filter((text) => inFrench(text) === text)).toEqual([])
})
