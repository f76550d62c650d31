import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import en from '../../locales/en.json'
import fr from '../../locales/fr.json'
import french from '../../locales/server.fr.json'
import { literalsOf } from './literals.suite.ts'
import { inFrench } from './say.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ')

describe('what the server says, in French', () => {
  it.each([
    ['This file is empty (0 bytes).', 'Ce fichier est vide (0 octet).'],
    [
      'The where clause cannot be understood at position 0: there is no field “longeur”.',
      'La clause where ne se comprend pas à la position 0 : il n’y a pas de champ « longeur ».',
    ],
    [
      '399 numbers with a comma before decimals or spaces between thousands; 1 of 400 will be rejected, the first at line 5: “abc”',
      '399 nombres avec une virgule décimale ou des espaces entre les milliers ; 1 sur 400 sera rejetée, la première à la ligne 5 : « abc »',
    ],
    [
      'The semicolon gives 6 columns; the first record names the columns.',
      'Le point-virgule donne 6 colonnes ; le premier enregistrement nomme les colonnes.',
    ],
    [
      'No value is above 12, so day and month could be either: days first, the French order, was taken. The times have no offset: they are read as UTC unless a zone is stated.',
      'Aucune valeur ne dépasse 12 : jour et mois sont indécis ; les jours ont été pris d’abord, l’ordre français. Les heures n’ont pas de décalage : elles sont lues en UTC, sauf fuseau précisé.',
    ],
    ['120 of 400 rows were rejected, more than 1 %.', '120 lignes sur 400 ont été rejetées, plus de 1 %.'],
    [
      '1 values like “07” would change if they were numbers',
      '1 valeur comme « 07 » changerait si c’était un nombre',
    ],
    [
      'days written dd/MM/yyyy; a first number is 31: days first',
      'jours écrits dd/MM/yyyy ; un premier nombre vaut 31 : les jours d’abord',
    ],
    ['a boolean stands where a number is expected.', 'un booléen occupe la place d’un nombre.'],
    ['mixed: 99 % numbers with a comma; 1 % text', 'mélange : 99 % nombres à virgule ; 1 % texte'],
    ['Quai 12', 'Quai 12'],
  ])('%s', (english, words) => expect(plain(inFrench(english))).toBe(words))

  it('has no hole that the English has not, and breaks no line before a high sign', () => {
    for (const [template, words] of Object.entries(french)) {
      const holes = template.split('{}').length - 1
      for (const [, n] of words.matchAll(/\{(\d)/g)) expect(Number(n), template).toBeLessThanOrEqual(holes)
      expect(words, template).not.toMatch(/ [:;?!»]|« /)
    }
  })
})

/** Folders whose sentences people read on the pages. */
const spoken = [
  'src/datasets/loading',
  'src/datasets/explore',
  'src/datasets/odsql',
  'src/datasets/service.ts',
  'src/datasets/versions-rules.ts',
  'src/datasets/metadata-rules.ts',
]
/** Descriptions of the API, the command line, labels that have both languages, and SQL. */
const unspoken = [
  /(\.test|\.suite|routes|command|tables|schema)\.ts$/,
  /(call|catalogue-exports|catalogue-table|record-id|instance-target|print)\.ts$/,
]
const files = spoken.flatMap((path) =>
  path.endsWith('.ts')
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !unspoken.some((pattern) => pattern.test(name)))
        .map((name) => `${path}/${name}`),
)
const isSentence = (text: string) =>
  /^[A-Z“{].*[a-z”}).]\.$/s.test(text.trim()) && /[a-z]+ [a-z“{]/i.test(text) && !text.includes('\n')

it.each(files)('every sentence of %s has French words', (path) => {
  const sentences = literalsOf(readFileSync(join(root, path), 'utf8')).filter(isSentence)
  const unknown = sentences.filter((text) => inFrench(text) === text)
  expect(unknown).toEqual([])
})

it('every kind of file that is refused by its first bytes has French words', () => {
  const { signatures } = JSON.parse(readFileSync(join(root, 'data/loading/signatures.json'), 'utf8')) as {
    signatures: { says?: string; todo?: string }[]
  }
  const texts = signatures.flatMap(({ says, todo }) => [says, todo].filter((text) => text !== undefined))
  expect(texts.length).toBeGreaterThan(10)
  expect(texts.filter((text) => inFrench(text) === text)).toEqual([])
})

it('every rule that a cell can break has words', () => {
  const rules = new Set<string>()
  for (const path of ['rows/constraints.ts', 'rows/converter.ts', 'rows/field-writer.ts', 'csv/scan.ts'])
    for (const text of literalsOf(readFileSync(join(root, 'src/datasets/loading', path), 'utf8'))) {
      if (/^(not|out|outside|too|min|max|key|stray|unbalanced)-[a-z-]+$/.test(text)) rules.add(text)
    }
  const told = readFileSync(join(root, 'docs/loading.md'), 'utf8').split('## Rejects')[1]!.split('\n## ')[0]!
  for (const [, rule] of told.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)) rules.add(rule!)
  expect(rules.size).toBeGreaterThan(15)
  const named = [fr, en].map((texts) => Object.keys(texts.datasets.load.rule))
  for (const names of named) expect([...rules].filter((rule) => !names.includes(rule))).toEqual([])
})
