import { expect, test } from 'vitest'
import { webAddress } from './web-address.ts'

test.each(['https://www.etalab.gouv.fr/licence', 'http://port.example/a?b=c#d'])('%s is a link', (text) =>
  expect(webAddress(text)).toBe(text),
)

test.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>1</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://port.example/1',
  '//port.example',
  'Licence Ouverte 2.0',
  '',
  null,
  undefined,
])('%j is text', (text) => expect(webAddress(text)).toBeUndefined())
