import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fold, likeContaining } from './fold.ts'
import { boundValue, holdsSeveralStatements } from './values.ts'

test('any value is mapped to one that both engines take, or refused as invalid input', () => {
  fc.assert(
    fc.property(fc.anything({ withDate: true, withBigInt: true, withTypedArray: true }), (value) => {
      try {
        const bound = boundValue(value)
        expect(
          bound === null || ['string', 'number', 'bigint'].includes(typeof bound) || Buffer.isBuffer(bound),
        ).toBe(true)
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_input' })
      }
    }),
  )
})

test('a second statement is seen, a semicolon in quotes is not one', () => {
  for (const one of [
    'select 1',
    'select 1;',
    'select 1 ; \n',
    "select ';x'",
    'select "a;b"',
    "select 'it''s; x'",
  ]) {
    expect(holdsSeveralStatements(one)).toBe(false)
  }
  for (const two of ['select 1; select 2', "select 'x';delete from t", ';select 1']) {
    expect(holdsSeveralStatements(two)).toBe(true)
  }
})

test('folding is stable and forgets case, accents and ligatures', () => {
  expect(fold('  Œuvre de l’ÉTANG  ß ')).toBe('oeuvre de l’etang ss')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(fold(fold(text))).toBe(fold(text))
    }),
  )
  expect(likeContaining('50%_\\')).toBe('%50\\%\\_\\\\%')
})
