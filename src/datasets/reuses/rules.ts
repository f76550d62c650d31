/** What may be told of a reuse. Pure. */
import { invalidInput } from '../../errors.ts'
import type { ReuseProposal } from './schema.ts'

/** A name with a dot inside: what is linked is meant for everybody, not for one machine. */
const publicName = /^[^.]+(\.[^.]+)+\.?$/
/** Invisible characters and those that turn the direction of what follows could make a link look like another. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** The proposal as it is kept: texts trimmed, addresses in their normal form. Throws `invalid_input`. */
export function checkedProposal({
  title,
  url,
  kind,
  maker,
  picture,
}: ReuseProposal): Required<ReuseProposal> {
  return {
    title: visibleText(title, 'title'),
    url: webAddress(url),
    kind,
    maker: visibleText(maker, 'maker'),
    picture: picture ? webAddress(picture) : null,
  }
}

function visibleText(text: string, name: string): string {
  const visible = text.normalize('NFC').replace(invisible, ' ').replace(/\s+/g, ' ').trim()
  if (visible === '') throw invalidInput(`The ${name} of a reuse is empty.`)
  return visible
}

/** Pages of this platform show these links to everybody: nothing but plain web addresses. */
function webAddress(text: string): string {
  const trimmed = text.trim()
  const url = URL.canParse(trimmed) ? new URL(trimmed) : undefined
  if (url?.protocol !== 'https:' || !publicName.test(url.hostname))
    throw invalidInput(
      `“${trimmed.slice(0, 100)}” is no address that can be linked.`,
      'Write a whole address that begins with https://.',
    )
  if (url.username !== '' || url.password !== '')
    throw invalidInput('An address with a user name or a password in it is not shown to everybody.')
  return url.href
}
