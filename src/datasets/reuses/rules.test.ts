import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkedProposal } from './rules.ts'
import type { ReuseProposal } from './schema.ts'

const proposal = (change: Partial<ReuseProposal> = {}): ReuseProposal => ({
  title: 'Carte des quais',
  url: 'https://cartes.example/quais',
  kind: 'visualisation',
  maker: 'Une association',
  ...change,
})

it('keeps texts visible and addresses normal', () => {
  expect(
    checkedProposal(
      proposal({
        title: '  Carte\n des\u202e quais ',
        url: ' https://CARTES.example:443/a b ',
        picture: 'https://cartes.example/vue.png',
      }),
    ),
  ).toEqual({
    title: 'Carte des quais',
    url: 'https://cartes.example/a%20b',
    kind: 'visualisation',
    maker: 'Une association',
    picture: 'https://cartes.example/vue.png',
  })
  expect(checkedProposal(proposal({ picture: '' })).picture).toBeNull()
})

it.each([
  'http://cartes.example/',
  'javascript:alert(1)',
  'data:text/html,hello',
  'file:///etc/passwd',
  '//cartes.example',
  'cartes.example',
  'https://localhost/',
  'https://user:secret@cartes.example/',
  'https://user@cartes.example/',
  '',
])('refuses to link %s', (address) => {
  expect(() => checkedProposal(proposal({ url: address }))).toThrow(
    expect.objectContaining({ code: 'invalid_input' }),
  )
  if (address !== '')
    expect(() => checkedProposal(proposal({ picture: address }))).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
})

it('refuses texts in which there is nothing to see', () => {
  expect(() => checkedProposal(proposal({ title: '\u200b \u202e' }))).toThrow(/title/)
  expect(() => checkedProposal(proposal({ maker: '\t' }))).toThrow(/maker/)
})

it('whatever passes is a plain https address and passes again unchanged', () => {
  const anyAddress = fc.oneof(
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string(),
    fc.string().map((text) => `https://${text}`),
    fc.constantFrom(
      'HTTPS:\\\\a.example',
      'https:a.example',
      'https:///a.example',
      ' https://a.example\u0000/',
    ),
  )
  fc.assert(
    fc.property(anyAddress, (url) => {
      let kept: string
      try {
        kept = checkedProposal(proposal({ url })).url
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_input' })
        return
      }
      expect(kept).toMatch(/^https:\/\/[^\s@/]+\.[^\s@/]*(\/|$)/)
      expect(checkedProposal(proposal({ url: kept })).url).toBe(kept)
    }),
  )
})
