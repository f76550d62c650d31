import fc from 'fast-check'
import { expect, it } from 'vitest'
import { linkedText } from './linked-text.ts'

it('finds the link of a mail, without the sign that ends the sentence', () => {
  expect(linkedText('Ouvrez http://127.0.0.1:8787/reset#a-b_c. Merci')).toEqual([
    { text: 'Ouvrez ', isLink: false },
    { text: 'http://127.0.0.1:8787/reset#a-b_c', isLink: true },
    { text: '. Merci', isLink: false },
  ])
})

it('takes nothing else for a link', () => {
  expect(linkedText('javascript:alert(1) www.exemple.fr http://')).toHaveLength(1)
})

it('loses nothing of a text', () => {
  const words = fc.constantFrom('http://a.fr/b', 'https://', ' ', '.', '\n', 'mot', '<', '"', 'http://')
  fc.assert(
    fc.property(fc.array(words), (list) => {
      const text = list.join('')
      expect(
        linkedText(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
